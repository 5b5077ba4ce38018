package view

import (
	"fmt"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/explain"
	"cells/src/internal/plan"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/words"
)

// besideWidth is how wide a terminal has to be for two columns of sections.
const besideWidth = 120

// recent is how many lines of a log one cell shows.
const recent = 8

// pen writes the sections of a page.
type pen struct {
	screen.Charset
	w   int
	out []screen.Line
}

func (p *pen) blank() {
	if len(p.out) > 0 {
		p.out = append(p.out, screen.Line{})
	}
}

// section begins one; note stands behind its name.
func (p *pen) section(name, note string) {
	p.blank()
	p.out = append(p.out, screen.Of(p.Text(screen.Head, name), p.Text(screen.Label, "  "+note)))
}

// labelWidth is how wide what stands before a value is.
const labelWidth = 10

// fact is one line of a label and its value.
func (p *pen) fact(label string, value ...screen.Span) {
	l := screen.Of(p.Text(screen.Label, fmt.Sprintf("  %-*s", labelWidth, label)))
	l.Add(value...)
	p.out = append(p.out, l)
}

// text is a fact of plain text, broken where it is too long.
func (p *pen) text(style screen.Style, label, value string) {
	for i, s := range wrap(value, p.w-labelWidth-2) {
		if i > 0 {
			label = ""
		}
		p.fact(label, p.Text(style, s))
	}
}

