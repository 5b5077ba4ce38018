package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

// Observe looks at everything: the kernel, the mounts, the supervisors, the
// files.
func (e *Engine) Observe() (plan.World, error) {
	w := plan.World{Set: e.Set, Layout: e.Layout, Cells: map[string]*plan.Observed{}}
	infos, err := e.Kern.List()
	if err != nil {
		return w, err
	}
	for i := range infos {
		w.Cells[infos[i].Config.Name] = &plan.Observed{Kernel: &infos[i]}
	}
	if err := e.observeMounts(w); err != nil {
		return w, err
	}
	if err := e.observeState(w); err != nil {
		return w, err
	}
	for _, name := range e.Set.Names() {
		if w.Cells[name] == nil {
			w.Cells[name] = &plan.Observed{}
		}
	}
	for name, o := range w.Cells {
		if err := e.observe(name, o); err != nil {
			return w, fmt.Errorf("%s: %w", name, err)
		}
	}
	return w, nil
}

// observeMounts sorts the mounts by cell.
func (e *Engine) observeMounts(w plan.World) error {
	all, err := host.Mounts()
	if err != nil {
		return err
	}
	cells := filepath.Join(e.Layout.State, "cells") + "/"
	for _, m := range all {
		rest, ok := strings.CutPrefix(m.Target, cells)
		name, path, _ := strings.Cut(rest, "/")
		if !ok || path != "root" && !strings.HasPrefix(path, "root/") || cell.CheckName(name) != nil {
			continue
		}
		if w.Cells[name] == nil {
			w.Cells[name] = &plan.Observed{}
		}
		at := strings.TrimPrefix(path, "root")
		if at == "" {
			at = "/"
		}
		w.Cells[name].Mounts = append(w.Cells[name].Mounts,
			plan.Mounted{Path: at, Source: m.Source, ReadOnly: m.ReadOnly})
	}
	return nil
}

// observeState finds out whether the state can be seen at all, and what
// drills have left there.
func (e *Engine) observeState(w plan.World) error {
	d, err := os.Open(filepath.Join(e.Layout.State, "cells"))
	switch {
	case errors.Is(err, fs.ErrPermission):
		e.hidden = true
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	for _, n := range names {
		if !strings.HasPrefix(n, manifest.DrillPrefix) || cell.CheckName(n) != nil {
			continue
		}
		if _, err := os.Lstat(e.Layout.Drill(n)); err != nil {
			continue
		}
		if w.Cells[n] == nil {
			w.Cells[n] = &plan.Observed{}
		}
		w.Cells[n].Drill = true
	}
	return err
}

// observe looks at one cell.
func (e *Engine) observe(name string, o *plan.Observed) (err error) {
	if o.Kernel == nil || plan.Managed(o.Kernel) {
		if o.Service, err = e.service(name); err != nil {
			return err
		}
	}
	if o.Kernel != nil && plan.Managed(o.Kernel) {
		o.Applied, o.Hidden, err = e.applied(name, o.Kernel.Config.Tag)
		if err != nil {
			return err
		}
	}
	c := e.Set.Cells[name]
	if c == nil || c.Base == manifest.BaseNone && len(c.Provision) == 0 {
		return nil
	}
	e.compareVolumes(c, o)
	o.Seeded = map[string]bool{}
	for _, d := range c.Data {
		_, err := os.Lstat(e.Layout.Data(name, d))
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !e.hidden {
			return err
		}
		o.Seeded[d] = err == nil || e.hidden
	}
	for i := range c.Provision {
		o.Items = append(o.Items, e.itemState(c, &c.Provision[i]))
	}
	return nil
}

// compareVolumes finds volumes that show another directory than their file
// says by now.  What cannot be looked at counts as right.
func (e *Engine) compareVolumes(c *manifest.Cell, o *plan.Observed) {
	for _, v := range c.Volumes {
		i := slices.IndexFunc(o.Mounts, func(m plan.Mounted) bool { return m.Path == v.Target })
		if i < 0 {
			continue
		}
		want, err := os.Stat(e.Set.Source(v))
		have, err2 := os.Lstat(filepath.Join(e.Layout.Root(c.Name), v.Target))
		o.Mounts[i].Other = errors.Is(err, fs.ErrNotExist) || err == nil && err2 == nil && !host.SameFile(want, have)
	}
}

// settleTime is how long a supervisor may be between two states until what it
// is about to do counts.
const settleTime = 2 * time.Second

// service asks what a cell's supervisor does.
func (e *Engine) service(name string) (plan.Service, error) {
	for end := time.Now().Add(settleTime); ; time.Sleep(10 * time.Millisecond) {
		s, err := super.ReadStatus(e.Set.Conf.Run, name)
		if err != nil {
			return plan.Service{}, err
		}
		moving := s.Alive && (s.State == super.Clearing || s.State == super.Stopping || s.State == super.Killing)
		if moving && time.Now().Before(end) {
			continue
		}
		return plan.Service{
			Alive:   s.Alive,
			Cell:    s.Cell,
			Up:      s.Alive && !s.State.Final() && s.State != super.Stopping && s.State != super.Killing,
			Healthy: s.Alive && s.State == super.Ready,
			Crashed: s.Crashed(),
			Failed:  s.Failed(),
		}, nil
	}
}

// Hidden reports whether Observe could not see what only root may.
func (e *Engine) Hidden() bool { return e.hidden }
