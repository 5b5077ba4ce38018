package view

import (
	"slices"
	"strings"
	"time"

	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

// CellsLook is what the user has chosen in the list of cells.
type CellsLook struct {
	List
	Name    string // of the cell that is selected
	Order   model.Order
	Reverse bool
	Filter  string
}

// Rows lists the cells and finds the one that is selected among them; where
// it is gone, the one in its place is.
func (o *CellsLook) Rows(m *model.Model) []*model.Cell {
	rows := m.Rows(o.Order, o.Reverse, o.Filter)
	if i := slices.IndexFunc(rows, func(c *model.Cell) bool { return c.Name == o.Name }); i >= 0 {
		o.At = i
	}
	o.Select(rows, o.At)
	return rows
}

// Select selects the row with that number, or the nearest one.
func (o *CellsLook) Select(rows []*model.Cell, at int) {
	o.At = max(0, min(at, len(rows)-1))
	if len(rows) > 0 {
		o.Name = rows[o.At].Name
	}
}

// cellColumns are in the order of model.Orders, with the plots behind.
var cellColumns = []screen.Column{
	{Head: "NAME", Min: 12, Grow: true},
	{Head: "STATE", Min: 9},
	{Head: "HEALTH", Min: 7},
	{Head: "PROCS", Right: true, Min: 5},
	{Head: "CPU%", Right: true, Min: 5},
	{Head: "MEM", Right: true, Min: 5},
	{Head: "RST", Right: true, Min: 3},
	{Head: "DEN/M", Right: true, Min: 5},
	{Head: "AGE", Right: true, Min: 6},
	{Head: "DRIFT", Min: 8, Max: 8},
	{Head: "CPU", Min: plotWidth, Max: plotWidth, Drop: 2},
	{Head: "MEMORY", Min: plotWidth, Max: plotWidth, Drop: 1},
}

// plotWidth is how wide the plots of the list are.
const plotWidth = 16

// wideDrift is how much of the drift a wide terminal shows.
const wideDrift = 16

// Cells is the list of cells in h lines; it has a line of heads.
func Cells(set screen.Charset, m *model.Model, o *CellsLook, w, h int) []screen.Line {
	rows := o.Rows(m)
	o.Show(len(rows), h-1)
	shown := rows[o.Top:min(len(rows), o.Top+h-1)]
	cells := make([][]screen.Span, len(shown))
	for i, c := range shown {
		cells[i] = cellRow(set, c)
	}
	cols := cellColumns
	if w >= LeastWidth+2*(plotWidth+2) {
		cols = append([]screen.Column(nil), cols...)
		cols[9].Min, cols[9].Max = wideDrift, wideDrift
	}
	g := set.Layout(cols, cells, w)
	mark := "v"
	if o.Reverse {
		mark = "^"
	}
	out := []screen.Line{g.Heads(int(o.Order), mark)}
	for i, row := range cells {
		l := g.Row(row)
		l.Selected = o.Top+i == o.At
		out = append(out, l)
	}
	if len(rows) == 0 {
		out = append(out, screen.Line{}, set.Line(screen.Plain, noCells(m, o)))
	}
	return fill(out, h)
}

// noCells says why the list is empty.
func noCells(m *model.Model, o *CellsLook) string {
	switch {
	case m.Sample.At.IsZero() && m.Sample.Err != nil:
		return "the kernel cannot be asked: " + m.Sample.Err.Error()
	case m.Sample.At.IsZero():
		return "looking..."
	case len(m.Cells) > 0:
		return "no cell matches the filter " + strings.TrimSpace(o.Filter) + "; f changes it"
	case m.Sample.Set != nil && m.Mistakes() == 0:
		return "there is no cell, and " + m.Sample.Set.Dir + " has no manifest of one; see cell(5)"
	}
	return "there is no cell"
}

// cellRow is one cell.
func cellRow(set screen.Charset, c *model.Cell) []screen.Span {
	running := c.Info != nil
	row := []screen.Span{
		set.Text(screen.Plain, c.Name),
		set.Text(gradeStyles[c.Grade], c.State),
		health(set, c),
	}
	put := func(style screen.Style, s string) { row = append(row, set.Text(style, s)) }
	if running {
		put(screen.Plain, count(uint64(c.Info.Processes), true))
		put(screen.Plain, percent(c.CPU))
		put(screen.Plain, size(c.Info.RSS))
	} else {
		put(screen.Plain, "-")
		put(screen.Plain, "-")
		put(screen.Plain, "-")
	}
	put(warn(c.Super.Alive && c.Super.Restarts > 0), count(c.Super.Restarts, c.Super.Alive))
	put(warn(c.PerMin > 0), count(c.PerMin, running))
	if running {
		put(screen.Plain, age(c.Info.Uptime.Truncate(time.Second)))
	} else {
		put(screen.Plain, "-")
	}
	row = append(row, drift(set, c))
	if c.History == nil {
		return append(row, screen.Span{}, screen.Span{})
	}
	return append(row,
		screen.Span{Text: set.Plot(c.History.CPU(plotWidth), plotWidth, 100)},
		screen.Span{Text: set.Plot(c.History.RSS(plotWidth), plotWidth, 0)})
}

func warn(yes bool) screen.Style {
	if yes {
		return screen.Busy
	}
	return screen.Plain
}

func health(set screen.Charset, c *model.Cell) screen.Span {
	switch {
	case !c.Super.Alive:
		return screen.Span{Text: "-"}
	case c.Super.Health == "ok":
		return set.Text(screen.Good, "ok")
	case c.Super.Health == "failing":
		return set.Text(screen.Bad, "failing")
	}
	return set.Text(screen.Plain, c.Super.Health)
}

// drift is what a plan would be about; a question mark where nobody knows.
func drift(set screen.Charset, c *model.Cell) screen.Span {
	switch {
	case !c.Known:
		return screen.Span{Text: "?"}
	case len(c.Drift) == 0:
		return screen.Span{Text: "none"}
	}
	return set.Text(screen.Busy, strings.Join(c.Drift, ","))
}
