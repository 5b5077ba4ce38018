// Package view renders what the interface shows.  Each view is a pure
// function: the model, what the user has chosen and a size go in, lines come
// out.
package view

import (
	"math"
	"strconv"
	"time"

	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/words"
)

// Least is the smallest terminal that the interface works on.
const (
	LeastWidth  = 80
	LeastHeight = 24
)

// List is where a list is scrolled to and what is selected in it.
type List struct{ At, Top int }

// Show moves the list so that what is selected is one of n rows and can be
// seen in a window of h lines.
func (l *List) Show(n, h int) {
	l.At = max(0, min(l.At, n-1))
	l.Top = max(0, min(l.Top, n-h, l.At))
	if l.At >= l.Top+h {
		l.Top = l.At - h + 1
	}
}

// Scroll is where a text is scrolled to.
type Scroll struct{ Top, Left int }

// Window cuts h lines out of a text.
func (s *Scroll) Window(lines []screen.Line, h int) []screen.Line {
	s.Top = max(0, min(s.Top, len(lines)-h))
	lines = lines[s.Top:min(len(lines), s.Top+h)]
	if s.Left == 0 {
		return lines
	}
	out := make([]screen.Line, len(lines))
	for i, l := range lines {
		out[i] = screen.Scroll(l, s.Left)
	}
	return out
}

// Grades as styles.
var gradeStyles = map[model.Grade]screen.Style{
	model.Off: screen.Plain, model.Fine: screen.Good, model.Busy: screen.Busy, model.Bad: screen.Bad}

// percent is a share of a processor, as wide as "12.3" or "1234".
func percent(v float64) string {
	switch {
	case v < 0:
		return "-"
	case v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
}

// size is a number of bytes.
func size(n uint64) string { return words.FormatSize(n) }

// age is a duration in at most six columns.
func age(d time.Duration) string {
	if d < 0 {
		return "-"
	}
	return words.BriefDuration(d)
}

// when is a time for a reader: the clock where it was today, else the date.
func when(t, now time.Time) string {
	t = t.Local()
	if y, m, d := now.Local().Date(); !t.IsZero() {
		if ty, tm, td := t.Date(); ty == y && tm == m && td == d {
			return t.Format("15:04:05")
		}
	}
	return t.Format("2006-01-02")
}

// count is a number, "-" where there is nothing to count.
func count(n uint64, known bool) string {
	if !known {
		return "-"
	}
	return strconv.FormatUint(n, 10)
}

// Fill is fill for others.
func Fill(lines []screen.Line, h int) []screen.Line { return fill(lines, h) }

// fill adds empty lines until there are h.
func fill(lines []screen.Line, h int) []screen.Line {
	for len(lines) < h {
		lines = append(lines, screen.Line{})
	}
	return lines[:h]
}
