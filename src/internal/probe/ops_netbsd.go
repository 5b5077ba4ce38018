package probe

import (
	"encoding/binary"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers from <sys/ipc.h>, <sys/ptrace.h>, <sys/ktrace.h>, <sys/module.h>,
// <sys/swap.h>, <sys/sysctl.h>, <sys/stat.h>, <sys/extattr.h>, <sched.h>.
const (
	ipcPrivate, ipcCreat, ipcRmid, ipcStat = 0, 0o1000, 0, 2
	ptAttach                               = 9
	ktropSet, ktrfacUser                   = 0, 1 << 8
	modctlExists                           = 3
	swapOff                                = 2
	ctlKern, kernProc2, kernProcPID        = 1, 47, 1
	kernLogsigexit                         = 46
	sfArchived                             = 0x00010000
	extattrSystem                          = 2
	schedOther, schedRR                    = 0, 2
)

// systemOperations are those of NetBSD.
var systemOperations = []Operation{
	{Name: "see-host", Rule: "process.other.see", Doc: "read the entry of a process of the host", Try: seeHost},
	{Name: "ptrace-host", Rule: "process.other.ptrace", Doc: "attach a debugger to a process of the host",
		Refused: []syscall.Errno{unix.ESRCH}, // who cannot be seen is not there
		Try: func(t Target) error {
			return do(unix.Syscall6(unix.SYS_PTRACE, ptAttach, uintptr(t.Victim), 0, 0, 0, 0))
		}},
	{Name: "ktrace-host", Rule: "process.other.ktrace", Doc: "trace a process of the host",
		Try: func(t Target) error { return trace(t.Victim) }},
	{Name: "kevent-host", Rule: "process.other.kevent", Doc: "watch a process of the host", Try: watchHost},
	{Name: "getparam-host", Rule: "process.other.getparam", Doc: "read the scheduling of a process of the host",
		Try: func(t Target) error {
			var policy, prio int32
			return do(unix.Syscall6(unix.SYS__SCHED_GETPARAM, uintptr(t.Victim), 0,
				uintptr(unsafe.Pointer(&policy)), uintptr(unsafe.Pointer(&prio)), 0, 0))
		}},
	{Name: "setparam-host", Rule: "process.other.setparam", Doc: "set the scheduling of a process of the host",
		Try: func(t Target) error { return setParam(t.Victim, schedOther, -1) }},
	{Name: "module", Rule: "system.module", Doc: "ask whether a kernel module may be loaded",
		Try: func(Target) error { return do(unix.Syscall(unix.SYS_MODCTL, modctlExists, 0, 0)) }},
	{Name: "mknod", Rule: "system.mknod", Doc: "make a device node where no directory is",
		Passed: []syscall.Errno{unix.ENOENT},
		Try: func(Target) error {
			return do(unix.Syscall(unix.SYS_MKNOD, uintptr(bytePtr(nowhere)), unix.S_IFCHR|0o600, 0))
		}},
	{Name: "filehandle", Rule: "system.filehandle", Doc: "get the handle of the root directory", Try: fileHandle},
	{Name: "swapctl", Rule: "system.swapctl", Doc: "remove a swap device that is not there",
		Passed: []syscall.Errno{unix.ENOENT},
		Try: func(Target) error {
			return do(unix.Syscall(unix.SYS_SWAPCTL, swapOff, uintptr(bytePtr(nowhere)), 0))
		}},
	{Name: "memory", Rule: "device.rawio.mem", Doc: "open /dev/mem",
		Try: func(Target) error {
			fd, err := unix.Open("/dev/mem", unix.O_RDONLY, 0)
			if err == nil {
				unix.Close(fd)
			}
			return err
		}},
	{Name: "mount", Rule: "system.mount.new", Doc: "mount a file system without saying which",
		Passed: []syscall.Errno{unix.EINVAL, unix.ENOENT}, Try: mount},
	{Name: "adjtime", Rule: "system.time.adjtime", Doc: "adjust the clock by nothing",
		Try: func(Target) error { return do(unix.Syscall(unix.SYS_ADJTIME, 0, 0, 0)) }},
	{Name: "sysctl-write", Rule: "system.sysctl.modify", Doc: "set a variable to what it is", Try: rewriteSysctl},
	{Name: "interface", Rule: "network.interface.setpriv", Doc: "set the flags of lo0 to what they are",
		Try: rewriteFlags},
	{Name: "route", Rule: "network.route", Doc: "delete a route that is not there",
		Passed: []syscall.Errno{unix.ESRCH}, Try: deleteRoute},
	{Name: "pset", Rule: "system.pset.create", Doc: "create a processor set",
		Try: func(Target) error {
			var id int32
			err := do(unix.Syscall(unix.SYS_PSET_CREATE, uintptr(unsafe.Pointer(&id)), 0, 0))
			if err == nil {
				unix.Syscall(unix.SYS_PSET_DESTROY, uintptr(id), 0, 0)
			}
			return err
		}},
	{Name: "revoke", Rule: "vnode.revoke", Doc: "revoke a file of its own", Try: revokeFile},
	{Name: "system-flags", Rule: "vnode.sysflags", Doc: "set the archived flag of a file", Try: archivedFlag},
	{Name: "sysv-ipc", Rule: "system.sysvipc.access", Doc: "look at shared memory of the host",
		Try: func(t Target) error {
			if t.Shm < 0 {
				return errAbsent
			}
			var buf [256]byte
			return do(unix.Syscall(unix.SYS_SHMCTL, uintptr(t.Shm), ipcStat, uintptr(unsafe.Pointer(&buf))))
		}},
	{Name: "ktrace-self", Rule: "process.ktrace", Doc: "trace oneself",
		Try: func(Target) error { return trace(os.Getpid()) }},
	{Name: "sched-class", Rule: "process.sched.setparam", Doc: "become a real-time process",
		Try: func(Target) error { return setParam(os.Getpid(), schedRR, 0) }},
	{Name: "extattr", Rule: "vnode.extattr.read", Doc: "read an extended attribute of the system",
		Passed: []syscall.Errno{unix.ENOATTR},
		Try: func(Target) error {
			_, err := unix.ExtattrGetFile("/", extattrSystem, "cellctl.probe", 0, 0)
			return err
		}},
}

// do makes an error of what a system call returns.  The calls are made by
// package unix's own functions, in whose arguments Go pins what a pointer
// leads to.
func do(_, _ uintptr, errno syscall.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}

// bytePtr is name as C has it; the names here hold no NUL.
func bytePtr(name string) unsafe.Pointer {
	return unsafe.Pointer(&append([]byte(name), 0)[0])
}

func account(name string) error {
	return do(unix.Syscall(unix.SYS_ACCT, uintptr(bytePtr(name)), 0, 0))
}

// newSegment makes a shared memory segment, or returns -1.
func newSegment() int {
	id, _, errno := unix.Syscall(unix.SYS_SHMGET, ipcPrivate, 4096, ipcCreat|0o600)
	if errno != 0 {
		return -1
	}
	return int(id)
}

func dropSegment(id int) {
	if id >= 0 {
		unix.Syscall(unix.SYS_SHMCTL, uintptr(id), ipcRmid, 0)
	}
}

// seeHost asks for the victim's entry; what it may not see is left out, and
// no error.
func seeHost(t Target) error {
	const size = 64
	var entry [size]byte
	n := uintptr(size)
	mib := [6]int32{ctlKern, kernProc2, kernProcPID, int32(t.Victim), size, 1}
	_, _, errno := unix.Syscall6(unix.SYS___SYSCTL, uintptr(unsafe.Pointer(&mib)), uintptr(len(mib)),
		uintptr(unsafe.Pointer(&entry)), uintptr(unsafe.Pointer(&n)), 0, 0)
	switch {
	case errno != 0:
		return errno
	case n == 0:
		return unix.EPERM
	}
	return nil
}

// trace asks for a trace of user records, which nobody writes, into a pipe.
func trace(pid int) error {
	var p [2]int
	if err := unix.Pipe(p[:]); err != nil {
		return err
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	return do(unix.Syscall6(unix.SYS_FKTRACE, uintptr(p[1]), ktropSet, ktrfacUser, uintptr(pid), 0, 0))
}

func watchHost(t Target) error {
	kq, err := unix.Kqueue()
	if err != nil {
		return err
	}
	defer unix.Close(kq)
	var ev unix.Kevent_t
	unix.SetKevent(&ev, t.Victim, unix.EVFILT_PROC, unix.EV_ADD)
	ev.Fflags = unix.NOTE_EXIT
	_, err = unix.Kevent(kq, []unix.Kevent_t{ev}, nil, nil)
	return err
}

func setParam(pid, policy, prio int) error {
	param := int32(prio)
	return do(unix.Syscall6(unix.SYS__SCHED_SETPARAM, uintptr(pid), 0, uintptr(policy),
		uintptr(unsafe.Pointer(&param)), 0, 0))
}

func fileHandle(Target) error {
	var handle [256]byte
	size := uintptr(len(handle))
	return do(unix.Syscall(unix.SYS_GETFH, uintptr(bytePtr("/")), uintptr(unsafe.Pointer(&handle)),
		uintptr(unsafe.Pointer(&size))))
}

// mount covers the root directory with a file system of its own type that
// is told nothing, which none accepts.
func mount(Target) error {
	return do(unix.Syscall6(unix.SYS_MOUNT, uintptr(bytePtr("ffs")), uintptr(bytePtr("/")), 0, 0, 0, 0))
}

// rewriteSysctl sets kern.logsigexit to what it is.
func rewriteSysctl(Target) error {
	mib := [2]int32{ctlKern, kernLogsigexit}
	var value int32
	n := unsafe.Sizeof(value)
	err := do(unix.Syscall6(unix.SYS___SYSCTL, uintptr(unsafe.Pointer(&mib)), uintptr(len(mib)),
		uintptr(unsafe.Pointer(&value)), uintptr(unsafe.Pointer(&n)), 0, 0))
	if err != nil {
		return errAbsent
	}
	return do(unix.Syscall6(unix.SYS___SYSCTL, uintptr(unsafe.Pointer(&mib)), uintptr(len(mib)), 0, 0,
		uintptr(unsafe.Pointer(&value)), n))
}

// rewriteFlags reads and writes the flags of the loopback interface.
func rewriteFlags(Target) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return errAbsent
	}
	defer unix.Close(fd)
	var ifreq [256]byte // at least a struct ifreq
	copy(ifreq[:], "lo0")
	if do(unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCGIFFLAGS, uintptr(unsafe.Pointer(&ifreq)))) != nil {
		return errAbsent
	}
	return do(unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&ifreq))))
}

