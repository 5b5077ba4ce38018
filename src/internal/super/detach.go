package super

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// detachEnv tells a detached supervisor which descriptor its parent waits at.
const detachEnv = "CELLS_DETACHED"

// A detached supervisor writes one of these, the second with a reason.
const (
	detachReady = "ready"
	detachError = "error "
)

// Detach runs this program anew, with the same words, in a session of its
// own, and waits until its service is ready or has failed.  It returns nil
// in the first case alone, and by then the supervisor runs on by itself.
func Detach() error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	null, err := openNull()
	if err != nil {
		return err
	}
	defer null.Close()
	rd, wr, err := os.Pipe()
	if err != nil {
		return err
	}
	defer rd.Close()
	pid, err := syscall.ForkExec(path, os.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), frugalEnv, fmt.Sprintf("%s=%d", detachEnv, reportFD)),
		Files: []uintptr{null.Fd(), null.Fd(), null.Fd(), wr.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true}})
	wr.Close()
	if err != nil {
		return err
	}
	// Whoever interrupts the start wants it undone.
	sigs := make(chan os.Signal, 1)
	signal.Notify(sigs, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for range sigs {
			syscall.Kill(pid, sigStop)
		}
	}()
	return awaitVerdict(rd)
}

// awaitVerdict reads what the detached supervisor says.  It says that it
// failed as the last thing it does, so that the lock is free again.
func awaitVerdict(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, 64<<10))
	if err != nil {
		return err
	}
	switch text := string(b); {
	case text == detachReady:
		return nil
	case strings.HasPrefix(text, detachError):
		return errors.New(strings.TrimPrefix(text, detachError))
	}
	return errors.New("the supervisor ended before it could say why")
}

// Detached is the end that the detached supervisor has of the pipe to its
// parent; nil in any other process.
type Detached struct {
	f *os.File
}

// AsDetached makes the calling process a daemon where Detach has started it,
// and otherwise returns nil.
func AsDetached() *Detached {
	if os.Getenv(detachEnv) != fmt.Sprint(reportFD) {
		return nil
	}
	os.Unsetenv(detachEnv)
	unix.CloseOnExec(reportFD)
	return &Detached{os.NewFile(reportFD, "parent")}
}

// Ready lets the parent go.
func (d *Detached) Ready() { d.say(detachReady) }

// Done tells the parent, if it still waits, how it ended.
func (d *Detached) Done(err error) {
	if err == nil {
		err = errors.New("stopped before it was ready")
	}
	d.say(detachError + err.Error())
}

func (d *Detached) say(text string) {
	if d.f != nil {
		io.WriteString(d.f, text)
		d.f.Close()
		d.f = nil
	}
}
