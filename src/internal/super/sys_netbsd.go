package super

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// DefaultSyslog is the socket of syslogd(8), _PATH_LOG of <paths.h>.
const DefaultSyslog = "/var/run/log"

// reapsDescendants: orphans go to init(8); the kernel knows whose they are.
const reapsDescendants = false

// forwarded are the signals that are passed on to the service as they are.
var forwarded = []syscall.Signal{syscall.SIGQUIT, syscall.SIGALRM, syscall.SIGUSR2, unix.SIGINFO}

func becomeReaper() error { return nil }

// dieWith has no counterpart: a service that outlives its supervisor is
// ended by the next one.
func dieWith(int) error { return nil }

func children() ([]int, error) { return nil, errors.New("children: not on this system") }

// sweepCell joins the cell and ends every other process in it.  kill(2) with
// the process -1 reaches what the caller may signal: for a member of a cell
// that is the cell, and nothing else, because the model denies the rest.  On
// a host without that guarantee it would be everything, so nothing is sent
// before each part of the guarantee has been seen to hold.
func sweepCell(c *kern.Client, id cell.ID, parent int) error {
	v, err := c.Version()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if v.Rig || id == cell.Host {
		return errors.New("sweep: refused: no kernel confines what it would hit")
	}
	if err := c.Attach(id); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	self, err := c.Self()
	if err != nil {
		return fmt.Errorf("sweep: own cell: %w", err)
	}
	if self != id {
		return fmt.Errorf("sweep: refused: in cell %d instead of %d", self, id)
	}
	// init(8) and the supervisor are the host's: were one within reach, so
	// would all be.
	for _, pid := range []int{1, parent} {
		if unix.Kill(pid, 0) == nil {
			return fmt.Errorf("sweep: refused: process %d of the host is within reach", pid)
		}
	}
	return killOthers(sweepLimit - 3*time.Second)
}

// killOthers sends SIGKILL until nobody is left to receive it.  Once is not
// enough: execve(2) discards a pending signal, and a fork may be under way.
func killOthers(limit time.Duration) error {
	end := time.Now().Add(limit)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := unix.Kill(-1, unix.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		if time.Now().After(end) {
			return errors.New("sweep: some processes do not die")
		}
		time.Sleep(pause)
	}
}

// endSession has nothing to add: the kernel knows who is in a cell.
func endSession(int, time.Time) int { return 0 }
