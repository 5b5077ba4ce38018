package view

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

// Follow is where a tail is: at its end, which it follows, or where the user
// has scrolled to.
type Follow struct {
	Scroll
	Held bool // does not follow
}

// Up scrolls a tail of n lines in a window of h by d lines, negative towards
// the end.
func (f *Follow) Up(d, n, h int) {
	if !f.Held {
		f.Top = max(0, n-h)
	}
	f.Top = max(0, min(f.Top-d, n-h))
	f.Held = f.Top < n-h
}

// End follows again.
func (f *Follow) End() { f.Held = false }

// Note says whether the tail is followed.
func (f *Follow) Note() string {
	if f.Held {
		return "held, G follows"
	}
	return "following"
}

// Log is the end of a cell's log in h lines.
func Log(set screen.Charset, name string, seen *model.Watched, o *Follow, w, h int) []screen.Line {
	if name == "" {
		return fill([]screen.Line{set.Line(screen.Plain, "no cell is selected")}, h)
	}
	if seen == nil || seen.Focus.Log != name {
		return fill([]screen.Line{set.Line(screen.Head, name), set.Line(screen.Plain, "looking...")}, h)
	}
	out := []screen.Line{screen.Of(set.Text(screen.Head, name), set.Text(screen.Label, "  "+seen.Log.File))}
	if seen.Log.Err != nil {
		out = append(out, logErr(set, seen.Log.Err, ""))
	} else if len(seen.Log.Lines) == 0 {
		out = append(out, set.Line(screen.Plain, "it has written nothing yet"))
	}
	room := h - len(out)
	lines := seen.Log.Lines
	if !o.Held {
		o.Top = max(0, len(lines)-room)
	}
	o.Top = max(0, min(o.Top, len(lines)-room))
	for _, l := range lines[o.Top:min(len(lines), o.Top+room)] {
		out = append(out, screen.Scroll(set.Line(screen.Plain, brief(l, name)), o.Left))
	}
	return fill(out, h)
}

// logErr says why there is no log; that it has not begun is nothing bad.
func logErr(set screen.Charset, err error, indent string) screen.Line {
	var where *fs.PathError
	if errors.Is(err, fs.ErrNotExist) && errors.As(err, &where) {
		return set.Line(screen.Plain, indent+"nothing yet: there is no "+where.Path)
	}
	return set.Line(screen.Bad, indent+err.Error())
}

// DenialsLook is what the user has chosen among denials.
type DenialsLook struct {
	List
	Follow
	All bool // of every cell
}

// denialColumns are those of the tail of denials.
var denialColumns = []screen.Column{
	{Head: "TIME", Min: 8},
	{Head: "CELL", Min: 8, Max: 16},
	{Head: "PROGRAM", Min: 8, Max: 12},
	{Head: "PID", Right: true, Min: 5, Drop: 2},
	{Head: "UID", Right: true, Min: 4, Drop: 3},
	{Head: "RULE", Min: 12, Max: 32},
	{Head: "COUNT", Right: true, Min: 5},
	{Head: "LIFTED BY", Min: 9, Max: 20, Drop: 1},
	{Head: "WHAT", Min: 20, Grow: true, Drop: 4},
}

// Denials is the tail of denials in h lines; the last two say what the one
// that is selected was about.
func Denials(set screen.Charset, of string, seen *model.Watched, o *DenialsLook, w, h int) []screen.Line {
	if seen == nil || !seen.Focus.Denials || seen.Of != of {
		return fill([]screen.Line{set.Line(screen.Plain, "looking...")}, h)
	}
	if seen.DenialErr != nil {
		return fill([]screen.Line{set.Line(screen.Bad, seen.DenialErr.Error())}, h)
	}
	all := seen.Denials
	if len(all) == 0 {
		who := of
		if who == "" {
			who = "anybody"
		}
		return fill([]screen.Line{set.Line(screen.Plain, "nothing was denied to "+who+" that the kernel still knows of")}, h)
	}
	room := h - 3
	if !o.Held {
		o.At = len(all) - 1
	}
	o.List.Show(len(all), room)
	shown := all[o.List.Top:min(len(all), o.List.Top+room)]
	rows := make([][]screen.Span, len(shown))
	for i, d := range shown {
		rows[i] = denialRow(set, d)
	}
	g := set.Layout(denialColumns, rows, w)
	out := []screen.Line{g.Heads(-1, "")}
	for i, r := range rows {
		l := g.Row(r)
		l.Selected = o.List.Top+i == o.At
		out = append(out, l)
	}
	out = fill(out, h-2)
	d := all[o.At]
	return append(out, set.Line(screen.Plain, about(d)), set.Line(screen.Plain, lift(d)))
}

// Move selects another denial of n; the last one follows.
func (o *DenialsLook) Move(d, n int) {
	o.At = max(0, min(o.At+d, n-1))
	o.Held = o.At < n-1
}

func denialRow(set screen.Charset, d model.Denial) []screen.Span {
	name := d.Name
	if name == "" {
		name = "(host)"
	}
	style := screen.Plain
	if d.Verdict == 2 {
		style = screen.Label
	}
	liftedBy := d.Remedy.Lift
	if liftedBy == "" {
		liftedBy = "nothing"
	}
	var out []screen.Span
	for _, s := range []string{when(d.Last, time.Now()), name, d.Program, strconv.Itoa(int(d.PID)),
		strconv.Itoa(int(d.UID)), d.RuleName(), strconv.Itoa(int(d.Count)), liftedBy, d.What} {
		out = append(out, set.Text(style, s))
	}
	return out
}

// about says what was tried.
func about(d model.Denial) string {
	text := d.What
	if d.First != d.Last && d.Count > 1 {
		text += fmt.Sprintf(", %d times since %s", d.Count, when(d.First, time.Now()))
	}
	return d.Verdict.String() + ": " + text
}

// lift says what would let it pass.
func lift(d model.Denial) string {
	if d.Remedy.Lift == "" {
		return "nothing lifts this rule"
	}
	if d.Remedy.Command == "" {
		return "lifted by " + d.Remedy.Lift
	}
	return "lifted by " + d.Remedy.Lift + ": " + d.Remedy.Command
}
