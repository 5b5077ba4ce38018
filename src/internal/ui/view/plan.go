package view

import (
	"fmt"
	"strings"

	"cells/src/internal/plan"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/words"
)

// signStyles are the styles of the lines of a plan.
var signStyles = map[byte]screen.Style{'+': screen.Good, '-': screen.Bad, '~': screen.Busy}

// planLine is one line of a plan, with its difference below.
func planLine(set screen.Charset, l plan.Line, cell string) []screen.Line {
	style := signStyles[l.Sign]
	text := l.Text
	if cell != "" {
		text = cell + ": " + text
	}
	if l.When != plan.AtOnce {
		text += " (" + string(l.When) + ")"
	}
	out := []screen.Line{screen.Of(set.Text(style, "  "+string(l.Sign)+" "), set.Text(style, text))}
	for d := range strings.Lines(l.Diff) {
		out = append(out, set.Line(screen.Plain, "      "+strings.TrimRight(d, "\n")))
	}
	return out
}

// PlanLines are the lines of a plan, as a dialog shows them.
func PlanLines(set screen.Charset, p *plan.Plan) []screen.Line {
	var out []screen.Line
	for _, s := range p.Steps() {
		for _, l := range s.Lines {
			out = append(out, planLine(set, l, s.Cell)...)
		}
	}
	return out
}

// PlanLook is what the user has chosen in the plan.
type PlanLook struct {
	List
	Restart, Prune bool
}

// PlanRow is a line of a plan that can be selected.
type PlanRow struct {
	Cell string
	Line screen.Line
}

// Compute plans with what the user has chosen, from the last deep look.
func (o *PlanLook) Compute(m *model.Model) (*plan.Plan, error) {
	if m.Deep == nil {
		return nil, nil
	}
	if m.Deep.Plan == nil {
		return nil, m.Deep.Err
	}
	if !o.Restart && !o.Prune {
		return m.Deep.Plan, m.Deep.Err
	}
	return plan.Apply(m.Deep.World, plan.Options{Restart: o.Restart, Prune: o.Prune})
}

// Rows lists the lines of a plan.
func (o *PlanLook) Rows(set screen.Charset, p *plan.Plan) []PlanRow {
	var out []PlanRow
	if p == nil {
		return nil
	}
	for _, s := range p.Steps() {
		for _, l := range s.Lines {
			for _, line := range planLine(set, l, s.Cell) {
				out = append(out, PlanRow{s.Cell, line})
			}
		}
	}
	return out
}

// Plan is what apply would do, in h lines.
func Plan(set screen.Charset, m *model.Model, o *PlanLook, w, h int) []screen.Line {
	p, err := o.Compute(m)
	out := []screen.Line{set.Line(screen.Head, planTitle(m, p, err))}
	if err != nil {
		for l := range strings.Lines(err.Error()) {
			out = append(out, screen.Wrap(set.Line(screen.Bad, "  ! "+strings.TrimRight(l, "\n")), w)...)
		}
	}
	rows := o.Rows(set, p)
	room := max(1, h-len(out))
	o.Show(len(rows), room)
	for i := o.Top; i < min(len(rows), o.Top+room); i++ {
		l := rows[i].Line
		l.Selected = i == o.At
		out = append(out, l)
	}
	return fill(out, h)
}

// planTitle is the line above the plan.
func planTitle(m *model.Model, p *plan.Plan, err error) string {
	switch {
	case m.Deep == nil:
		return "looking..."
	case p == nil:
		return "there is no plan"
	case p.Empty() && err == nil && m.Deep.Hidden:
		return "nothing to do, as far as this user can see"
	case p.Empty() && err == nil:
		return "nothing to do: every cell is as its manifest says"
	}
	cells, held, steps := map[string]bool{}, 0, 0
	for _, s := range p.Steps() {
		cells[s.Cell] = true
		if s.Op == plan.Hold {
			held++
		} else {
			steps++
		}
	}
	text := fmt.Sprintf("%s for %s", words.Count(steps, "step"), words.Count(len(cells), "cell"))
	if held > 0 {
		text += fmt.Sprintf("; %d held back, which r (restarts) or p (pruning) lets through", held)
	}
	return text
}
