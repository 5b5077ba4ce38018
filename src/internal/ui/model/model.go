// Package model is what the interface shows: cells as they are now, where
// they come from and how they got there.  It is pure: samples go in, rows
// come out; package source takes the samples.
package model

import (
	"errors"
	"slices"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

// Sample is one look at everything that changes by itself.
type Sample struct {
	At       time.Time
	Version  cell.Version
	Infos    []cell.Info
	Status   map[string]super.Status
	Unread   map[string]error // what a supervisor tells could not be read
	Set      *manifest.Set
	Mistakes error // in manifests; the set has those without
	Err      error // the kernel could not be asked: Infos say nothing
}

// Deep is a look that costs more: what is mounted, what was applied, what
// apply would do.
type Deep struct {
	At     time.Time
	World  plan.World
	Plan   *plan.Plan
	Hidden bool  // only root can see all of it
	Err    error // with it there may be a plan for some cells
}

// Grade says how urgent a state is.
type Grade uint8

// The grades.
const (
	Off  Grade = iota // it is down, and nothing is wrong with that
	Fine              // as it should be
	Busy              // on its way
	Bad               // needs somebody
)

// Cell is one cell as the list shows it.
type Cell struct {
	Name     string
	Info     *cell.Info     // nil: the kernel has no such cell
	Manifest *manifest.Cell // nil: it has none
	Super    super.Status
	State    string
	Grade    Grade
	CPU      float64 // percent of one processor in the last second; negative: not known yet
	PerMin   uint64  // denials in the last minute, as far as it was watched
	Drift    []string
	Known    bool // whether Drift is
	Why      string
	Observed *plan.Observed // of the last deep look, nil before
	History  *History
}

// Model is everything.
type Model struct {
	Sample Sample
	Deep   *Deep
	Cells  []*Cell // by name

	drift   map[string][]string
	history map[cell.ID]*History
}

// Take makes a sample the newest.  One that failed leaves the cells as they
// were seen last: not to know is not to have none.
func (m *Model) Take(s Sample) {
	if s.Err != nil {
		infos, status, at := m.Sample.Infos, m.Sample.Status, m.Sample.At
		m.Sample = s
		m.Sample.Infos, m.Sample.Status, m.Sample.At = infos, status, at
		return
	}
	m.Sample = s
	m.record()
	m.rebuild()
}

// TakeDeep makes a deep look the newest.
func (m *Model) TakeDeep(d *Deep) {
	m.Deep = d
	m.drift = nil
	if d.Plan != nil {
		m.drift = d.Plan.Drift()
	}
	m.rebuild()
}

// record adds the sample to the history of each cell and forgets cells that
// are gone.
func (m *Model) record() {
	kept := make(map[cell.ID]*History, len(m.Sample.Infos))
	for i := range m.Sample.Infos {
		in := &m.Sample.Infos[i]
		h := m.history[in.ID]
		if h == nil {
			h = &History{}
		}
		h.add(m.Sample.At, in)
		kept[in.ID] = h
	}
	m.history = kept
}

// rebuild makes the rows.
func (m *Model) rebuild() {
	rows := map[string]*Cell{}
	at := func(name string) *Cell {
		if rows[name] == nil {
			rows[name] = &Cell{Name: name, CPU: -1}
		}
		return rows[name]
	}
	for i := range m.Sample.Infos {
		in := &m.Sample.Infos[i]
		at(in.Config.Name).Info = in
	}
	if m.Sample.Set != nil {
		for name, c := range m.Sample.Set.Cells {
			at(name).Manifest = c
		}
	}
	if m.Deep != nil {
		for name, o := range m.Deep.World.Cells {
			if len(o.Mounts) > 0 {
				at(name) // it is gone, and its mounts are not
			}
		}
	}
	m.Cells = m.Cells[:0:0]
	for _, c := range rows {
		m.fill(c)
		m.Cells = append(m.Cells, c)
	}
	slices.SortFunc(m.Cells, func(a, b *Cell) int { return strings.Compare(a.Name, b.Name) })
}

// fill completes a row.
func (m *Model) fill(c *Cell) {
	c.Super = m.Sample.Status[c.Name]
	if m.Deep != nil {
		c.Observed = m.Deep.World.Cells[c.Name]
		c.Known = m.Deep.Plan != nil
		c.Drift = m.drift[c.Name]
	}
	if c.Info != nil {
		c.History = m.history[c.Info.ID]
		c.CPU = c.History.LastCPU()
		c.PerMin = c.History.Denials(time.Minute)
	}
	c.Why = c.Super.Why
	c.State, c.Grade = m.state(c)
	if err := m.Sample.Unread[c.Name]; err != nil {
		c.State, c.Grade, c.Why = "unknown", Bad, err.Error()
	}
}

// state is how a cell is, in one word: what its supervisor says where there
// is one for this cell, else what package plan makes of what is there.
func (m *Model) state(c *Cell) (string, Grade) {
	st := c.Super
	if c.Info != nil && st.Alive && (st.Cell == 0 || st.Cell == c.Info.ID) && plan.Managed(c.Info) {
		return st.State.String(), gradeOf(st.State)
	}
	o := &plan.Observed{Kernel: c.Info, Service: plan.Service{
		Alive: st.Alive, Cell: st.Cell, Crashed: st.Crashed(), Failed: st.Failed()}}
	if c.Observed != nil {
		o.Mounts, o.Applied, o.Hidden = c.Observed.Mounts, c.Observed.Applied, c.Observed.Hidden
	}
	switch s := o.State(); s {
	case plan.Done:
		if o.Failed() {
			return super.Failed.String(), Bad
		}
		return s.String(), Off
	case plan.Broken:
		return s.String(), Bad
	case plan.Running:
		return s.String(), Fine
	default:
		return s.String(), Off
	}
}

func gradeOf(s super.State) Grade {
	switch s {
	case super.Ready:
		return Fine
	case super.Unhealthy, super.Failed:
		return Bad
	case super.Stopped:
		return Off
	}
	return Busy
}

// Find is the cell with that name, or nil.
func (m *Model) Find(name string) *Cell {
	i, ok := slices.BinarySearchFunc(m.Cells, name, func(c *Cell, n string) int { return strings.Compare(c.Name, n) })
	if !ok {
		return nil
	}
	return m.Cells[i]
}

// Totals are the sums of the header.
type Totals struct {
	Cells, Up, Busy, Bad int
	Procs                uint64
	CPU                  float64
	RSS                  uint64
	PerMin               uint64
	Drift                int // cells that differ from their manifests
}

// Totals adds up all cells.
func (m *Model) Totals() Totals {
	t := Totals{Cells: len(m.Cells)}
	for _, c := range m.Cells {
		switch c.Grade {
		case Fine:
			t.Up++
		case Busy:
			t.Busy++
		case Bad:
			t.Bad++
		}
		if c.Info != nil {
			t.Procs += uint64(c.Info.Processes)
			t.RSS += c.Info.RSS
		}
		t.CPU += max(0, c.CPU)
		t.PerMin += c.PerMin
		if len(c.Drift) > 0 {
			t.Drift++
		}
	}
	return t
}

// Mistakes counts what is wrong in the manifests.
func (m *Model) Mistakes() int { return Count(m.Sample.Mistakes) }

// Count is how many errors were joined.
func Count(err error) int {
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &many):
		return len(many.Unwrap())
	}
	return 1
}
