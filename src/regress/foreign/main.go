// Foreign is what the tests on a real kernel run under another system call
// interface: as a Linux program and as a 32-bit NetBSD one.  It makes each of
// its calls once and prints what came of it, one a line: `NAME OUTCOME', where
// the outcome is done, refused, or what else went wrong.
//
//	foreign [-attach CELL] PID
//
// PID is a process outside of the cell that this runs in; if it can be traced,
// that is its end.  -attach enters a
// cell first, which only works on NetBSD.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// A call returns what the kernel said to it.
type call struct {
	name string
	try  func(pid int) error
}

var calls = []call{
	{"kill", func(pid int) error { return syscall.Kill(pid, 0) }},
	{"getpgid", func(pid int) error { _, err := syscall.Getpgid(pid); return err }},
	{"bind-undeclared", func(int) error { return bind(81) }},
	{"bind-ephemeral", func(int) error { return bind(0) }},
	{"rawsock", func(int) error { return socket(syscall.SOCK_RAW, syscall.IPPROTO_ICMP) }},
	{"mknod", mknod},
	{"settimeofday", func(int) error { return settime() }},
	{"nice", func(int) error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, -5) }},
	{"rlimit", func(int) error { return raise() }},
	{"shmat", func(int) error { return attachSegment() }},
	{"ptrace", trace},
	{"fork", func(int) error { return exec.Command(os.Args[0], "-none").Run() }},
	{"chroot", func(int) error { return syscall.Chroot("/") }},
}

func main() {
	attach := flag.Int("attach", 0, "the `cell` to enter")
	none := flag.Bool("none", false, "do nothing")
	flag.Parse()
	if *none {
		return
	}
	pid, err := strconv.Atoi(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: foreign [-attach CELL] PID")
		os.Exit(2)
	}
	if *attach != 0 {
		if err := enter(uint32(*attach)); err != nil {
			fmt.Fprintln(os.Stderr, "foreign: attach:", err)
			os.Exit(1)
		}
	}
	for _, c := range calls {
		fmt.Println(c.name, outcome(c.try(pid)))
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES),
		errors.Is(err, syscall.ESRCH): // there is a process; it is hidden
		return "refused"
	}
	return err.Error()
}

func socket(kind, protocol int) error {
	s, err := syscall.Socket(syscall.AF_INET, kind, protocol)
	if err != nil {
		return err
	}
	return syscall.Close(s)
}

func bind(port int) error {
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(s)
	return syscall.Bind(s, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
}

// mknod makes a device that nobody opens and removes it.
func mknod(int) error {
	const path = "/tmp/foreign"
	if err := syscall.Mknod(path, syscall.S_IFCHR|0o600, 2<<8|2); err != nil {
		return err
	}
	return syscall.Unlink(path)
}

func settime() error {
	now := syscall.NsecToTimeval(time.Now().UnixNano())
	return syscall.Settimeofday(&now)
}

// raise lowers the hard limit on core files and raises it again.
func raise() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Max: 4096}); err != nil {
		return fmt.Errorf("lowering: %v", err)
	}
	return syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{Max: 8192})
}
