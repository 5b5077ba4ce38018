// Package ui is the terminal interface: pages over a model, a table of keys
// and actions, dialogs, and jobs in the background.  It knows of no terminal:
// keys come in by their names, lines go out.
package ui

import (
	"os"
	"time"

	"cells/src/internal/manifest"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// Terminal is what the interface runs on.
type Terminal interface {
	Post(f func())    // has the loop call f, and draws
	Go(f func())      // runs f beside the loop
	Suspend(f func()) // gives the terminal back while f runs
	Sync()            // draws everything anew
	Quit()
}

// Sampler looks at the host.
type Sampler interface {
	Sample() model.Sample
	Fingerprint(s model.Sample) uint64
	Reread() // has the next sample look at every file
	Close()
}

// Config is what an App is made of.
type Config struct {
	Terminal Terminal
	Sampler  Sampler
	Look     func(*manifest.Set) *model.Deep
	Set      screen.Charset
	Host     string
	Root     bool          // whoever sits there may change something
	Every    time.Duration // between two samples
}

// App is the interface.  All of it belongs to the loop of its Terminal, but
// for what is said to.
type App struct {
	Config
	model  model.Model
	pages  []page
	at     int // the page that is shown
	dialog dialog
	note   note
	look   looking

	kick chan struct{} // has the next sample taken at once
	done chan struct{} // closed at the end
}

// page is one view with its keys.
type page interface {
	name() string
	draw(w, h int) []screen.Line
	key(name string) bool // false: it means nothing here
	right() string        // what stands at the right of the line of views
}

// note is the line above the footer.
type note struct {
	style screen.Style
	text  string
}

// New makes an App.
func New(c Config) *App {
	a := &App{Config: c, kick: make(chan struct{}, 1), done: make(chan struct{})}
	a.pages = []page{&cellsPage{App: a}}
	return a
}

// Start begins to look at the host.
func (a *App) Start() { a.Terminal.Go(a.gather) }

// Stop ends what Start began.
func (a *App) Stop() { close(a.done) }

// say shows a message until the next key.
func (a *App) say(style screen.Style, text string) { a.note = note{style, text} }

// complain shows an error.
func (a *App) complain(err error) { a.say(screen.Bad, err.Error()) }

// page is the one that is shown.
func (a *App) page() page { return a.pages[a.at] }

// Draw is the whole screen.
func (a *App) Draw(w, h int) []screen.Line {
	if w < view.LeastWidth || h < view.LeastHeight {
		return view.TooSmall(a.Set, w, h)
	}
	names := make([]string, len(a.pages))
	for i, p := range a.pages {
		names[i] = p.name()
	}
	out := []screen.Line{
		view.Header(a.Set, &a.model, a.Host, w),
		view.Tabs(a.Set, names, a.at, a.page().right(), w),
	}
	body := h - 4
	hints := a.hints()
	below := a.noteLine(w)
	if a.dialog == nil {
		out = append(out, a.page().draw(w, body)...)
	} else {
		part := a.dialog.draw(w, body)
		hints = a.dialog.hints()
		out = append(out, a.page().draw(w, body-len(part))...)
		out = append(out, part...)
		if l, ok := a.dialog.line(w); ok {
			below = l
		}
	}
	return append(out, below, view.Footer(a.Set, hints, w))
}

// noteLine is the line above the footer.
func (a *App) noteLine(w int) screen.Line {
	switch {
	case a.note.text != "":
		return a.Set.Line(a.note.style, a.note.text)
	case a.model.Sample.Err != nil:
		return a.Set.Line(screen.Bad, "the kernel does not answer: "+a.model.Sample.Err.Error())
	case a.model.Mistakes() > 0:
		return a.Set.Line(screen.Busy, plural(a.model.Mistakes(), "mistake")+" in the manifests: "+first(a.model.Sample.Mistakes))
	case a.model.Deep != nil && a.model.Deep.Err != nil:
		return a.Set.Line(screen.Busy, "drift: "+first(a.model.Deep.Err))
	}
	return screen.Line{}
}

// Key takes a key.
func (a *App) Key(name string) {
	if name == "ctrl-l" {
		a.Terminal.Sync()
		return
	}
	a.note = note{}
	if a.dialog != nil {
		a.dialog.key(name)
		return
	}
	if a.page().key(name) || a.global(name) {
		return
	}
	if len(name) > 0 {
		a.say(screen.Plain, "no key here: "+name+"; ? lists them")
	}
}

// EnvHost is the name of the host for the header.
func EnvHost() string {
	h, err := os.Hostname()
	if err != nil {
		return "?"
	}
	return h
}
