package plan

import (
	"fmt"
	"slices"
	"strings"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
)

// kernelField compares one directive with what the kernel enforces.
type kernelField struct {
	name   string
	text   func(cell.Config) string
	change func(*cell.Change, cell.Config)
}

// kernelFields are the directives with effect manifest.Live.
var kernelFields = []kernelField{
	{"profile", func(c cell.Config) string { return c.Profile.String() },
		func(ch *cell.Change, c cell.Config) { ch.Profile = &c.Profile }},
	{"mode", func(c cell.Config) string { return c.Mode.String() },
		func(ch *cell.Change, c cell.Config) { ch.Mode = &c.Mode }},
	{"allow", func(c cell.Config) string { return c.Allow.String() },
		func(ch *cell.Change, c cell.Config) { ch.Allow = &c.Allow }},
	{"ports", func(c cell.Config) string { return cell.FormatPorts(c.Ports) },
		func(ch *cell.Change, c cell.Config) { ch.Ports = &c.Ports }},
	{"addr", func(c cell.Config) string { return cell.FormatAddrs(c.Addrs) },
		func(ch *cell.Change, c cell.Config) { ch.Addrs = &c.Addrs }},
	{"maxproc", func(c cell.Config) string { return fmt.Sprint(c.MaxProc) },
		func(ch *cell.Change, c cell.Config) { ch.MaxProc = &c.MaxProc }},
}

// Standing is the kernel's configuration of a cell without the exceptions
// that have an end: those are an admin's, and end by themselves.
func Standing(in *cell.Info) cell.Config {
	c := in.Config
	for i, left := range in.Left {
		if left > 0 {
			c.Allow &^= cell.Only(cell.Exception(i))
		}
	}
	c.Ports, c.Addrs = slices.Clone(c.Ports), slices.Clone(c.Addrs)
	slices.Sort(c.Ports)
	slices.SortFunc(c.Addrs, func(a, b cell.Addr) int {
		if n := a.IP.Compare(b.IP); n != 0 {
			return n
		}
		return int(int64(a.Scope) - int64(b.Scope))
	})
	return c
}

// kernelLines compares what is wanted with what the kernel enforces.
func kernelLines(want cell.Config, o *Observed) ([]Line, cell.Change) {
	var lines []Line
	var ch cell.Change
	have := Standing(o.Kernel)
	for _, f := range kernelFields {
		old, new := f.text(have), f.text(want)
		if old == new {
			continue
		}
		f.change(&ch, want)
		text := fmt.Sprintf("%s %s -> %s", f.name, old, new)
		if a := o.Applied; a != nil && f.text(a.Config("", "")) == new {
			text += ", changed at run time"
		}
		lines = append(lines, Line{Sign: '~', Text: text, When: LiveNow})
	}
	return lines, ch
}

// manifestLines compares what is wanted with what was applied, in what the
// kernel does not know, by what a change needs.
func manifestLines(c *manifest.Cell, o *Observed) (noted, restart []Line) {
	if o.Applied == nil {
		if TagOf(o.Kernel.Config.Tag, c.Digest()) {
			return nil, nil
		}
		what := "what runs was applied from a manifest that is not kept"
		if o.Hidden {
			what = "the manifest is not the one that was applied, which only root can read"
		}
		return nil, []Line{{Sign: '~', Text: what, When: Restart}}
	}
	if o.Applied == c {
		return nil, nil
	}
	for _, d := range c.Compare(o.Applied) {
		l := Line{Sign: '~', Text: d.Name + " " + oneLine(d.Old) + " -> " + oneLine(d.New)}
		if d.Repeat {
			l.Text, l.Diff = d.Name, diffLines(d.Old, d.New)
		}
		switch d.Effect {
		case manifest.Noted, manifest.Provisions:
			noted = append(noted, l)
		case manifest.Restarts:
			l.When = Restart
			restart = append(restart, l)
		}
	}
	return noted, restart
}

func oneLine(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// diffLines shows which lines two lists do not share.
func diffLines(old, new string) string {
	var b strings.Builder
	olds, news := strings.Split(old, "\n"), strings.Split(new, "\n")
	for _, l := range olds {
		if l != "" && !slices.Contains(news, l) {
			b.WriteString("- " + l + "\n")
		}
	}
	for _, l := range news {
		if l != "" && !slices.Contains(olds, l) {
			b.WriteString("+ " + l + "\n")
		}
	}
	if b.Len() == 0 {
		return "~ another order\n"
	}
	return b.String()
}

// mountLines compares the file systems that a running cell ought to have
// with those that it has.
func mountLines(want []Mount, have []Mounted) []Line {
	var lines []Line
	for _, m := range want {
		i := slices.IndexFunc(have, func(h Mounted) bool { return h.Path == m.Path })
		if i < 0 {
			lines = append(lines, Line{Sign: '+', Text: m.Path + " is not mounted", When: Restart})
		} else if have[i].Other {
			lines = append(lines, Line{Sign: '~', Text: m.Path + " shows another directory than " + m.Source, When: Restart})
		} else if m.ReadOnly && !have[i].ReadOnly {
			lines = append(lines, Line{Sign: '~', Text: m.Path + " is mounted for writing", When: Restart})
		}
	}
	for _, h := range have {
		if !slices.ContainsFunc(want, func(m Mount) bool { return m.Path == h.Path }) {
			lines = append(lines, Line{Sign: '-', Text: h.Path + " is mounted", When: Restart})
		}
	}
	return lines
}
