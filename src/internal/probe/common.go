package probe

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// nowhere is a path that nobody has.
const nowhere = "/nonexistent/cellctl-probe"

// commonOperations are the same on every system.
var commonOperations = []Operation{
	{Name: "signal-host", Rule: "process.other.signal", Doc: "signal 0 to a process of the host",
		Try: func(t Target) error { return unix.Kill(t.Victim, 0) }},
	{Name: "nice-host", Rule: "process.other.nice", Doc: "set the priority of a process of the host to what it is",
		Try: func(t Target) error { return unix.Setpriority(unix.PRIO_PROCESS, t.Victim, 0) }},
	{Name: "rlimit-raise", Rule: "process.rlimit.raise", Doc: "raise a hard resource limit", Try: raiseLimit},
	{Name: "nice-raise", Rule: "process.nice.raise", Doc: "raise the own priority",
		Try: func(Target) error { return unix.Setpriority(unix.PRIO_PROCESS, 0, -1) }},
	{Name: "chroot", Rule: "system.chroot.chroot", Doc: "make the root directory the root directory",
		Try: func(Target) error { return unix.Chroot("/") }},
	{Name: "raw-socket", Rule: "network.socket.rawsock", Doc: "open a raw socket", Try: rawSocket},
	{Name: "bind-undeclared", Rule: "network.bind.undeclared", Doc: "bind a port that no cell declares",
		Passed: []syscall.Errno{unix.EADDRINUSE},
		Try:    func(t Target) error { return bind(t, t.Port) }},
	{Name: "bind-other", Rule: "network.bind.other", Doc: "bind a port of another cell",
		Passed: []syscall.Errno{unix.EADDRINUSE},
		Try: func(t Target) error {
			if t.Taken == 0 {
				return errAbsent
			}
			return bind(t, t.Taken)
		}},
	{Name: "accounting", Rule: "system.accounting", Doc: "turn process accounting on, to no file",
		Passed: []syscall.Errno{unix.ENOENT}, Try: func(Target) error { return account(nowhere) }},
}

// raiseLimit lowers the hard limit of core dumps and raises it again.
func raiseLimit(Target) error {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &lim); err != nil {
		return err
	}
	if lim.Max == 0 {
		lim.Max = 1
		return syscall.Setrlimit(syscall.RLIMIT_CORE, &lim)
	}
	lim.Cur = 0
	lower := lim
	lower.Max--
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &lower); err != nil {
		return err
	}
	return syscall.Setrlimit(syscall.RLIMIT_CORE, &lim)
}

// rawSocket opens a raw socket for ICMP.
func rawSocket(Target) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// bind binds a TCP port on an address that the cell may have.
func bind(t Target, port uint16) error {
	if !t.Addr.Is4() {
		return errAbsent
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return errAbsent
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet4{Port: int(port), Addr: t.Addr.As4()})
}
