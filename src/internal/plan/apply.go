package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
)

// Options say how far a plan may go.
type Options struct {
	Names   []string // these cells and what they depend on; none: all
	Start   bool     // Names are wanted up whatever their autostart says
	Anew    bool     // Names are started anew even where nothing has changed
	Restart bool     // cells may be started anew where a change needs it
	Prune   bool     // cells without a manifest may be ended
}

// World is everything that a plan is made from.
type World struct {
	Set    *manifest.Set
	Layout Layout
	Cells  map[string]*Observed // every cell that has a manifest, a kernel cell or mounts
}

// ForeignError is a cell that cellmgr did not make, in the way of one that
// it is to make.
type ForeignError struct {
	Name string
	ID   cell.ID
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s: a cell of that name (id %d) runs that cellmgr did not make; `cellctl destroy -k %s' ends it",
		e.Name, e.ID, e.Name)
}

// Apply plans what brings the cells in line with their manifests.  Foreign
// cells are in the error; the plan is for the others.
func Apply(w World, o Options) (*Plan, error) {
	p := &Plan{}
	var errs []error
	names, wanted := selection(w, o)
	for _, name := range names {
		c, ob := w.Set.Cells[name], w.Cells[name]
		state := ob.State()
		if state == Foreign {
			if c != nil && wanted[name] {
				errs = append(errs, &ForeignError{name, ob.Kernel.ID})
			}
			continue
		}
		cp := &cellPlan{set: w.Set, layout: w.Layout, c: c, name: name, o: ob}
		switch {
		case c == nil:
			cp.orphan(o.Prune)
		case state == Running || state == Done && !(o.Start && named(o, name)):
			if o.Anew && named(o, name) {
				cp.restart(nil)
			} else {
				cp.live(o.Restart)
			}
		case wanted[name]:
			cp.start(state)
		case state == Broken:
			cp.down()
		}
		if len(cp.steps) > 0 {
			p.Nodes = append(p.Nodes, &Node{ID: name, Cell: name, Steps: cp.steps})
		}
	}
	w.order(p)
	return p, errors.Join(errs...)
}

func named(o Options, name string) bool {
	return len(o.Names) == 0 || slices.Contains(o.Names, name)
}

// selection lists the cells that are looked at, and which are wanted up.
func selection(w World, o Options) (names []string, wanted map[string]bool) {
	wanted = map[string]bool{}
	var want func(n string)
	want = func(n string) {
		if c := w.Set.Cells[n]; c != nil && !wanted[n] {
			wanted[n] = true
			for _, d := range c.Depend {
				want(d)
			}
		}
	}
	chosen := map[string]bool{}
	for _, n := range slices.Concat(w.Set.Names(), slices.Collect(maps.Keys(w.Cells))) {
		if !named(o, n) {
			continue
		}
		chosen[n] = true
		c := w.Set.Cells[n]
		if c != nil && (c.Autostart || o.Start || w.Cells[n].State() == Running) {
			want(n)
		}
	}
	for n := range wanted {
		// What is wanted only as a dependency is left alone where it runs.
		if st := w.Cells[n].State(); st != Running && st != Done {
			chosen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(chosen)), wanted
}

// start brings a cell up, after taking apart what is left of it.
func (p *cellPlan) start(state State) {
	if state == Broken || state == Done {
		p.down()
	}
	p.up()
}

// orphan ends a cell that has no manifest, where that is asked for.  A drill
// holds the lock as long as it lasts: whoever obeys this plan knows that it
// is over, and that nobody misses its cell.
func (p *cellPlan) orphan(prune bool) {
	switch {
	case p.o.Drill:
		p.down()
		p.add(line(Discard, p.name, '-', AtOnce, "remove what a drill has left"))
		return
	case p.o.State() == Down:
		return
	case !prune:
		p.add(&Step{Op: Hold, Cell: p.name, Lines: []Line{{Sign: '-', When: PruneToo,
			Text: "has no manifest and is " + p.o.State().String()}}})
		return
	}
	p.down()
	p.add(line(Forget, p.name, '-', AtOnce, "forget what was applied"))
}

// order connects the nodes: a cell comes after those it depends on, and
// after those that give up a port it takes.
func (w World) order(p *Plan) {
	nodes, holders := map[string]*Node{}, map[uint16]string{}
	for _, n := range p.Nodes {
		nodes[n.ID] = n
	}
	for name, o := range w.Cells {
		if o.Kernel != nil {
			for _, port := range o.Kernel.Config.Ports {
				holders[port] = name
			}
		}
	}
	for _, n := range slices.Clone(p.Nodes) {
		c := w.Set.Cells[n.Cell]
		if c == nil {
			continue
		}
		for _, d := range c.Depend {
			if nodes[d] != nil {
				n.needOrFollow(d)
			}
			starts := nodes[d] != nil && nodes[d].has(Start)
			if n.has(Start) && !starts && !w.Cells[d].ready() {
				s := line(Await, n.Cell, '~', AtOnce, "wait until %s is healthy", d)
				s.Other = d
				n.Steps = slices.Insert(n.Steps, 0, s)
			}
		}
		for _, port := range c.Ports {
			holder, held := holders[port]
			if !held || holder == c.Name {
				continue
			}
			if id := w.release(p, nodes, holder, port); id != "" && !slices.Contains(n.After, id) {
				n.After = append(n.After, id)
			}
		}
	}
}

// needOrFollow makes n come after d; where n starts, d has to succeed.
func (n *Node) needOrFollow(d string) {
	if n.has(Start) {
		n.Needs = append(n.Needs, d)
	} else {
		n.After = append(n.After, d)
	}
}

func (n *Node) has(op Op) bool {
	return slices.ContainsFunc(n.Steps, func(s *Step) bool { return s.Op == op })
}

// ready reports whether dependants may start.
func (o *Observed) ready() bool {
	st := o.State()
	return st == Done && !o.Failed() || st == Running && o.Service.Healthy
}

// release finds the node that frees the port of a cell, or makes one that
// runs before all others, so that two cells can trade their ports.
func (w World) release(p *Plan, nodes map[string]*Node, name string, port uint16) string {
	node, c, o := nodes[name], w.Set.Cells[name], w.Cells[name]
	if node == nil {
		return "" // it keeps the port; the kernel will say who has it
	}
	if c == nil {
		if node.has(Hold) {
			return ""
		}
		return node.ID
	}
	id := name + "/ports"
	if nodes[id] != nil {
		return id
	}
	kept := slices.DeleteFunc(slices.Clone(o.Kernel.Config.Ports), func(q uint16) bool {
		return !slices.Contains(c.Ports, q)
	})
	if len(kept) == len(o.Kernel.Config.Ports) {
		return ""
	}
	s := line(Set, name, '~', LiveNow, "give up port %d", port)
	s.ID, s.Change.Ports = o.Kernel.ID, &kept
	s.Undo = &Step{Op: Set, Cell: name, ID: o.Kernel.ID,
		Lines: []Line{{Sign: '~', Text: "take the ports back", When: LiveNow}}}
	s.Undo.Change.Ports = &o.Kernel.Config.Ports
	nodes[id] = &Node{ID: id, Cell: name, Steps: []*Step{s}}
	p.Nodes = slices.Insert(p.Nodes, 0, nodes[id])
	node.After = append(node.After, id)
	for _, s := range node.Steps {
		if s.Op == Set && s.Undo.Change.Ports != nil {
			s.Undo.Change.Ports = &kept // the others are somebody else's by then
		}
	}
	return id
}
