// Package plan decides what has to be done: what is wanted, what was applied
// and what is observed go in, an ordered slice of steps comes out, each with
// its undo.  Nothing here looks at the world or changes it.
package plan

import (
	"fmt"
	"slices"
	"strings"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/words"
)

// Op is what a step does.
type Op uint8

// The operations.
const (
	Hold      Op = iota // nothing: it waits for leave (--restart, --prune)
	Skeleton            // the top of a root directory on `base host'
	Seed                // a data directory, from the base
	MountOn             // mount Step.Mount
	Unmount             // unmount Step.Mount, if it is mounted
	Create              // make the cell in the kernel
	Set                 // change it there
	Note                // only says why the next steps are taken
	Provision           // one directive of provisioning
	Await               // wait until another cell is healthy
	Start               // start the supervisor, until the service is up
	Again               // have the supervisor start the service anew
	Stop                // stop the supervisor and its service
	Destroy             // end what runs in the cell, and the cell
	Forget              // drop what is known of a cell that has no manifest
	Discard             // remove everything of a drill's cell
)

// When says what a change needs.
type When string

// What a change may need.
const (
	AtOnce   When = ""        // it concerns no running service
	LiveNow  When = "live"    // the service runs on
	Restart  When = "restart" // the cell has to be started anew
	PruneToo When = "prune"   // it ends a cell that has no manifest
)

// Line is how a step is shown.
type Line struct {
	Sign byte // + - ~
	Text string
	When When
	Diff string // further lines, each ending in a newline
}

// Step is one thing to do.
type Step struct {
	Op    Op
	Cell  string
	Lines []Line
	Undo  *Step // nil: nothing has to be undone

	Desired *manifest.Cell // Create, Note, Set, Provision, Start: what is applied
	Config  cell.Config    // Create
	Change  cell.Change    // Set
	ID      cell.ID        // Set, Destroy: which one was observed; 0 the one just made
	Mount   Mount          // MountOn, Unmount
	Data    string         // Seed
	Item    int            // Provision: index
	Other   string         // Await
}

// Node is what is done for one cell, in order.  Nodes run at the same time
// unless one names another.
type Node struct {
	ID    string
	Cell  string
	Steps []*Step
	Needs []string // ids that must have succeeded
	After []string // ids that must be over, however they ended
}

// Plan is everything to do.
type Plan struct {
	Nodes []*Node
}

// Empty reports whether there is nothing to do and nothing is held back.
func (p *Plan) Empty() bool {
	for _, n := range p.Nodes {
		if len(n.Steps) > 0 {
			return false
		}
	}
	return true
}

// Held reports whether something waits for leave.
func (p *Plan) Held() bool {
	for _, s := range p.Steps() {
		if s.Op == Hold {
			return true
		}
	}
	return false
}

// Active reports whether something would be done.
func (p *Plan) Active() bool {
	for _, s := range p.Steps() {
		if s.Op != Hold {
			return true
		}
	}
	return false
}

// Steps lists the steps of all nodes.
func (p *Plan) Steps() []*Step {
	var out []*Step
	for _, n := range p.Nodes {
		out = append(out, n.Steps...)
	}
	return out
}

// Drift tells for each cell what a plan is about, the first word of each line
// once, whether it is held back or not.
func (p *Plan) Drift() map[string][]string {
	out := map[string][]string{}
	for _, s := range p.Steps() {
		for _, l := range s.Lines {
			what, _, _ := strings.Cut(l.Text, " ")
			if !slices.Contains(out[s.Cell], what) {
				out[s.Cell] = append(out[s.Cell], what)
			}
		}
	}
	return out
}

// Ring finds nodes each of which comes after the next, and the last after the
// first; nil where there are none, as it has to be for a plan to be obeyed.
func (p *Plan) Ring() []*Node {
	const open, done = 1, 2
	nodes, state := map[string]*Node{}, map[string]int{}
	for _, n := range p.Nodes {
		nodes[n.ID] = n
	}
	var path []*Node
	var visit func(n *Node) []*Node
	visit = func(n *Node) []*Node {
		state[n.ID] = open
		path = append(path, n)
		for _, id := range slices.Concat(n.Needs, n.After) {
			switch m := nodes[id]; {
			case m == nil || state[id] == done:
			case state[id] == open:
				return path[slices.Index(path, m):]
			default:
				if ring := visit(m); ring != nil {
					return ring
				}
			}
		}
		path = path[:len(path)-1]
		state[n.ID] = done
		return nil
	}
	for _, n := range p.Nodes {
		if state[n.ID] == 0 {
			if ring := visit(n); ring != nil {
				return ring
			}
		}
	}
	return nil
}

// Text is the plan as it is shown: one line a step, differences indented.
func (p *Plan) Text() string {
	var b strings.Builder
	for _, s := range p.Steps() {
		for _, l := range s.Lines {
			b.WriteString(l.String(s.Cell))
		}
	}
	return b.String()
}

// String is the line with its newline.  It may show what a cell has put into
// its files.
func (l Line) String(cell string) string {
	when := ""
	if l.When != AtOnce {
		when = fmt.Sprintf(" (%s)", l.When)
	}
	out := fmt.Sprintf("%c %s: %s%s\n", l.Sign, cell, words.Visible(l.Text), when)
	for d := range strings.Lines(l.Diff) {
		out += "    " + words.Visible(strings.TrimSuffix(d, "\n")) + "\n"
	}
	return out
}

// line makes a step with one line.
func line(op Op, name string, sign byte, when When, format string, args ...any) *Step {
	return &Step{Op: op, Cell: name,
		Lines: []Line{{Sign: sign, Text: fmt.Sprintf(format, args...), When: when}}}
}
