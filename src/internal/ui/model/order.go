package model

import (
	"cmp"
	"slices"
	"strings"
)

// Order is by what cells are sorted: an index into Orders.
type Order int

// Orders are the columns that cells can be sorted by, each with what comes
// first where nobody asks for the reverse.  Cells that are equal stay in the
// order of their names.
var Orders = []struct {
	Name string
	cmp  func(a, b *Cell) int
}{
	{"name", func(a, b *Cell) int { return strings.Compare(a.Name, b.Name) }},
	{"state", func(a, b *Cell) int {
		return cmp.Or(cmp.Compare(b.Grade, a.Grade), strings.Compare(a.State, b.State))
	}},
	{"health", func(a, b *Cell) int { return cmp.Compare(healthRank(a), healthRank(b)) }},
	{"procs", falling(func(c *Cell) float64 { return float64(c.procs()) })},
	{"cpu", falling(func(c *Cell) float64 { return c.CPU })},
	{"mem", falling(func(c *Cell) float64 { return float64(c.rss()) })},
	{"rst", falling(func(c *Cell) float64 { return float64(c.Super.Restarts) })},
	{"den/m", falling(func(c *Cell) float64 { return float64(c.PerMin) })},
	{"age", falling(func(c *Cell) float64 { return c.age() })},
	{"drift", falling(func(c *Cell) float64 { return float64(len(c.Drift)) })},
}

// falling compares by a number, the highest first.
func falling(of func(*Cell) float64) func(a, b *Cell) int {
	return func(a, b *Cell) int { return cmp.Compare(of(b), of(a)) }
}

func healthRank(c *Cell) int {
	i := slices.Index([]string{"failing", "unknown", "ok"}, c.Super.Health)
	if i < 0 {
		return 3
	}
	return i
}

func (c *Cell) procs() uint32 {
	if c.Info == nil {
		return 0
	}
	return c.Info.Processes
}

func (c *Cell) rss() uint64 {
	if c.Info == nil {
		return 0
	}
	return c.Info.RSS
}

// age is in seconds, negative for a cell that the kernel does not have.
func (c *Cell) age() float64 {
	if c.Info == nil {
		return -1
	}
	return c.Info.Uptime.Seconds()
}

// Rows lists the cells that a filter lets through, in an order.
func (m *Model) Rows(o Order, reverse bool, filter string) []*Cell {
	words := strings.Fields(strings.ToLower(filter))
	out := make([]*Cell, 0, len(m.Cells))
	for _, c := range m.Cells {
		if c.matches(words) {
			out = append(out, c)
		}
	}
	compare := Orders[o].cmp
	slices.SortStableFunc(out, func(a, b *Cell) int {
		if reverse {
			return compare(b, a)
		}
		return compare(a, b)
	})
	return out
}

// matches reports whether every word is part of the cell's name or state, or
// one of the words that stand for something about it.
func (c *Cell) matches(words []string) bool {
	text := strings.ToLower(c.Name + " " + c.State)
	if c.Super.Alive {
		text += " " + c.Super.Health
	}
	for cond, word := range map[string]bool{"drift": len(c.Drift) > 0, "denied": c.PerMin > 0, "bad": c.Grade == Bad} {
		if word {
			text += " " + cond
		}
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Search finds the next row after from, or before it, whose name has text in
// it; it goes round.  Negative: there is none.
func Search(rows []*Cell, text string, from int, back bool) int {
	text = strings.ToLower(text)
	step := 1
	if back {
		step = -1
	}
	for i := 1; i <= len(rows); i++ {
		at := ((from+step*i)%len(rows) + len(rows)) % len(rows)
		if strings.Contains(strings.ToLower(rows[at].Name), text) {
			return at
		}
	}
	return -1
}
