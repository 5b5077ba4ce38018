package gui

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// state is what the terminal was like before.
type state struct {
	tty    *os.File
	modes  *unix.Termios
	size   *unix.Winsize
	sized  bool // its size was not known and has been set
	leader int  // process group that had it
}

// save takes note of everything that is going to change.  A terminal that
// does not know its size, as serial lines do, is told one.
func save() (*state, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	s := &state{tty: tty, leader: syscall.Getpgrp()}
	fd := int(tty.Fd())
	if s.modes, err = unix.IoctlGetTermios(fd, getModes); err != nil {
		tty.Close()
		return nil, os.NewSyscallError("tcgetattr", err)
	}
	if s.size, err = unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err == nil && (s.size.Row == 0 || s.size.Col == 0) {
		want := unix.Winsize{Row: number("LINES", 24), Col: number("COLUMNS", 80)}
		s.sized = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &want) == nil
	}
	return s, nil
}

// number is a variable of the environment, as curses(3) takes it.
func number(name string, otherwise uint16) uint16 {
	n, err := strconv.ParseUint(os.Getenv(name), 10, 16)
	if err != nil || n == 0 {
		return otherwise
	}
	return uint16(n)
}

// restore puts everything back: modes, size, and on systems where that is
// the terminal's and not the file's, that nobody is signalled about input.
func (s *state) restore() {
	fd := int(s.tty.Fd())
	unix.FcntlInt(uintptr(fd), unix.F_SETFL, 0)
	unix.IoctlSetTermios(fd, setModes, s.modes)
	if s.sized {
		unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, s.size)
	}
}

// foreground takes the terminal back from a process group that had it and
// may be gone.
func (s *state) foreground() {
	signal.Ignore(syscall.SIGTTOU)
	unix.IoctlSetPointerInt(int(s.tty.Fd()), unix.TIOCSPGRP, s.leader)
	signal.Reset(syscall.SIGTTOU)
	if s.sized {
		want := unix.Winsize{Row: number("LINES", 24), Col: number("COLUMNS", 80)}
		unix.IoctlSetWinsize(int(s.tty.Fd()), unix.TIOCSWINSZ, &want)
	}
}