// wrap breaks s between words into lines of at most w columns.
func wrap(s string, w int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && screen.Width(line)+1+screen.Width(word) > w {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(out, line)
}

// Cell is everything about one cell; the page scrolls over it.
func Cell(set screen.Charset, m *model.Model, seen *model.Watched, name string, w int) []screen.Line {
	c := m.Find(name)
	if c == nil {
		text := "no cell is selected"
		if name != "" {
			text = name + ": there is no such cell any more"
		}
		return []screen.Line{set.Line(screen.Plain, text)}
	}
	width := w
	if w >= besideWidth {
		width = (w - 3) / 2
	}
	left, right := &pen{Charset: set, w: width}, &pen{Charset: set, w: width}
	left.head(m, c)
	left.policy(c)
	if w < besideWidth {
		right = left
	}
	right.drift(m, c)
	right.denials(c, seen)
	right.log(c, seen)
	left.mounts(c)
	left.manifest(c)
	if w < besideWidth {
		return left.out
	}
	return beside(set, left.out, right.out, width, w-width-3)
}

// beside puts two columns next to each other.
func beside(set screen.Charset, left, right []screen.Line, wl, wr int) []screen.Line {
	var out []screen.Line
	for i := range max(len(left), len(right)) {
		var l, r screen.Line
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		row := set.Fit(l, wl)
		row.Add(screen.Span{Text: "   "})
		row.Add(set.Fit(r, wr).Spans...)
		out = append(out, row)
	}
	return out
}

// head is how the cell is.
func (p *pen) head(m *model.Model, c *model.Cell) {
	l := screen.Of(p.Text(screen.Strong, c.Name), p.Text(screen.Plain, "  "), p.Text(gradeStyles[c.Grade], c.State))
	if c.Super.Alive && c.Super.Since > 0 {
		l.Add(p.Text(screen.Plain, " for "+age(m.Sample.At.Sub(time.Unix(c.Super.Since, 0)))))
	}
	if h := health(p.Charset, c); h.Text != "-" {
		l.Add(p.Text(screen.Plain, "  health "), h)
	}
	if c.Super.Alive && c.Super.Restarts > 0 {
		l.Add(p.Text(screen.Busy, "  "+words.Count(int(c.Super.Restarts), "restart")))
	}
	p.out = append(p.out, l)
	if c.Why != "" && c.Why != "-" && c.Grade != model.Fine {
		p.text(screen.Plain, "why", c.Why)
	}
	if c.Info == nil {
		return
	}
	in := c.Info
	p.fact("cpu", p.Text(screen.Plain, fmt.Sprintf("%5s%%  ", percent(c.CPU))), p.plot(c.History.CPU(plotHistory), 100),
		p.Text(screen.Plain, "  "+age(in.CPU.Truncate(time.Second))+" in all"))
	p.fact("memory", p.Text(screen.Plain, fmt.Sprintf("%6s  ", size(in.RSS))), p.plot(c.History.RSS(plotHistory), 0),
		p.Text(screen.Plain, "  "+size(in.VSZ)+" virtual"))
	limit := "no limit"
	if in.Config.MaxProc > 0 {
		limit = fmt.Sprintf("of %d", in.Config.MaxProc)
	}
	p.text(screen.Plain, "processes", fmt.Sprintf("%d %s, at most %d so far", in.Processes, limit, in.Peak))
	p.text(screen.Plain, "age", fmt.Sprintf("%s, id %s, %s", age(in.Uptime), in.ID, in.State))
}

// plotHistory is how wide the plots of one cell are.
const plotHistory = 28

func (p *pen) plot(values []float64, top float64) screen.Span {
	return screen.Span{Text: p.Plot(values, plotHistory, top)}
}

// policy is what the kernel enforces.
func (p *pen) policy(c *model.Cell) {
	if c.Info == nil {
		return
	}
	cf := c.Info.Config
	p.section("POLICY", "what the kernel enforces")
	p.text(screen.Plain, "profile", cf.Profile.String()+", mode "+cf.Mode.String())
	p.text(screen.Plain, "allow", allowed(c.Info))
	p.text(screen.Plain, "ports", strings.ReplaceAll(cell.FormatPorts(cf.Ports), ",", " "))
	p.text(screen.Plain, "addresses", strings.ReplaceAll(cell.FormatAddrs(cf.Addrs), ",", " "))
	if c.Manifest != nil && len(c.Manifest.Rlimits) > 0 {
		var all []string
		for _, l := range c.Manifest.Rlimits {
			all = append(all, l.String())
		}
		p.text(screen.Plain, "rlimits", strings.Join(all, " "))
	}
	p.text(screen.Plain, "root", cf.Root)
}

// allowed lists the exceptions, with what is left of those that end.
func allowed(in *cell.Info) string {
	var out []string
	for _, e := range in.Allowed().List() {
		s := e.String()
		if left := in.Left[e]; left > 0 {
			s += " (" + words.BriefDuration(left) + " left)"
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ", ")
}

// mounts is what the cell sees as its files.
func (p *pen) mounts(c *model.Cell) {
	if c.Observed == nil || len(c.Observed.Mounts) == 0 {
		return
	}
	p.section("MOUNTS", "")
	for _, m := range c.Observed.Mounts {
		how := "rw"
		if m.ReadOnly {
			how = "ro"
		}
		p.out = append(p.out, p.Line(screen.Plain, fmt.Sprintf("  %s %-20s %s", how, m.Path, m.Source)))
	}
}

// manifest is what the admin wrote, with what is in force where that is
// something else.
func (p *pen) manifest(c *model.Cell) {
	if c.Manifest == nil {
		p.section("MANIFEST", "there is none")
		return
	}
	p.section("MANIFEST", c.Manifest.File)
	o := c.Observed
	if o == nil {
		o = &plan.Observed{Kernel: c.Info}
	}
	for _, d := range plan.Directives(c.Manifest, o) {
		style, mark := screen.Plain, "  "
		if d.Differs {
			style, mark = screen.Busy, "! "
		}
		for _, l := range lines(d.Name, d.Want) {
			p.out = append(p.out, p.Line(style, mark+l))
		}
		if !d.Differs {
			continue
		}
		for _, l := range lines("in force:", d.Have) {
			p.out = append(p.out, p.Line(style, "      "+l))
		}
	}
}

// lines puts a name before each line of operands; "-" where there is none.
func lines(name, operands string) []string {
	if operands == "" {
		return []string{name + " -"}
	}
	out := strings.Split(operands, "\n")
	for i := range out {
		out[i] = name + " " + out[i]
	}
	return out
}

// drift is what apply would do.
func (p *pen) drift(m *model.Model, c *model.Cell) {
	p.section("DRIFT", "what apply would do")
	if m.Deep == nil || m.Deep.Plan == nil {
		text := "  not known yet"
		if m.Deep != nil {
			text = "  not known: there is no plan"
		}
		p.out = append(p.out, p.Line(screen.Plain, text))
		return
	}
	n := len(p.out)
	for _, s := range m.Deep.Plan.Steps() {
		if s.Cell == c.Name {
			for _, l := range s.Lines {
				p.out = append(p.out, planLine(p.Charset, l, "")...)
			}
		}
	}
	if len(p.out) == n {
		p.out = append(p.out, p.Line(screen.Plain, "  none"))
	}
}

// denials is what the cell was denied, and what would let it pass.
func (p *pen) denials(c *model.Cell, seen *model.Watched) {
	if c.Info == nil {
		return
	}
	p.section("DENIALS", fmt.Sprintf("%d in all, %d in the last minute", cell.Sum(c.Info.Denied), c.PerMin))
	switch {
	case seen == nil || seen.Cell != c.Name:
		p.out = append(p.out, p.Line(screen.Plain, "  looking..."))
	case seen.CellErr != nil:
		p.out = append(p.out, p.Line(screen.Bad, "  "+seen.CellErr.Error()))
	case len(seen.Explained) == 0:
		p.out = append(p.out, p.Line(screen.Plain, "  none"))
	default:
		for _, l := range seen.Explained {
			p.explained(l)
		}
	}
}

func (p *pen) explained(l explain.Line) {
	text := fmt.Sprintf("  %6d  %s", l.Denied+l.Learned, l.Rule.Name)
	if l.Learned > 0 {
		text += fmt.Sprintf("  (%d learned)", l.Learned)
	}
	if l.Last.Count > 0 {
		text += fmt.Sprintf("  by %s at %s", l.Last.Program, when(l.Last.Last, time.Now()))
	}
	p.out = append(p.out, p.Line(screen.Plain, text))
	for i, s := range wrap(l.What+"; "+remedy(l.Remedy), p.w-10) {
		p.out = append(p.out, p.Line(screen.Label, "          "+strings.Repeat(" ", min(i, 1)*2)+s))
	}
}

// remedy is what would lift a rule.
func remedy(r explain.Remedy) string {
	if r.Lift == "" {
		return "nothing lifts it"
	}
	return "lifted by " + r.Lift
}

// log is the end of what the service has written.
func (p *pen) log(c *model.Cell, seen *model.Watched) {
	if c.Manifest == nil {
		return
	}
	if seen == nil || seen.Focus.Log != c.Name {
		p.section("LOG", "")
		p.out = append(p.out, p.Line(screen.Plain, "  looking..."))
		return
	}
	p.section("LOG", seen.Log.File)
	if seen.Log.Err != nil {
		p.out = append(p.out, logErr(p.Charset, seen.Log.Err, "  "))
		return
	}
	if len(seen.Log.Lines) == 0 {
		p.out = append(p.out, p.Line(screen.Plain, "  empty"))
	}
	for _, l := range seen.Log.Lines[max(0, len(seen.Log.Lines)-recent):] {
		p.out = append(p.out, p.Line(screen.Plain, "  "+brief(l, c.Name)))
	}
}