// deleteRoute asks for the end of a route to an address that has none.
func deleteRoute(Target) error {
	fd, err := unix.Socket(unix.AF_ROUTE, unix.SOCK_RAW, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const sinSize = 16
	msg := make([]byte, unix.SizeofRtMsghdr+sinSize)
	binary.NativeEndian.PutUint16(msg, uint16(len(msg)))
	msg[2], msg[3] = unix.RTM_VERSION, unix.RTM_DELETE
	off := unsafe.Offsetof(unix.RtMsghdr{}.Addrs)
	binary.NativeEndian.PutUint32(msg[off:], unix.RTA_DST)
	sin := msg[unix.SizeofRtMsghdr:]
	copy(sin, []byte{sinSize, unix.AF_INET, 0, 0, 240, 0, 0, 1})
	_, err = unix.Write(fd, msg)
	return err
}

// ownFile tries something on a file made for that.
func ownFile(try func(*os.File) error) error {
	for _, dir := range []string{"/tmp", "/var/tmp", "/"} {
		f, err := os.CreateTemp(dir, "cellctl-probe.")
		if err != nil {
			continue
		}
		defer os.Remove(f.Name())
		defer f.Close()
		return try(f)
	}
	return errAbsent
}

// archivedFlag sets a flag that only marks.
func archivedFlag(Target) error {
	return ownFile(func(f *os.File) error {
		err := do(unix.Syscall(unix.SYS_FCHFLAGS, f.Fd(), sfArchived, 0))
		unix.Syscall(unix.SYS_FCHFLAGS, f.Fd(), 0, 0)
		return err
	})
}

func revokeFile(Target) error {
	return ownFile(func(f *os.File) error {
		return do(unix.Syscall(unix.SYS_REVOKE, uintptr(bytePtr(f.Name())), 0, 0))
	})
}
