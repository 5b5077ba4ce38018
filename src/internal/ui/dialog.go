package ui

import (
	"strings"

	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// dialog is something that has to be answered first.
type dialog interface {
	draw(w, h int) []screen.Line    // takes the bottom of the page
	line(w int) (screen.Line, bool) // in the place of the note
	hints() []view.Hint
	key(name string)
}

// answer is one thing that can be answered to a question.
type answer struct {
	key, does string
	run       func() // nil: nothing is done
}

// question asks before something is done, and says what that is.
type question struct {
	*App
	title   string
	text    []screen.Line
	answers []answer
	scroll  view.Scroll
}

// ask shows a question.  Without an answer nothing happens: n, q and Esc are
// always there.
func (a *App) ask(title string, text []screen.Line, answers ...answer) *question {
	q := &question{App: a, title: title, text: text}
	q.answers = append(answers, answer{"n", "no", nil})
	a.dialog = q
	return q
}

// rule is a line across the page with a title in it.
func (a *App) rule(title string, w int) screen.Line {
	dash := "─"
	if a.Set.ASCII {
		dash = "-"
	}
	title = " " + screen.Safe(title, a.Set.ASCII) + " "
	return screen.Of(screen.Span{Text: dash + dash}, screen.Span{Text: title, Style: screen.Strong},
		screen.Span{Text: strings.Repeat(dash, max(0, w-2-screen.Width(title)))})
}

func (q *question) draw(w, h int) []screen.Line {
	var text []screen.Line
	for _, l := range q.text {
		text = append(text, screen.Wrap(l, w)...)
	}
	room := min(len(text), h-2)
	out := []screen.Line{q.rule(q.title, w)}
	out = append(out, q.scroll.Window(text, room)...)
	if room < len(text) {
		out[0] = q.rule(q.title+" (j and k scroll)", w)
	}
	return append(out, screen.Line{})
}

func (q *question) line(int) (screen.Line, bool) { return screen.Line{}, false }

func (q *question) hints() []view.Hint {
	var out []view.Hint
	for _, a := range q.answers {
		out = append(out, view.Hint{Key: a.key, Does: a.does})
	}
	return out
}

func (q *question) key(name string) {
	for _, a := range q.answers {
		if a.key == name {
			q.dialog = nil
			if a.run != nil {
				a.run()
			}
			return
		}
	}
	switch name {
	case "q", "esc", "ctrl-c":
		q.dialog = nil
	case "j", "down":
		q.scroll.Top++
	case "k", "up":
		q.scroll.Top--
	}
}

// prompt asks for a text.
type prompt struct {
	*App
	label, text string
	each        func(text string) // with every key, nil for nothing
	done        func(text string)
	given       func() // the prompt was given up
}

func (p *prompt) draw(int, int) []screen.Line { return nil }

func (p *prompt) line(w int) (screen.Line, bool) {
	room := w - screen.Width(p.label) - 2
	text := screen.Safe(p.text, p.Set.ASCII)
	if n := screen.Width(text); n > room {
		text = screen.Skip(text, n-room)
	}
	return screen.Of(p.Set.Text(screen.Strong, p.label), screen.Span{Text: text}, screen.Span{Text: " ", Style: screen.Cursor}), true
}

func (p *prompt) hints() []view.Hint {
	return []view.Hint{{Key: "enter", Does: "done"}, {Key: "esc", Does: "leave it"}, {Key: "ctrl-u", Does: "empty"}}
}

func (p *prompt) key(name string) {
	switch {
	case name == "enter":
		p.dialog = nil
		p.done(p.text)
		return
	case name == "esc", name == "ctrl-c":
		p.dialog = nil
		if p.given != nil {
			p.given()
		}
		return
	case name == "backspace":
		if r := []rune(p.text); len(r) > 0 {
			p.text = string(r[:len(r)-1])
		}
	case name == "ctrl-u":
		p.text = ""
	case name == "space":
		p.text += " "
	case len([]rune(name)) == 1:
		p.text += name
	}
	if p.each != nil {
		p.each(p.text)
	}
}

// menu has the user choose one of several.
type menu struct {
	*App
	title string
	items []menuItem
	list  view.List
}

// menuItem is one of them.
type menuItem struct {
	name, about string
	run         func()
}

func (m *menu) draw(w, h int) []screen.Line {
	room := min(len(m.items), max(3, h-8))
	m.list.Show(len(m.items), room)
	out := []screen.Line{m.rule(m.title, w)}
	for i := m.list.Top; i < m.list.Top+room; i++ {
		it := m.items[i]
		l := screen.Of(m.Set.Text(screen.Plain, "  "+it.name+strings.Repeat(" ", max(1, 12-len(it.name)))), m.Set.Text(screen.Label, it.about))
		l.Selected = i == m.list.At
		out = append(out, l)
	}
	return append(out, screen.Line{})
}

func (m *menu) line(int) (screen.Line, bool) { return screen.Line{}, false }

func (m *menu) hints() []view.Hint {
	return []view.Hint{{Key: "j k", Does: "choose"}, {Key: "enter", Does: "take it"}, {Key: "q", Does: "leave it"}}
}

func (m *menu) key(name string) {
	switch name {
	case "up", "k":
		m.list.At = max(0, m.list.At-1)
	case "down", "j":
		m.list.At = min(len(m.items)-1, m.list.At+1)
	case "enter":
		m.dialog = nil
		m.items[m.list.At].run()
	case "q", "esc", "ctrl-c", "n":
		m.dialog = nil
	}
}
