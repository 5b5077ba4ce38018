// Package screen is what views are written in: lines of styled text, columns
// and small plots.  Nothing here knows of a terminal.  Every text becomes
// safe on its way into a line, so that nothing that a cell has written
// reaches a terminal as anything but text.
package screen

import "strings"

// Style is what a piece of text means; the terminal decides how that looks.
type Style uint8

// The styles.
const (
	Plain  Style = iota
	Strong       // names, titles
	Label        // what stands before a value
	Head         // heads of columns
	Good         // as it should be
	Busy         // on its way, or worth a look
	Bad          // needs somebody
	Bar          // header and footer
	BarKey       // a key in the footer
	Dialog       // inside a dialog
	Cursor       // where the next character of a prompt goes
	Styles       // how many there are
)

// Span is a piece of text in one style.
type Span struct {
	Text  string
	Style Style
}

// Line is one line of a view.
type Line struct {
	Spans    []Span
	Selected bool  // the whole line is marked
	Fill     Style // of what is right of the spans
}

// Charset is what a terminal can show.
type Charset struct{ ASCII bool }

// Text makes one span, safely.
func (c Charset) Text(style Style, s string) Span { return Span{Safe(s, c.ASCII), style} }

// Line makes a line of one span.
func (c Charset) Line(style Style, s string) Line { return Line{Spans: []Span{c.Text(style, s)}} }

// Of makes a line of spans.
func Of(spans ...Span) Line { return Line{Spans: spans} }

// Width is how many columns the line takes.
func (l Line) Width() int {
	n := 0
	for _, s := range l.Spans {
		n += Width(s.Text)
	}
	return n
}

// String is the text of the line.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l.Spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Add puts spans at the end.
func (l *Line) Add(spans ...Span) { l.Spans = append(l.Spans, spans...) }

// Fit cuts or fills the line to exactly w columns.
func (c Charset) Fit(l Line, w int) Line {
	out := Line{Selected: l.Selected, Fill: l.Fill}
	left := w
	for _, s := range l.Spans {
		if left <= 0 {
			break
		}
		if n := Width(s.Text); n > left {
			s.Text = Clip(s.Text, left, c.ASCII)
		}
		left -= Width(s.Text)
		out.Spans = append(out.Spans, s)
	}
	if left > 0 {
		out.Spans = append(out.Spans, Span{spaces(left), l.Fill})
	}
	return out
}

// Scroll leaves out the first n columns of a line.
func Scroll(l Line, n int) Line {
	out := Line{Selected: l.Selected, Fill: l.Fill}
	for _, s := range l.Spans {
		w := Width(s.Text)
		if n < w {
			out.Spans = append(out.Spans, Span{Skip(s.Text, n), s.Style})
		}
		n = max(0, n-w)
	}
	return out
}

// Wrap is Hang with a little more than what the line itself is indented by.
func Wrap(l Line, w int) []Line {
	text := l.String()
	return Hang(l, w, len(text)-len(strings.TrimLeft(text, " "))+4)
}

// Hang breaks a line where it is wider than w columns, at a blank if there is
// one not too far back.  What follows is indented.
func Hang(l Line, w, indent int) []Line {
	indent = min(indent, w/2)
	var out []Line
	for l.Width() > w && w > indent+1 {
		n := breakAt(l.String(), w, max(indent, w/2))
		out = append(out, Line{Spans: take(l, n).Spans, Selected: l.Selected, Fill: l.Fill})
		l = Scroll(l, n)
		for strings.HasPrefix(l.String(), " ") {
			l = Scroll(l, 1)
		}
		l.Spans = append([]Span{{spaces(indent), Plain}}, l.Spans...)
	}
	return append(out, l)
}

// breakAt is after how many columns, w at most, a text is broken: before its
// last blank that is not left of least.
func breakAt(s string, w, least int) int {
	at, n := 0, 0
	for _, r := range s {
		if r == ' ' && n >= least {
			at = n
		}
		if n+RuneWidth(r) > w {
			break
		}
		n += RuneWidth(r)
	}
	if at > 0 {
		return at
	}
	return n
}

// take is the first n columns of a line.
func take(l Line, n int) Line {
	var out Line
	for _, s := range l.Spans {
		text := s.Text[:len(s.Text)-len(Skip(s.Text, n))]
		out.Add(Span{text, s.Style})
		n = max(0, n-Width(s.Text))
	}
	return out
}

// Ends puts left and right at the two ends of a line of w columns.
func (c Charset) Ends(left, right Line, w int) Line {
	gap := w - left.Width() - right.Width()
	if gap < 1 {
		return c.Fit(left, w)
	}
	out := Line{Spans: append([]Span(nil), left.Spans...), Fill: left.Fill}
	out.Add(Span{spaces(gap), left.Fill})
	out.Add(right.Spans...)
	return out
}

// Text is lines as a reader of a test sees them: trailing blanks are cut.
func Text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	return b.String()
}

// marks name the styles in Marked.
var marks = map[Style]string{Strong: "*", Good: "+", Busy: "~", Bad: "!", Head: "_"}

// Marked is Text with the styles that are about state as marks around the
// text, and `>' before a line that is selected.
func Marked(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		var s string
		for _, p := range l.Spans {
			text, pad := p.Text, ""
			if t := strings.TrimRight(text, " "); marks[p.Style] != "" {
				text, pad = t, p.Text[len(t):]
			}
			if m := marks[p.Style]; m != "" && text != "" {
				text = "{" + m + text + "}"
			}
			s += text + pad
		}
		if l.Selected {
			s = "> " + s
		}
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	return b.String()
}
