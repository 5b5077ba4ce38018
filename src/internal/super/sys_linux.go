package super

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// DefaultSyslog is the socket of the local syslogd.
const DefaultSyslog = "/dev/log"

// Linux has no cells, only the rig's, whose members cannot be told from other
// processes for certain.  But it has subreapers: whatever descends from a
// supervisor and loses its parent becomes the supervisor's own child, which
// alone may then be killed without any doubt about whom it hits.
const reapsDescendants = true

// forwarded are the signals that are passed on to the service as they are.
var forwarded = []syscall.Signal{syscall.SIGQUIT, syscall.SIGALRM, syscall.SIGUSR2}

// becomeReaper makes orphaned descendants children of this process.
func becomeReaper() error {
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// dieWith makes the calling process, and what it becomes, die when the
// supervisor dies.  It is called as the user who runs the command, since a
// change of user would undo it.
func dieWith(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	if os.Getppid() != parent {
		return errors.New("the supervisor is gone")
	}
	return nil
}

// children lists this process's children, whichever of its threads has them;
// /proc/PID/task/TID/children, see proc(5).
func children() ([]int, error) {
	files, err := filepath.Glob("/proc/self/task/*/children")
	if err == nil && len(files) == 0 {
		err = errors.New("/proc/self/task/*/children: not there")
	}
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, f := range files {
		b, err := os.ReadFile(f)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // the thread is gone, its children are another's
		}
		if err != nil {
			return nil, err
		}
		for _, w := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(w)
			if err != nil {
				return nil, err
			}
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// run is for kernels that know cells.
func (s sweeper) run(bool) error { return errors.New("sweep: not on this system") }
