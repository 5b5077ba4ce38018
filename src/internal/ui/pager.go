package ui

import (
	"fmt"

	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// pager is a text over the whole page, to be read and left again.
type pager struct {
	*App
	height
	text   func(w int) []screen.Line
	about  string // stands below it
	scroll view.Scroll
	n      int // lines there are
}

// read shows a text over the page.
func (a *App) read(about string, text func(w int) []screen.Line) {
	a.dialog = &pager{App: a, height: height{view.LeastHeight - 4}, about: about, text: text}
}

func (p *pager) draw(w, h int) []screen.Line {
	lines := p.text(w)
	p.h, p.n = h, len(lines)
	return view.Fill(p.scroll.Window(lines, h), h)
}

func (p *pager) line(int) (screen.Line, bool) {
	if p.said.text != "" {
		return screen.Line{}, false
	}
	text := p.about
	if p.n > p.h {
		text = fmt.Sprintf("lines %d to %d of %d; %s", p.scroll.Top+1, min(p.n, p.scroll.Top+p.h), p.n, text)
	}
	return p.Set.Line(screen.Label, text), true
}

func (p *pager) hints() []view.Hint {
	return []view.Hint{{Key: "j k", Does: "scroll"}, {Key: "1-7", Does: "view"}, {Key: "q", Does: "back"}}
}

// key scrolls, leaves, or leaves for another view.  What acts has to be
// pressed again where one sees what it is about.
func (p *pager) key(name string) {
	if name == "space" {
		name = "pagedown"
	}
	if d := p.step(name); d != 0 {
		p.scroll.Top = max(0, p.scroll.Top+d)
		return
	}
	switch {
	case turns(name):
		p.dialog = nil
		p.dispatch(name)
	case name == "q", name == "esc", name == "ctrl-c", name == "?", name == "enter", name == "left", name == "h":
		p.dialog = nil
	default:
		p.say(screen.Plain, KeyName(name)+" does nothing here; q goes back")
	}
}
