package screen

// Column is one column of a table.
type Column struct {
	Head  string
	Right bool // numbers
	Grow  bool // takes what is left of the width
	Min   int  // columns it has at least; the head counts, too
	Max   int  // 0: as wide as it needs to be
	Drop  int  // left out where there is no room, the highest first; 0 never
}

// Grid is a table that is laid out for a width.
type Grid struct {
	set    Charset
	cols   []Column
	widths []int // 0: left out
	gap    int   // between two columns
}

// Layout decides how wide the columns are, given what they are to hold.
func (c Charset) Layout(cols []Column, rows [][]Span, w int) *Grid {
	g := &Grid{set: c, cols: cols, widths: make([]int, len(cols)), gap: 2}
	if w < roomy {
		g.gap = 1
	}
	for i, col := range cols {
		g.widths[i] = max(col.Min, Width(col.Head))
		for _, r := range rows {
			if col.Grow {
				break // it has what is left
			}
			g.widths[i] = max(g.widths[i], Width(r[i].Text))
		}
		if col.Max > 0 {
			g.widths[i] = min(g.widths[i], max(col.Max, Width(col.Head)))
		}
	}
	for g.width() > w && g.drop() {
	}
	g.grow(w)
	return g
}

// roomy is how wide a terminal has two blanks between columns.
const roomy = 100

// width is what all columns take with the gaps between them.
func (g *Grid) width() int {
	n := -g.gap
	for _, w := range g.widths {
		if w > 0 {
			n += w + g.gap
		}
	}
	return n
}

// drop leaves out the column that is missed least.
func (g *Grid) drop() bool {
	worst := -1
	for i, col := range g.cols {
		if g.widths[i] > 0 && col.Drop > 0 && (worst < 0 || col.Drop > g.cols[worst].Drop) {
			worst = i
		}
	}
	if worst >= 0 {
		g.widths[worst] = 0
	}
	return worst >= 0
}

// grow gives what is left to the column that takes it, or takes from it what
// is too much.
func (g *Grid) grow(w int) {
	for i, col := range g.cols {
		if col.Grow && g.widths[i] > 0 {
			g.widths[i] = max(max(col.Min, Width(col.Head)), g.widths[i]+w-g.width())
			return
		}
	}
}

// Room is how wide a column has become, 0 where it was left out.
func (g *Grid) Room(i int) int { return g.widths[i] }

// Heads is the line above the rows; mark stands behind the head of one
// column, unless that is negative.
func (g *Grid) Heads(marked int, mark string) Line {
	row := make([]Span, len(g.cols))
	for i, col := range g.cols {
		row[i] = Span{col.Head, Head}
		if i == marked {
			row[i].Text += mark
		}
	}
	l := g.Row(row)
	for i := range l.Spans {
		l.Spans[i].Style = Head
	}
	l.Fill = Head
	return l
}

// Row lays out one row.
func (g *Grid) Row(row []Span) Line {
	var l Line
	for i, s := range row {
		w := g.widths[i]
		if w == 0 {
			continue
		}
		if len(l.Spans) > 0 {
			l.Add(Span{spaces(g.gap), Plain})
		}
		s.Text = Clip(s.Text, w, g.set.ASCII)
		pad := Span{spaces(w - Width(s.Text)), Plain}
		if g.cols[i].Right {
			l.Add(pad, s)
		} else {
			l.Add(s, pad)
		}
	}
	return l
}
