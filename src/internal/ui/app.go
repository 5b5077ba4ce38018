// Package ui is the terminal interface: views over a model, a table of keys
// and what they do, dialogs, and jobs in the background.  It knows of no
// terminal: keys come in by their names, lines go out.
package ui

import (
	"os"
	"strings"
	"sync/atomic"
	"time"

	"cells/src/internal/manifest"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
	"cells/src/internal/words"
)

// Terminal is what the interface runs on.
type Terminal interface {
	Post(f func())    // has the loop call f, and draws
	Go(f func())      // runs f beside the loop
	Suspend(f func()) // gives the terminal back while f runs
	Sync()            // draws everything anew
	Pause()           // stops the program until it is continued
	Quit()
}

// Sampler looks at the host.
type Sampler interface {
	Sample() model.Sample
	Fingerprint(s model.Sample) uint64
	Watch(f model.Focus, s model.Sample) *model.Watched
	Reread() // has the next sample look at every manifest
	Close()
}

// Config is what an App is made of.
type Config struct {
	Terminal Terminal
	Sampler  Sampler
	Look     func(s *manifest.Set, mistakes error) *model.Deep
	Storage  func(*manifest.Set) *model.Storage
	Set      screen.Charset
	Host     string
	Root     bool          // whoever sits there may change something
	Every    time.Duration // between two samples
	Cell     string        // to begin with, "" for the list
}

// App is the interface.  All of it belongs to the loop of its Terminal.
type App struct {
	Config
	model   model.Model
	watched *model.Watched
	storage *model.Storage
	jobs    *jobs.Queue
	cell    string // that views of one are about
	pages   []page
	at      int // the page that is shown
	dialog  dialog
	said    note
	small   bool   // the terminal is too small to show anything
	query   string // of the last search
	look    looking
	stored  looking

	child  atomic.Pointer[os.Process] // that has the terminal
	hungUp atomic.Bool

	focus atomic.Pointer[model.Focus]
	kick  chan struct{} // has the next sample taken at once
	done  chan struct{} // closed at the end
}

// note is the line above the footer.
type note struct {
	style screen.Style
	text  string
}

const badStyle = screen.Bad

// New makes an App.
func New(c Config) *App {
	a := &App{Config: c, cell: c.Cell, kick: make(chan struct{}, 1), done: make(chan struct{})}
	a.jobs = jobs.New(func() { c.Terminal.Post(func() {}) }, c.Terminal.Go)
	a.pages = []page{&cellsPage{App: a}, &cellPage{App: a}, &logPage{App: a}, &denialsPage{App: a},
		&storagePage{App: a}, &planPage{App: a}, &jobsPage{App: a}}
	if c.Cell != "" {
		a.at = 1
	}
	a.refocus()
	return a
}

// Start begins to look at the host.
func (a *App) Start() { a.Terminal.Go(a.gather) }

// Stop ends what Start began, has jobs come to an end, and waits for them.
// waiting is told which there are.
func (a *App) Stop(waiting func(names []string)) {
	close(a.done)
	if names := a.jobs.Busy(); len(names) > 0 {
		waiting(names)
		a.jobs.Cancel(0)
	}
	a.jobs.Wait()
}

// say shows a message until the next key.
func (a *App) say(style screen.Style, text string) {
	text, _, _ = strings.Cut(text, "\n")
	a.said = note{style, text}
}

// complain shows an error.
func (a *App) complain(err error) { a.say(screen.Bad, err.Error()) }

// page is the one that is shown.
func (a *App) page() page { return a.pages[a.at] }

// Draw is the whole screen.
func (a *App) Draw(w, h int) []screen.Line {
	if a.small = w < view.LeastWidth || h < view.LeastHeight; a.small {
		return view.TooSmall(a.Set, w, h, a.jobs.Busy())
	}
	names := make([]string, len(a.pages))
	for i, p := range a.pages {
		names[i] = p.name()
	}
	out := []screen.Line{
		view.Header(a.Set, &a.model, a.Host, w),
		view.Tabs(a.Set, names, a.at, a.page().note(), w),
	}
	below, hints := a.noteLines(w), a.hints()
	var part []screen.Line
	if a.dialog != nil {
		hints = a.dialog.hints()
		_, own := a.dialog.line(w)
		if own {
			below = below[:1]
		}
		part = a.dialog.draw(w, h-3-len(below))
		if own { // it tells of what was drawn
			below[0], _ = a.dialog.line(w)
		}
	}
	body := h - 3 - len(below)
	if len(part) < body {
		out = append(out, a.page().draw(w, body-len(part))...)
	}
	out = append(out, part...)
	out = append(append(out, below...), view.Footer(a.Set, hints, w))
	for i := range out {
		out[i] = a.Set.Fit(out[i], w)
	}
	return out
}

// mostNote is how many lines a note may take.
const mostNote = 4

// noteLines are the note in as many lines as it needs: its end may be what
// says what to do.
func (a *App) noteLines(w int) []screen.Line {
	lines := screen.Wrap(a.noteLine(w), w)
	return lines[:min(len(lines), mostNote)]
}

// noteLine is what stands above the footer: what was said last, else what is
// under way, else what is wrong.
func (a *App) noteLine(w int) screen.Line {
	m := &a.model
	switch {
	case a.said.text != "":
		return a.Set.Line(a.said.style, a.said.text)
	case m.Sample.Err != nil:
		return a.Set.Line(screen.Bad, "the kernel does not answer: "+first(m.Sample.Err))
	case len(a.jobs.Busy()) > 0:
		return a.Set.Fit(a.busyLine(), w) // one line, or the page would jump
	case m.Mistakes() > 0:
		return a.Set.Line(screen.Busy, words.Count(m.Mistakes(), "mistake")+" in the manifests: "+first(m.Sample.Mistakes))
	case m.Deep != nil && m.Deep.Err != nil:
		return a.Set.Line(screen.Busy, "plan: "+first(m.Deep.Err))
	case !a.Root:
		return a.Set.Line(screen.Label, "read-only: "+onlyRoot+" change anything")
	}
	return screen.Line{}
}

// busyLine is what is under way, rather than what waits for it.
func (a *App) busyLine() screen.Line {
	for _, state := range []jobs.State{jobs.Running, jobs.Waiting} {
		for _, j := range a.jobs.List() {
			if j.State != state {
				continue
			}
			text := j.Name + ": " + j.State.String()
			if p := view.Progress(j, time.Now()); p != "" {
				text += ": " + p
			}
			return a.Set.Line(screen.Busy, text)
		}
	}
	return screen.Line{}
}

// Key takes a key.
func (a *App) Key(name string) {
	a.said = note{}
	switch {
	case a.small:
		a.smallKey(name)
	case a.dialog != nil && name != "ctrl-l" && name != "ctrl-z":
		a.dialog.key(name)
	case !a.dispatch(name):
		a.say(screen.Plain, "no such key here: "+KeyName(name)+"; ? lists them")
	}
	a.refocus()
}

// smallKey takes a key that nobody sees the effect of: nothing is done but
// leaving, and that only where nothing would have to be asked.
func (a *App) smallKey(name string) {
	switch name {
	case "q", "esc", "ctrl-c":
		if len(a.jobs.Busy()) == 0 {
			a.Terminal.Quit()
		}
	case "ctrl-l", "ctrl-z":
		a.dispatch(name)
	}
}

// refocus has looked at what is shown.
func (a *App) refocus() {
	f := model.Focus{}
	a.page().focus(&f)
	if old := a.focus.Swap(&f); old != nil && *old != f {
		a.wake()
	}
	if a.page().name() == onStorage {
		a.store()
	}
}
