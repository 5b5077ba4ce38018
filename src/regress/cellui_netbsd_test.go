package regress

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cellui is where vm puts the program.
const cellui = "/usr/sbin/cellui"

// glass is the side of a pseudo-terminal that a person sits at.
type glass struct {
	t    *testing.T
	keys *os.File
	tty  *os.File // the other side, where the program is
	fd   int      // of keys; the end of a session leader revokes tty
	mu   sync.Mutex
	seen bytes.Buffer
}

func newGlass(t *testing.T) *glass {
	t.Helper()
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(unix.TIOCGRANTPT), nil); err != nil {
		t.Fatal("grantpt: ", err)
	}
	var names [8 + 2*1024]byte // struct ptmget: two descriptors, two names
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(tiocPtsName), names[:]); err != nil {
		t.Fatal("ptsname: ", err)
	}
	name, _, _ := bytes.Cut(names[8+1024:], []byte{0})
	tty, err := os.OpenFile(string(name), unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	g := &glass{t: t, keys: os.NewFile(uintptr(master), "ptmx"), tty: tty, fd: master}
	t.Cleanup(func() { g.keys.Close(); g.tty.Close() })
	go g.watch()
	return g
}

// watch keeps everything that is drawn.
func (g *glass) watch() {
	b := make([]byte, 4096)
	for {
		n, err := g.keys.Read(b)
		g.mu.Lock()
		g.seen.Write(b[:n])
		g.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (g *glass) text() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen.String()
}

// await waits until all were drawn.
func (g *glass) await(want ...string) {
	g.t.Helper()
	for _, w := range want {
		for end := time.Now().Add(time.Minute); !strings.Contains(g.text(), w); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				g.t.Fatalf("no %q in %q", w, g.text())
			}
		}
	}
}

// TestCellui: the interface on a terminal of the real system takes keys,
// shows what the kernel has, and leaves the terminal as it was, quit or
// killed by a signal.
func TestCellui(t *testing.T) {
	if _, err := os.Stat(cellui); err != nil {
		t.Skip("cellui is not in the image")
	}
	s := newSite(t)
	for how, status := range map[string]int{"quit": 0, "signal": -1} {
		t.Run(how, func(t *testing.T) {
			g := newGlass(t)
			before, err := unix.IoctlGetTermios(g.fd, unix.TIOCGETA)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(cellui)
			cmd.Env = append(os.Environ(), "TERM=vt220", "LC_ALL=C", "CELLS_ETC="+s.dir+"/etc")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = g.tty, g.tty, g.tty
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			g.await("secmodel_cell", "NAMEv", "cells")
			g.keys.WriteString("7")
			g.await("nothing", "done")
			g.keys.WriteString("\x1b[Z") // Shift-Tab
			g.await("plan")
			if how == "quit" {
				g.keys.WriteString("qq")
			} else {
				cmd.Process.Signal(syscall.SIGTERM)
			}
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != status {
				t.Errorf("status %d, want %d: %q", got, status, g.text())
			}
			after, err := unix.IoctlGetTermios(g.fd, unix.TIOCGETA)
			if err != nil || *after != *before {
				t.Errorf("the modes are %+v, not %+v: %v", after, before, err)
			}
		})
	}
}
