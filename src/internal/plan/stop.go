package plan

import (
	"maps"
	"slices"
)

// End plans the end of the named cells, each after those that depend on it
// and are named, too: by what was applied to them or, where that is not known,
// by their manifests.  These may be full of mistakes; cells that depend on
// each other end in any order.
func End(w World, names []string) *Plan {
	p := &Plan{}
	nodes := map[string]*Node{}
	for _, name := range slices.Sorted(slices.Values(names)) {
		o := w.Cells[name]
		if st := o.State(); st == Down || st == Foreign {
			continue
		}
		cp := &cellPlan{set: w.Set, layout: w.Layout, c: w.Set.Cells[name], name: name, o: o}
		cp.down()
		nodes[name] = &Node{ID: name, Cell: name, Steps: cp.steps}
		p.Nodes = append(p.Nodes, nodes[name])
	}
	for _, n := range p.Nodes {
		c := w.Cells[n.Cell].Applied
		if c == nil {
			c = w.Set.Cells[n.Cell]
		}
		if c == nil {
			continue
		}
		for _, d := range c.Depend {
			if nodes[d] != nil {
				nodes[d].After = append(nodes[d].After, n.ID)
			}
		}
	}
	for ring := p.Ring(); ring != nil; ring = p.Ring() {
		next := ring[1%len(ring)].ID
		ring[0].After = slices.DeleteFunc(ring[0].After, func(id string) bool { return id == next })
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
