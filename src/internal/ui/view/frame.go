package view

import (
	"fmt"
	"strings"

	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/words"
)

// Header is the line at the top: the host, what decides there, and totals.
func Header(set screen.Charset, m *model.Model, host string, w int) screen.Line {
	left := screen.Line{Fill: screen.Bar}
	left.Add(set.Text(screen.Bar, " "+host+"  "+decider(m)))
	right := screen.Line{Fill: screen.Bar}
	for _, p := range summary(m, w) {
		if left.Width()+right.Width()+screen.Width(p)+4 > w {
			break
		}
		right.Add(set.Text(screen.Bar, p+"  "))
	}
	return set.Ends(left, right, w)
}

// summary is what the header tells, what matters most first; the time only
// where there is room for it at all times.
func summary(m *model.Model, w int) []string {
	t := m.Totals()
	cells := words.Count(t.Cells, "cell")
	sep := ": "
	for _, n := range []struct {
		n    int
		what string
	}{{t.Up, "up"}, {t.Busy, "busy"}, {t.Bad, "bad"}, {t.Drift, "drift"}} {
		if n.n > 0 {
			cells += fmt.Sprintf("%s%d %s", sep, n.n, n.what)
			sep = " "
		}
	}
	switch {
	case m.Sample.Err != nil:
		cells = "NOT ANSWERING; " + cells
	case m.Sample.At.IsZero():
		cells = "no answer yet"
	}
	out := []string{cells, "cpu " + percent(t.CPU) + "%", "mem " + size(t.RSS)}
	if t.PerMin > 0 {
		out = append(out, fmt.Sprintf("den/m %d", t.PerMin))
	}
	if !m.Sample.At.IsZero() && w > LeastWidth {
		out = append(out, m.Sample.At.Local().Format("15:04:05"))
	}
	return out
}

// decider is what decides on this host.
func decider(m *model.Model) string {
	switch {
	case m.Sample.Version.Rig:
		return "rig (rehearsal)"
	case m.Sample.Version.ABI != 0:
		return "secmodel_cell"
	}
	return ""
}

// Tabs is the line of views, the one that is shown marked.
func Tabs(set screen.Charset, names []string, at int, right string, w int) screen.Line {
	var l screen.Line
	for i, n := range names {
		style := screen.Label
		text := fmt.Sprintf(" %d %s ", i+1, n)
		if i == at {
			style, text = screen.Strong, fmt.Sprintf("[%d %s]", i+1, n)
		}
		l.Add(set.Text(style, text))
	}
	right = screen.Clip(screen.Safe(right, set.ASCII), w-l.Width()-1, set.ASCII)
	return set.Ends(l, screen.Of(screen.Span{Text: right, Style: screen.Label}), w)
}

// Hint is a key and what it does.
type Hint struct{ Key, Does string }

// Footer is the line of keys.
func Footer(set screen.Charset, hints []Hint, w int) screen.Line {
	l := screen.Line{Fill: screen.Bar}
	for _, h := range hints {
		if l.Width()+screen.Width(h.Key+h.Does)+3 > w {
			break
		}
		l.Add(set.Text(screen.BarKey, " "+h.Key), set.Text(screen.Bar, " "+h.Does+" "))
	}
	return set.Fit(l, w)
}

// TooSmall is all that a terminal shows which is, with the jobs that are
// under way.
func TooSmall(set screen.Charset, w, h int, busy []string) []screen.Line {
	out := []screen.Line{
		set.Line(screen.Strong, fmt.Sprintf("%dx%d is too small", w, h)),
		set.Line(screen.Plain, fmt.Sprintf("at least %dx%d", LeastWidth, LeastHeight)),
	}
	if len(busy) == 0 {
		return append(out, set.Line(screen.Plain, "q ends"))
	}
	return append(out, set.Line(screen.Busy, "under way: "+strings.Join(busy, ", ")))
}
