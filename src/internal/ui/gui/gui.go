// Package gui is the thin layer between the interface and gocui: it draws
// lines, names keys, runs one loop, and leaves the terminal as it found it,
// however the program ends.
package gui

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/jroimartin/gocui"

	"cells/src/internal/ui/screen"
)

// Program is what is shown.  It is called in the loop alone.
type Program interface {
	Draw(w, h int) []screen.Line
	Key(name string)
}

// Terminal runs a Program on the terminal of the process.
type Terminal struct {
	prog   Program
	set    screen.Charset
	looks  [2]map[screen.Style]gocui.Attribute
	kind   kind
	gui    *gocui.Gui
	before *state
	keys   decoder
	last   time.Time // when the last key came
	stops  chan os.Signal

	mu    sync.Mutex
	queue []func()
}

// PanicError is a panic of a goroutine, told once the terminal is in order.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// New makes a Terminal.  Nothing is done to the terminal yet.
func New(set screen.Charset, mono bool) (*Terminal, error) {
	k, err := kindOf(os.Getenv("TERM"))
	if err != nil {
		return nil, err
	}
	return &Terminal{set: set, looks: looks(mono), kind: k, stops: make(chan os.Signal, 1)}, nil
}

// Run shows the program until Quit; begin is called once it can be posted to.
func (t *Terminal) Run(p Program, begin func()) (err error) {
	t.prog = p
	if t.before, err = save(); err != nil {
		return err
	}
	if err := t.open(); err != nil {
		t.before.restore()
		return err
	}
	defer t.close()
	signal.Notify(t.stops, syscall.SIGTSTP)
	defer signal.Stop(t.stops)
	t.Go(func() {
		for range t.stops {
			t.Post(t.Pause)
		}
	})
	begin()
	if err := t.gui.MainLoop(); !errors.Is(err, gocui.ErrQuit) {
		return err
	}
	return nil
}

// open takes the terminal over.
func (t *Terminal) open() error {
	return t.kind.withTerm(func() error {
		g, err := gocui.NewGui(gocui.OutputNormal)
		if err != nil {
			return err
		}
		if t.gui == nil {
			g.InputEsc, g.ASCII = true, t.set.ASCII
			t.gui = g
			g.SetManagerFunc(t.layout)
		}
		return nil
	})
}

// close gives the terminal back.
func (t *Terminal) close() {
	t.gui.Close()
	t.before.restore()
}

// Suspend gives the terminal to what f runs, and takes it again.  It is for
// the loop alone, which stands still meanwhile.  ^Z then stops this program
// with the other one.
func (t *Terminal) Suspend(f func()) {
	t.without(func() {
		f()
		t.before.foreground()
	})
}

// without calls f while the terminal is as it was.
func (t *Terminal) without(f func()) {
	t.close()
	signal.Reset(syscall.SIGTSTP)
	f()
	signal.Notify(t.stops, syscall.SIGTSTP)
	if err := t.open(); err != nil {
		t.fail(err)
	}
}

// fail ends the program with an error.
func (t *Terminal) fail(err error) {
	t.gui.Update(func(*gocui.Gui) error { return err })
}

// Quit ends Run.
func (t *Terminal) Quit() { t.fail(gocui.ErrQuit) }

// Post has the loop call f, in the order of the calls, and draw.  It never
// blocks.
func (t *Terminal) Post(f func()) {
	t.mu.Lock()
	t.queue = append(t.queue, f)
	first := len(t.queue) == 1
	t.mu.Unlock()
	if first {
		t.gui.Update(func(*gocui.Gui) error { t.drain(); return nil })
	}
}

func (t *Terminal) drain() {
	t.mu.Lock()
	queue := t.queue
	t.queue = nil
	t.mu.Unlock()
	for _, f := range queue {
		f()
	}
}

// Go runs f in a goroutine whose panic ends the program in order.
func (t *Terminal) Go(f func()) {
	go func() {
		defer func() {
			if v := recover(); v != nil {
				t.fail(&PanicError{v, debug.Stack()})
			}
		}()
		f()
	}()
}

// input is the name of the only view of gocui: it lies outside of the
// screen and gets every key.
const input = "input"

// layout is called whenever the screen is to be drawn.
func (t *Terminal) layout(g *gocui.Gui) error {
	v, err := g.SetView(input, -3, -3, -1, -1)
	if errors.Is(err, gocui.ErrUnknownView) {
		v.Frame, v.Editable = false, true
		v.Editor = gocui.EditorFunc(t.edit)
		_, err = g.SetCurrentView(input)
	}
	if err != nil {
		return err
	}
	w, h := g.Size()
	for y, l := range t.prog.Draw(w, h) {
		if y < h {
			t.line(y, w, l)
		}
	}
	return nil
}

// escapeTime is how long the rest of a sequence may take after its ESC.
const escapeTime = 100 * time.Millisecond

// edit gets every key.
func (t *Terminal) edit(_ *gocui.View, key gocui.Key, ch rune, mod gocui.Modifier) {
	if t.keys.pending && time.Since(t.last) > 10*escapeTime {
		t.press(t.keys.timeout())
	}
	t.last = time.Now()
	t.press(t.keys.feed(keyName(key, ch, mod)))
	if t.keys.pending {
		mine := t.last
		time.AfterFunc(escapeTime, func() {
			t.Post(func() {
				if t.last == mine {
					t.press(t.keys.timeout())
				}
			})
		})
	}
}

func (t *Terminal) press(names []string) {
	for _, n := range names {
		t.prog.Key(n)
	}
}

// Pause stops the process group, as ^Z does for programs that leave the
// terminal as it is.  A group that nobody would continue does not stop.
func (t *Terminal) Pause() {
	t.without(func() {
		going := make(chan os.Signal, 1)
		signal.Notify(going, syscall.SIGCONT)
		defer signal.Stop(going)
		syscall.Kill(0, syscall.SIGTSTP)
		select {
		case <-going:
		case <-time.After(time.Second):
		}
	})
}

// Sync draws everything anew, for a screen that somebody has written over.
func (t *Terminal) Sync() { t.without(func() {}) }
