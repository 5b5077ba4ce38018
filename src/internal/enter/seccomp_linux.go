package enter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// sizeofSockFilter is that of struct sock_filter.
const sizeofSockFilter = 8

// confine puts the calling thread, and whatever it executes, under the
// filter of a rig that enforces, and gives the rig the descriptor on which
// the filter asks.  The thread must be locked to its goroutine, and from
// here on every call that the filter traps waits for the rig.
func confine(c *kern.Client, id cell.ID) error {
	program, err := filter(c)
	if err != nil || len(program) == 0 {
		return err
	}
	defer collectNothing()()
	fd, err := install(program)
	if err != nil {
		return fmt.Errorf("cell %d: seccomp: %w", id, err)
	}
	defer unix.Close(fd)
	if err := c.Pass("rig.listener", fd); err != nil {
		return fmt.Errorf("cell %d: the rig did not take the listener: %w", id, err)
	}
	return nil
}

// collectNothing switches the garbage collector off until the function that
// it returns is called.  Until the rig has the listener, a call of this thread
// that the filter traps would wait for an answer that nobody gives; and where a
// collection begins on this thread, the runtime has it interrupt the others,
// by tgkill(2).
func collectNothing() (restore func()) {
	limit := debug.SetMemoryLimit(math.MaxInt64)
	percent := debug.SetGCPercent(-1) // ends a collection that is under way
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// filter reads the program from the rig; none where it has nothing to
// install.
func filter(c *kern.Client) ([]unix.SockFilter, error) {
	_, needed, err := c.Call("rig.filter", nil, nil)
	if errors.Is(err, syscall.ENOENT) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	buf := make([]byte, needed)
	n, _, err := c.Call("rig.filter", buf, nil)
	if err != nil {
		return nil, err
	}
	if n == 0 || n%sizeofSockFilter != 0 || n/sizeofSockFilter > 4096 {
		return nil, fmt.Errorf("the rig's filter has %d bytes", n)
	}
	program := make([]unix.SockFilter, n/sizeofSockFilter)
	for i := range program {
		b := buf[i*sizeofSockFilter:]
		program[i] = unix.SockFilter{
			Code: binary.NativeEndian.Uint16(b), Jt: b[2], Jf: b[3],
			K: binary.NativeEndian.Uint32(b[4:]),
		}
	}
	return program, nil
}

// install makes the program the filter of this thread and returns its
// listener.  The kernel wants a promise never to gain rights from those who
// could not install one over a set-user-id program otherwise.
func install(program []unix.SockFilter) (int, error) {
	if os.Geteuid() != 0 {
		if err := noNewPrivileges(); err != nil {
			return -1, err
		}
	}
	fd, err := listen(program)
	if errors.Is(err, syscall.EACCES) {
		if err = noNewPrivileges(); err == nil {
			fd, err = listen(program)
		}
	}
	return fd, err
}

func noNewPrivileges() error {
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// listen installs the program.  A notification that was received is not
// interrupted by signals, where the kernel knows how: a fork that was asked
// about happens once.
func listen(program []unix.SockFilter) (int, error) {
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	fd, err := seccomp(flags, program)
	if errors.Is(err, syscall.EINVAL) {
		fd, err = seccomp(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, program)
	}
	return fd, err
}

func seccomp(flags uintptr, program []unix.SockFilter) (int, error) {
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags,
		uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(program)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}
