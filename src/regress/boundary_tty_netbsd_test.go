package regress

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	probes["TIOCSTI on a terminal"] = func(s *stage) reply { return s.in.do("sti") }
	probes["TIOCSTI on the controlling terminal of an own session"] = probeOwnSti
	probes["TIOCSTI on the controlling terminal of a session from outside"] = probeForeignSti
	probes["TIOCSCTTY of a terminal without a session"] = probeTakeFree
	probes["TIOCSCTTY of a terminal that a session outside has"] = probeTakeHeld
	probes["tcsetpgrp(3) to a process group outside"] = probeSetpgrp
	probes["TIOCCONS on a terminal of its own"] = func(s *stage) reply { return s.in.do("constty") }
	ops["openpty"] = func([]string) (string, error) { _, name, err := openPTY(); return name, err }
	ops["session"] = func([]string) (string, error) { _, err := unix.Setsid(); return "", err }
	ops["take"] = opTake
	ops["typein"] = func([]string) (string, error) { return "", typeIn() }
	ops["setpgrp"] = opSetpgrp
	ops["constty"] = opConstty
	ops["stichild"] = opStiChild
	roles["sti"] = stiRole
}

// openPTY opens both sides of a pseudo-terminal, which stay open, and returns
// the slave's descriptor and name.
func openPTY() (int, string, error) {
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return -1, "", fmt.Errorf("ptmx: %v", err)
	}
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(unix.TIOCGRANTPT), nil); err != nil {
		return -1, "", fmt.Errorf("grantpt: %v", err)
	}
	var names [8 + 2*1024]byte // struct ptmget: two descriptors, two names
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(tiocPtsName), names[:]); err != nil {
		return -1, "", fmt.Errorf("ptsname: %v", err)
	}
	name, _, _ := bytes.Cut(names[8+1024:], []byte{0})
	slave, err := unix.Open(string(name), unix.O_RDWR|unix.O_NOCTTY, 0)
	return slave, string(name), err
}

// opTake makes a terminal the controlling one of the own session.
func opTake(a []string) (string, error) {
	fd, err := unix.Open(a[0], unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return "", err
	}
	_, err = sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSCTTY), nil)
	return "", err
}

// typeIn simulates input on the controlling terminal.
func typeIn() error {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("/dev/tty: %v", err)
	}
	defer unix.Close(fd)
	_, err = sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSTI), []byte("x"))
	return err
}

// controlled gives an agent a session and a controlling terminal, whose name
// is returned.
func controlled(s *stage, a *agent) string {
	s.Helper()
	a.must(s, "session")
	name := a.must(s, "openpty")
	a.must(s, "take", name)
	return name
}

// probeOwnSti: what kauth(9) refused is granted by tty(4) if the session's
// leader has the same credential.
func probeOwnSti(s *stage) reply {
	controlled(s, s.in)
	return s.in.do("typein")
}

// stiRole enters the cell that the argument names and types into the
// terminal of the session it comes from.
func stiRole() {
	_, err := opAttach(os.Args[1:])
	if err == nil {
		err = typeIn()
	}
	fmt.Println(int(answer("", err).Errno), err)
}

// opStiChild starts that as a child of this session.
func opStiChild(a []string) (string, error) {
	cmd := exec.Command(self, a[0])
	cmd.Env = []string{roleEnv + "=sti"}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// probeForeignSti: an administrator's shell runs a program in a cell.
func probeForeignSti(s *stage) reply {
	controlled(s, s.host)
	result := s.host.must(s, "stichild", s.id)
	var errno int
	if _, err := fmt.Sscan(result, &errno); err != nil || errno == 0 && !strings.HasSuffix(result, "<nil>") {
		s.Fatalf("the child says %q", result)
	}
	return reply{Errno: unix.Errno(errno)}
}

// probeTakeFree: a terminal that somebody outside opened, but has not made
// the controlling one of a session.
func probeTakeFree(s *stage) reply {
	name := s.host.must(s, "openpty")
	s.in.must(s, "session")
	return s.in.do("take", name)
}

func probeTakeHeld(s *stage) reply {
	name := controlled(s, s.host)
	s.in.must(s, "session")
	return s.in.do("take", name)
}

// opSetpgrp makes a process group the foreground one of the own terminal.
func opSetpgrp(a []string) (string, error) {
	fd, err := unix.Open("/dev/tty", unix.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("/dev/tty: %v", err)
	}
	defer unix.Close(fd)
	group := int32(number(a[0]))
	_, err = sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSPGRP), unsafe.Pointer(&group))
	return "", err
}

func probeSetpgrp(s *stage) reply {
	controlled(s, s.in)
	s.host.must(s, "session")
	s.in.must(s, "setpgrp", s.in.pid)
	return s.in.do("setpgrp", s.host.pid)
}

// opConstty makes a terminal of its own the one that the kernel's messages go
// to, and no longer.
func opConstty([]string) (string, error) {
	slave, _, err := openPTY()
	if err != nil {
		return "", err
	}
	if _, err := sys(unix.SYS_IOCTL, slave, uintptr(unix.TIOCCONS), le(int32(1))); err != nil {
		return "", err
	}
	_, err = sys(unix.SYS_IOCTL, slave, uintptr(unix.TIOCCONS), le(int32(0)))
	return "", err
}
