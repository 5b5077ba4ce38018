package gui

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/ui/screen"
)

// modeEnv makes the test binary the program on a terminal.
const modeEnv = "CELLS_TEST_GUI"

func TestMain(m *testing.M) {
	if mode := os.Getenv(modeEnv); mode != "" {
		os.Exit(onTerminal(mode))
	}
	os.Exit(m.Run())
}

// shown is a program that does one thing at its first key.
type shown struct {
	t    *Terminal
	mode string
}

func (p *shown) Draw(w, h int) []screen.Line {
	set := screen.Charset{}
	return []screen.Line{
		set.Line(screen.Plain, fmt.Sprintf("hello %dx%d", w, h)),
		{Spans: []screen.Span{{Text: "raw \x1b]0;pwned\a\u009b2J end"}}}, // as if nothing had made it safe
	}
}

func (p *shown) Key(string) {
	switch p.mode {
	case "panic":
		panic("as asked")
	case "goroutine":
		p.t.Go(func() { panic("as asked") })
	default:
		p.t.Quit()
	}
}

func onTerminal(mode string) int {
	t, err := New(screen.Charset{}, true)
	if err != nil {
		return 3
	}
	err = t.Run(&shown{t, mode}, func() {})
	var pe *PanicError
	switch {
	case errors.As(err, &pe):
		fmt.Println("told: " + pe.Error())
		return 4
	case err != nil:
		fmt.Println(err)
		return 5
	}
	return 0
}

// pty is both ends of a terminal.
type pty struct {
	master, slave *os.File
	mu            sync.Mutex
	out           bytes.Buffer
}

func openPty(t *testing.T) *pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	p := &pty{master: master, slave: slave}
	t.Cleanup(func() { master.Close(); slave.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := master.Read(b)
			p.mu.Lock()
			p.out.Write(b[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return p
}

func (p *pty) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func (p *pty) await(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(p.text(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %q in %q", text, p.text())
		}
	}
}

// TestLeaves: however the program ends, the terminal is as it was.
func TestLeaves(t *testing.T) {
	for mode, status := range map[string]int{"quit": 0, "panic": 2, "goroutine": 4} {
		t.Run(mode, func(t *testing.T) {
			p := openPty(t)
			fd := int(p.slave.Fd())
			before, err := unix.IoctlGetTermios(fd, getModes)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), modeEnv+"="+mode, "TERM=xterm", "LINES=30", "COLUMNS=90")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = p.slave, p.slave, p.slave
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			p.await(t, "90x30") // it was told the size that the terminal lacks
			p.await(t, "end")
			p.master.Write([]byte("x"))
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != status {
				t.Errorf("status %d, want %d: %q", got, status, p.text())
			}
			after, err := unix.IoctlGetTermios(fd, getModes)
			if err != nil || *after != *before {
				t.Errorf("the modes are %+v, not %+v", after, before)
			}
			if size, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err != nil || size.Row != 0 || size.Col != 0 {
				t.Errorf("the size is %+v", size)
			}
			// What it wrote last may still be on its way.
			p.await(t, "\x1b[?1049l")
			if mode != "quit" {
				p.await(t, "as asked")
			}
			checkLeft(t, mode, p.text())
		})
	}
}

// checkLeft looks at what the terminal was sent.
func checkLeft(t *testing.T, mode, text string) {
	t.Helper()
	enter, leave := strings.Index(text, "\x1b[?1049h"), strings.LastIndex(text, "\x1b[?1049l")
	if enter < 0 || leave < enter {
		t.Errorf("the other screen is not left: %q", text)
	}
	if strings.Contains(text, "\x1b]0;") || strings.Contains(text, "\u009b") || strings.Contains(text, "\a") {
		t.Errorf("a sequence of the text's got through: %q", text)
	}
	if mode != "quit" && !strings.Contains(text[leave:], "as asked") {
		t.Errorf("the panic is not told after: %q", text)
	}
}
