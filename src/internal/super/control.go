package super

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// What the signals of a supervisor mean; see cellctl(8).
const (
	sigStop    = syscall.SIGTERM
	sigReopen  = syscall.SIGHUP
	sigRestart = syscall.SIGUSR1
)

// ErrNotRunning says that a cell has no supervisor.
var ErrNotRunning = errors.New("no supervisor is running")

// signalHolder sends a signal to the supervisor of the cell with that name,
// and returns its process id.  The process is looked up before the lock is
// asked again whose it is, so that where the system has handles for
// processes no other one can ever get the signal.
func signalHolder(dir, name string, sig syscall.Signal) (int, error) {
	pid, err := Holder(dir, name)
	if err != nil {
		return 0, err
	}
	if pid <= 1 {
		return 0, fmt.Errorf("cell %s: %w", name, ErrNotRunning)
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return 0, err
	}
	defer p.Release()
	if again, err := Holder(dir, name); err != nil || again != pid {
		return 0, fmt.Errorf("cell %s: %w", name, errors.Join(ErrNotRunning, err))
	}
	if err := p.Signal(sig); err != nil {
		if errors.Is(err, os.ErrProcessDone) {
			return 0, fmt.Errorf("cell %s: %w", name, ErrNotRunning)
		}
		return 0, fmt.Errorf("cell %s: signal to its supervisor, process %d: %w", name, pid, err)
	}
	return pid, nil
}

// Stop asks the supervisor to stop its service and exit, and waits until it
// has.  ErrNotRunning: there is none; os.ErrDeadlineExceeded: it has not by
// then.
func Stop(dir, name string, limit time.Duration) error {
	pid, err := signalHolder(dir, name, sigStop)
	if err != nil {
		return err
	}
	end := time.Now().Add(limit)
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 200*time.Millisecond) {
		now, err := Holder(dir, name)
		if err != nil {
			return err
		}
		if now != pid {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("cell %s: supervisor, process %d: %w", name, pid, os.ErrDeadlineExceeded)
		}
		time.Sleep(pause)
	}
}

// Restart asks the supervisor to start its service anew, now, with the stop
// signal and the grace time; it does not wait for it.
func Restart(dir, name string) error {
	_, err := signalHolder(dir, name, sigRestart)
	return err
}

// Reopen asks the supervisor to open its log file anew.
func Reopen(dir, name string) error {
	_, err := signalHolder(dir, name, sigReopen)
	return err
}
