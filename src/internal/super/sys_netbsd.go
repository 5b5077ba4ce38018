package super

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
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

// endSession has nothing to add: the kernel knows who is in a cell.
func endSession(int, time.Time) int { return 0 }
