package super

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"cells/src/internal/words"
)

// signalNames are those that an admin may want to stop a service with.
var signalNames = []string{"HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "SEGV", "USR2",
	"PIPE", "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
	"XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"}

// ParseSignal reads a signal's name, with or without SIG, or its number.
func ParseSignal(s string) (syscall.Signal, error) {
	if n, err := strconv.ParseUint(s, 10, 7); err == nil {
		if n < 1 || n > 63 {
			return 0, fmt.Errorf("signal %s: out of range", s)
		}
		return syscall.Signal(n), nil
	}
	name := strings.TrimPrefix(strings.ToUpper(s), "SIG")
	if sig := unix.SignalNum("SIG" + name); sig != 0 {
		return sig, nil
	}
	return 0, fmt.Errorf("unknown signal %q%s", s, words.Meant(name, signalNames))
}

// signalName is the signal as kill(1) writes it.
func signalName(s syscall.Signal) string {
	if n := unix.SignalName(s); n != "" {
		return n
	}
	return "signal " + strconv.Itoa(int(s))
}

// describe says how a process ended, as status and for people.
func describe(w syscall.WaitStatus) (short, long string) {
	switch {
	case w.Signaled() && w.CoreDump():
		n := signalName(w.Signal())
		return "signal " + n, "was ended by " + n + ", core dumped"
	case w.Signaled():
		n := signalName(w.Signal())
		return "signal " + n, "was ended by " + n
	}
	n := strconv.Itoa(w.ExitStatus())
	return "status " + n, "exited with status " + n
}
