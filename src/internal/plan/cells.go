package plan

import (
	"fmt"
	"slices"
	"strings"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
)

// cellPlan makes the steps for one cell.
type cellPlan struct {
	set    *manifest.Set
	layout Layout
	c      *manifest.Cell // nil: it has no manifest
	name   string
	o      *Observed
	steps  []*Step
}

func (p *cellPlan) add(s ...*Step) { p.steps = append(p.steps, s...) }

// down takes apart whatever is there.
func (p *cellPlan) down() {
	o := p.o
	if o == nil {
		return
	}
	if o.Service.Alive {
		p.add(line(Stop, p.name, '-', AtOnce, "stop the service"))
	}
	if o.Kernel != nil {
		s := line(Destroy, p.name, '-', AtOnce, "end the cell (id %d)", o.Kernel.ID)
		s.ID = o.Kernel.ID
		p.add(s)
	}
	for _, m := range slices.Backward(o.Mounts) {
		s := line(Unmount, p.name, '-', AtOnce, "unmount %s", m.Path)
		s.Mount = Mount{Root: p.layout.Root(p.name), Path: m.Path}
		p.add(s)
	}
}

// up brings a cell up of which nothing is there.
func (p *cellPlan) up() {
	cf := p.c.Config(p.layout.RootOf(p.c), Pending(p.c.Digest()))
	create := line(Create, p.name, '+', AtOnce, "create the cell (%s)", describe(cf))
	create.Desired, create.Config = p.c, cf
	create.Undo = line(Destroy, p.name, '-', AtOnce, "end the cell")
	p.add(create)
	p.mounts()
	p.provision(AtOnce)
	start := line(Start, p.name, '+', AtOnce, "start %s", strings.Join(p.c.Command, " "))
	start.Desired = p.c
	start.Undo = line(Stop, p.name, '-', AtOnce, "stop the service")
	p.add(start)
}

// describe says in a few words what the kernel is told.
func describe(cf cell.Config) string {
	out := "profile " + cf.Profile.String()
	if cf.Mode != cell.Enforce {
		out += ", mode " + cf.Mode.String()
	}
	if cf.Allow != 0 {
		out += ", allow " + cf.Allow.String()
	}
	if len(cf.Ports) > 0 {
		out += ", ports " + cell.FormatPorts(cf.Ports)
	}
	if len(cf.Addrs) > 0 {
		out += ", addr " + cell.FormatAddrs(cf.Addrs)
	}
	if cf.MaxProc > 0 {
		out += fmt.Sprintf(", maxproc %d", cf.MaxProc)
	}
	return out
}

// mounts makes the cell's root.
func (p *cellPlan) mounts() {
	if p.c.Base == manifest.BaseNone {
		return
	}
	if p.c.Base == manifest.BaseHost {
		s := line(Skeleton, p.name, '+', AtOnce, "prepare the root directory")
		s.Desired = p.c
		p.add(s)
	}
	for _, d := range p.c.Data {
		if p.o == nil || !p.o.Seeded[d] {
			s := line(Seed, p.name, '+', AtOnce, "make data %s from base %s", d, p.c.Base)
			s.Data, s.Desired = d, p.c
			p.add(s)
		}
	}
	for _, m := range p.layout.Mounts(p.set, p.c) {
		s := line(MountOn, p.name, '+', AtOnce, "mount %s", describeMount(m))
		s.Mount = m
		s.Undo = line(Unmount, p.name, '-', AtOnce, "unmount %s", m.Path)
		s.Undo.Mount = m
		p.add(s)
	}
}

func describeMount(m Mount) string {
	switch {
	case m.Kind != Null:
		return m.Path
	case m.ReadOnly:
		return m.Path + " from " + m.Source + " read-only"
	}
	return m.Path + " from " + m.Source
}

// provision adds the directives that have something to do.
func (p *cellPlan) provision(when When) (changed bool) {
	for i, it := range p.c.Provision {
		var st ItemState
		if p.o != nil && i < len(p.o.Items) {
			st = p.o.Items[i]
		}
		if st.Done {
			continue
		}
		what := st.What
		if what == "" {
			what = it.String()
		}
		s := line(Provision, p.name, '~', when, "%s", what)
		s.Lines[0].Diff = st.Diff
		s.Desired, s.Item = p.c, i
		if when == AtOnce {
			// A command may have left processes, which hold the mounts and could
			// move them.
			s.Undo = line(Destroy, p.name, '-', AtOnce, "end the cell")
		}
		p.add(s)
		changed = true
	}
	return changed
}

// live brings a running cell in line; what needs a start is done where
// restart is set and held back otherwise.
func (p *cellPlan) live(restart bool) {
	noted, needs := manifestLines(p.c, p.o)
	if p.c.Base == manifest.BaseNone || len(needs) == 0 {
		needs = append(needs, mountLines(p.layout.Mounts(p.set, p.c), p.o.Mounts)...)
	}
	lines, ch := kernelLines(p.c.Config("", ""), p.o)
	if Interrupted(p.o.Kernel.Config.Tag) {
		noted = append(noted, Line{Sign: '~', Text: "finish the start that was interrupted"})
	}
	if len(needs) > 0 && restart {
		p.restart(append(append(noted, lines...), needs...))
		return
	}
	p.change(append(lines, noted...), ch)
	if p.provision(LiveNow) && restart {
		p.add(line(Again, p.name, '~', Restart, "start the service anew"))
	}
	if len(needs) > 0 {
		p.add(&Step{Op: Hold, Cell: p.name, Lines: needs})
	}
}

// restart takes the cell down and up again; lines say why.
func (p *cellPlan) restart(lines []Line) {
	if len(lines) > 0 {
		p.add(&Step{Op: Note, Cell: p.name, Lines: lines})
	}
	p.down()
	p.up()
}

// change tells the kernel what is new, and what is applied from then on.
func (p *cellPlan) change(lines []Line, ch cell.Change) {
	if len(lines) == 0 {
		return
	}
	s := &Step{Op: Set, Cell: p.name, Lines: lines, ID: p.o.Kernel.ID, Change: ch}
	undo := undoChange(ch, Standing(p.o.Kernel))
	if p.o.Applied != nil {
		s.Desired = p.c.Over(p.o.Applied)
		tag := s.Desired.Digest()
		s.Change.Tag = &tag
		undo.Tag = &p.o.Kernel.Config.Tag
	}
	s.Undo = &Step{Op: Set, Cell: p.name, ID: s.ID, Change: undo, Desired: p.o.Applied,
		Lines: []Line{{Sign: '~', Text: "take the change back", When: LiveNow}}}
	p.add(s)
}

// undoChange is the change that brings old back.
func undoChange(ch cell.Change, old cell.Config) cell.Change {
	var back cell.Change
	for _, f := range kernelFields {
		var one cell.Change
		f.change(&one, old)
		merge(&back, ch, one)
	}
	return back
}

// merge copies the fields of one into back that ch has, too.
func merge(back *cell.Change, ch, one cell.Change) {
	if ch.Profile != nil && one.Profile != nil {
		back.Profile = one.Profile
	}
	if ch.Mode != nil && one.Mode != nil {
		back.Mode = one.Mode
	}
	if ch.Allow != nil && one.Allow != nil {
		back.Allow = one.Allow
	}
	if ch.Ports != nil && one.Ports != nil {
		back.Ports = one.Ports
	}
	if ch.Addrs != nil && one.Addrs != nil {
		back.Addrs = one.Addrs
	}
	if ch.MaxProc != nil && one.MaxProc != nil {
		back.MaxProc = one.MaxProc
	}
}
