package regress

import (
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cellui is where vm puts the program.
const cellui = "/usr/sbin/cellui"

// TestCellui shows a cell on terminals that this system describes nowhere, and
// ends when told to, with the terminal as it was.
func TestCellui(t *testing.T) {
	if _, err := os.Stat(cellui); err != nil {
		t.Skip("cellui is not in the image")
	}
	for _, kind := range []string{"vt100", "vt220", "xterm", "wsvt25"} {
		t.Run(kind, func(t *testing.T) { showCellui(t, kind) })
	}
}

func showCellui(t *testing.T, kind string) {
	s := newSite(t)
	s.write("seen.cell", "command "+self+" serve\nenv "+roleEnv+"=tenant\nbase host\nautostart no\n")
	master, slave := terminal(t)
	size := &unix.Winsize{Row: 24, Col: 80}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	// The slave is revoked when the leader of its session ends.
	side := int(master.Fd())
	before, err := unix.IoctlGetTermios(side, unix.TIOCGETA)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cellui)
	cmd.Env = append(os.Environ(), "TERM="+kind)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	said := make(chan []byte, 4096)
	go func() {
		defer close(said)
		for buf := make([]byte, 4096); ; {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			said <- bytes.Clone(buf[:n])
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var screen []byte
	told := false
	for {
		select {
		case b := <-said:
			screen = append(screen, b...)
			if !told && bytes.Contains(screen, []byte("seen")) {
				told = true
				if raw, err := unix.IoctlGetTermios(side, unix.TIOCGETA); err != nil || *raw == *before {
					t.Errorf("the terminal stays as it was: %+v (%v)", raw, err)
				}
				if _, err := master.Write([]byte("q")); err != nil {
					t.Fatal(err)
				}
			}
		case err := <-ended:
			if err != nil || !told {
				t.Fatalf("it ended with %v, having said %q", err, screen)
			}
			after, err := unix.IoctlGetTermios(side, unix.TIOCGETA)
			if err != nil || *after != *before {
				t.Errorf("the terminal was %+v and is %+v (%v)", before, after, err)
			}
			return
		}
	}
}
