package plan

import (
	"maps"
	"slices"
)

// End plans the end of the named cells, each after those that depend on it
// and are named, too.
func End(w World, names []string) *Plan {
	p := &Plan{}
	for _, name := range slices.Sorted(slices.Values(names)) {
		o := w.Cells[name]
		if st := o.State(); st == Down || st == Foreign {
			continue
		}
		cp := &cellPlan{set: w.Set, layout: w.Layout, c: w.Set.Cells[name], name: name, o: o}
		cp.down()
		p.Nodes = append(p.Nodes, &Node{ID: name, Cell: name, Steps: cp.steps})
	}
	for _, n := range p.Nodes {
		for _, d := range p.Nodes {
			if c := w.Set.Cells[d.Cell]; c != nil && slices.Contains(c.Depend, n.Cell) {
				n.After = append(n.After, d.ID)
			}
		}
	}
	return p
}

// Remove plans the end of cells whose manifests, which the world still has,
// are to be no more.
func Remove(w World, names []string) *Plan {
	p := End(w, names)
	for _, n := range p.Nodes {
		n.Steps = append(n.Steps, line(Forget, n.Cell, '-', AtOnce, "forget what was applied"))
	}
	return p
}

// Managed lists the cells of the world that cellmgr has to do with and that
// are not down.
func (w World) Managed() []string {
	var out []string
	for name, o := range w.Cells {
		if st := o.State(); st != Down && st != Foreign {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Names lists the cells of the world.
func (w World) Names() []string { return slices.Sorted(maps.Keys(w.Cells)) }
