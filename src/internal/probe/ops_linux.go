package probe

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Numbers from <sys/ipc.h>, <linux/sched.h>, <linux/reboot.h>.
const (
	ipcPrivate, ipcCreat, ipcRmid, ipcStat = 0, 0o1000, 0, 2
	schedRR                                = 2
)

// fileOperations open files of the host; what is not there is hidden.  A rig
// is asked of none of them.
var fileOperations = []Operation{
	{Name: "see-host", Rule: "process.other.see", Doc: "find a process of the host in /proc",
		Unasked: true, Refused: hidden,
		Try: func(t Target) error {
			if _, err := os.Stat("/proc/self"); err != nil {
				return errAbsent
			}
			_, err := os.Stat(fmt.Sprintf("/proc/%d", t.Victim))
			return err
		}},
	{Name: "procfs-host", Rule: "process.other.procfs", Doc: "open the memory of a process of the host",
		Unasked: true, Refused: hidden,
		Try: func(t Target) error { return open(fmt.Sprintf("/proc/%d/mem", t.Victim), unix.O_RDONLY) }},
	{Name: "procfs-write", Rule: "process.other.procfs", Doc: "open the memory of a process of the host for writing",
		Unasked: true, Refused: hidden,
		Try: func(t Target) error { return open(fmt.Sprintf("/proc/%d/mem", t.Victim), unix.O_WRONLY) }},
	{Name: "sockets-host", Rule: "network.other.see", Doc: "read the list of the host's sockets",
		Unasked: true, Refused: hidden,
		Try: func(Target) error { return open("/proc/self/net/tcp", unix.O_RDONLY) }},
	{Name: "sysctl-file", Rule: "system.sysctl.modify", Doc: "open a variable below /proc/sys for writing",
		Unasked: true, Refused: hidden,
		Try: func(Target) error { return open("/proc/sys/kernel/printk", unix.O_WRONLY) }},
	{Name: "memory", Rule: "device.rawio.mem", Doc: "open /dev/mem", Unasked: true,
		Try: func(Target) error { return open("/dev/mem", unix.O_RDONLY) }},
}

// hidden is what a file is that the cell cannot see, or only see.
var hidden = []syscall.Errno{unix.ENOENT, unix.EROFS}

// open opens a file, where there is /proc or /dev, and closes it.
func open(name string, mode int) error {
	fd, err := unix.Open(name, mode|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// systemOperations are what Linux has for NetBSD's; on a rig that enforces
// they are judged by the same rules.
var systemOperations = slices.Concat(fileOperations, []Operation{
	{Name: "ptrace-host", Rule: "process.other.ptrace", Doc: "attach a debugger to a process of the host",
		Refused: []syscall.Errno{unix.ESRCH}, // who cannot be seen is not there
		Try: func(t Target) error {
			return do(unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(t.Victim), 0, 0, 0, 0))
		}},
	{Name: "rlimit-host", Rule: "process.other.rlimit", Doc: "read a limit of a process of the host",
		Try: func(t Target) error { return unix.Prlimit(t.Victim, unix.RLIMIT_CORE, nil, &unix.Rlimit{}) }},
	{Name: "getparam-host", Rule: "process.other.getparam", Doc: "read the scheduling of a process of the host",
		Try: func(t Target) error {
			return do(unix.Syscall(unix.SYS_SCHED_GETSCHEDULER, uintptr(t.Victim), 0, 0))
		}},
	{Name: "module", Rule: "system.module", Doc: "load a kernel module of no bytes",
		Passed: []syscall.Errno{unix.ENOEXEC, unix.EFAULT, unix.EINVAL},
		Try: func(Target) error {
			return unix.InitModule([]byte{0}, "")
		}},
	{Name: "mknod", Rule: "system.mknod", Doc: "make a device node where no directory is",
		Passed: []syscall.Errno{unix.ENOENT},
		Try:    func(Target) error { return unix.Mknod(nowhere, unix.S_IFCHR|0o600, 0) }},
	{Name: "swapctl", Rule: "system.swapctl", Doc: "remove a swap device that is not there",
		Passed: []syscall.Errno{unix.ENOENT},
		Try: func(Target) error {
			return do(unix.Syscall(unix.SYS_SWAPOFF, uintptr(bytePtr(nowhere)), 0, 0))
		}},
	{Name: "reboot", Rule: "system.reboot", Doc: "reboot with a number that the kernel refuses",
		Passed: []syscall.Errno{unix.EINVAL},
		Try:    func(Target) error { return do(unix.Syscall6(unix.SYS_REBOOT, 0, 0, 0, 0, 0, 0)) }},
	{Name: "mount", Rule: "system.mount.new", Doc: "mount a file system where no directory is",
		Passed: []syscall.Errno{unix.ENOENT},
		Try:    func(Target) error { return unix.Mount("none", nowhere, "tmpfs", 0, "") }},
	{Name: "settime", Rule: "system.time.system", Doc: "set the clock to no time",
		Passed: []syscall.Errno{unix.EINVAL},
		Try: func(Target) error {
			return unix.ClockSettime(unix.CLOCK_REALTIME, &unix.Timespec{Sec: 1, Nsec: -1})
		}},
	{Name: "sysctl-write", Rule: "system.sysctl.modify", Doc: "set the name of the host to what it is",
		Try: func(Target) error {
			name, err := os.Hostname()
			if err != nil {
				return errAbsent
			}
			return unix.Sethostname([]byte(name))
		}},
	{Name: "sysv-ipc", Rule: "system.sysvipc.access", Doc: "look at shared memory of the host",
		Try: func(t Target) error {
			if t.Shm < 0 {
				return errAbsent
			}
			_, err := unix.SysvShmCtl(t.Shm, ipcStat, &unix.SysvShmDesc{})
			return err
		}},
	{Name: "ptrace-self", Rule: "process.ptrace", Doc: "let oneself be traced by oneself, which nobody can",
		Passed: []syscall.Errno{unix.EPERM},
		Try: func(Target) error {
			return do(unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(os.Getpid()), 0, 0, 0, 0))
		}},
	{Name: "sched-class", Rule: "process.sched.setparam", Doc: "become a real-time process",
		Try: func(Target) error {
			priority := int32(1)
			return do(unix.Syscall(unix.SYS_SCHED_SETSCHEDULER, 0, schedRR, uintptr(unsafe.Pointer(&priority))))
		}},
})

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

func account(name string) error { return unix.Acct(name) }

// newSegment makes a shared memory segment, or returns -1.
func newSegment() int {
	id, err := unix.SysvShmGet(ipcPrivate, 4096, ipcCreat|0o600)
	if err != nil {
		return -1
	}
	return id
}

func dropSegment(id int) {
	if id >= 0 {
		unix.SysvShmCtl(id, ipcRmid, nil)
	}
}
