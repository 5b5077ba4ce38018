package ui

import (
	"fmt"
	"strings"

	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// helpPage is the keys of one view, over the whole page.
type helpPage struct {
	*App
	height
	lines  []screen.Line
	scroll view.Scroll
}

// help lists the keys of the view that is shown: those that look, then those
// that do something, with the reason where they are not to be had.
func (a *App) help(string) {
	p := &helpPage{App: a}
	put := func(style screen.Style, s string) { p.lines = append(p.lines, a.Set.Line(style, s)) }
	for _, acts := range []bool{false, true} {
		title := "keys of the view " + a.page().name()
		if acts {
			title = "what can be done there"
		}
		if acts && !a.Root {
			title += ": not by this user, " + onlyRoot
		}
		n := len(p.lines)
		for i := range bindings {
			b := &bindings[i]
			if b.Acts != acts || !b.on(a.page().name()) {
				continue
			}
			if len(p.lines) == n {
				if n > 0 {
					put(screen.Plain, "")
				}
				put(screen.Head, title)
			}
			text := b.About
			if b.Asks {
				text += "; asks first"
			}
			style := screen.Plain
			if acts && !a.Root {
				style = screen.Label
				text += " (unavailable)"
			}
			put(style, fmt.Sprintf("  %-16s %s", b.Names(), text))
		}
	}
	p.h = len(p.lines)
	a.dialog = p
}

func (p *helpPage) draw(_, h int) []screen.Line {
	p.h = h
	return view.Fill(p.scroll.Window(p.lines, h), h)
}

func (p *helpPage) line(int) (screen.Line, bool) {
	text := "cellui(8) has more"
	if n := len(p.lines); n > p.h {
		text = fmt.Sprintf("lines %d to %d of %d; %s", p.scroll.Top+1, min(n, p.scroll.Top+p.h), n, text)
	}
	return p.Set.Line(screen.Label, text), true
}

func (p *helpPage) hints() []view.Hint {
	return []view.Hint{{Key: "j k", Does: "scroll"}, {Key: "q", Does: "back"}}
}

func (p *helpPage) key(name string) {
	if d := p.step(name); d != 0 {
		p.scroll.Top = max(0, p.scroll.Top+d)
		return
	}
	p.dialog = nil
}

// join names a few things.
func join(names []string) string { return strings.Join(names, ", ") }
