package enter

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// firstOther is the first descriptor that is not one of the standard three.
const firstOther = 3

// closeInherited closes the descriptors above 2 that the process was started
// with.  They are those without the close-on-exec flag: had they had it they
// would not be here, and everything that this program opens has it.
func closeInherited() error {
	fds, err := descriptors()
	if err != nil {
		return err
	}
	for _, fd := range fds {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
	return nil
}

// closeOnExec makes sure that execve(2) leaves the standard three alone.
func closeOnExec() error {
	if markAll() {
		return nil
	}
	fds, err := descriptors()
	if err != nil {
		return err
	}
	for _, fd := range fds {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC)
		if err != nil && !errors.Is(err, syscall.EBADF) {
			return err
		}
	}
	return nil
}

// checkStandard refuses a directory as standard input, output or error: it
// would be a way out of the cell's root.
func checkStandard() error {
	for fd, name := range []string{"input", "output", "error"} {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR {
			return fmt.Errorf("standard %s is a directory: it would lead out of the cell", name)
		}
	}
	return nil
}
