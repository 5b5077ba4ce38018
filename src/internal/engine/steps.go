package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/kern"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

// do does one step.  Doing it again, or doing it where it is done already,
// is no error.
func (e *Engine) do(t *task, s *plan.Step) error {
	switch s.Op {
	case plan.Hold, plan.Note:
		return nil
	case plan.Skeleton:
		return e.skeleton(s.Desired)
	case plan.Seed:
		return e.seed(s.Desired, s.Data)
	case plan.MountOn:
		return e.mountOn(s.Mount)
	case plan.Unmount:
		return unmount(s.Mount)
	case plan.Create:
		return e.create(t, s)
	case plan.Set:
		return e.set(s)
	case plan.Provision:
		return e.provision(t, s.Desired, &s.Desired.Provision[s.Item])
	case plan.Await:
		return e.await(t, s.Other)
	case plan.Start:
		return e.startAndSettle(t, s)
	case plan.Again:
		return e.again(t, s.Cell)
	case plan.Stop:
		return e.stop(s.Cell)
	case plan.Destroy:
		return e.destroy(t, s)
	case plan.Forget:
		return e.forget(s.Cell)
	case plan.Discard:
		return e.Discard(s.Cell)
	}
	return fmt.Errorf("unknown step %d", s.Op)
}

// create makes the cell in the kernel.
func (e *Engine) create(t *task, s *plan.Step) error {
	if err := e.keepApplied(s.Desired); err != nil {
		return err
	}
	fault()
	id, err := e.Kern.Create(s.Config)
	if err != nil {
		return trimName(err, s.Cell)
	}
	t.id = id
	return nil
}

// startAndSettle starts the service and then notes in the kernel that all of
// the manifest is applied.
func (e *Engine) startAndSettle(t *task, s *plan.Step) error {
	if err := e.start(t, s.Desired); err != nil {
		return err
	}
	fault()
	tag := s.Desired.Digest()
	if err := e.Kern.Set(t.id, cell.Change{Tag: &tag}); err != nil {
		return err
	}
	e.dropApplied(s.Cell, tag)
	return nil
}

// set changes the cell in the kernel.
func (e *Engine) set(s *plan.Step) error {
	if s.Desired != nil && s.Change.Tag != nil {
		if err := e.keepApplied(s.Desired); err != nil {
			return err
		}
		fault()
	}
	if s.Change.Empty() {
		return nil
	}
	if err := e.Kern.Set(s.ID, s.Change); err != nil {
		return err
	}
	if s.Desired != nil && s.Change.Tag != nil {
		fault()
		e.dropApplied(s.Cell, *s.Change.Tag)
	}
	return nil
}

// destroy ends what runs in the cell, and the cell: the one that was
// observed, or the one that this task has made.
func (e *Engine) destroy(t *task, s *plan.Step) error {
	id := s.ID
	if id == cell.Host {
		id = t.id
	}
	if id == cell.Host {
		return nil // it was not made
	}
	if err := e.Kern.Kill(id); err != nil && !errors.Is(err, kern.ErrNoCell) {
		return err
	}
	fault()
	if err := e.Kern.Destroy(id); err != nil && !errors.Is(err, kern.ErrNoCell) {
		return err
	}
	return super.Forget(e.Set.Conf.Run, s.Cell)
}

// forget drops what was kept about a cell that is to be no more.  Its data
// stays.
func (e *Engine) forget(name string) error {
	home := e.Layout.Home(name)
	drop := []string{"applied"}
	if _, err := os.Lstat(e.Layout.DataDir(name)); errors.Is(err, fs.ErrNotExist) {
		drop = append(drop, "stamps") // they tell what was done to the data
	}
	for _, d := range drop {
		if err := os.RemoveAll(filepath.Join(home, d)); err != nil {
			return err
		}
	}
	return e.removeRoots(name)
}

// removeRoots removes the directories that the root was mounted on, where
// nothing is mounted there.
func (e *Engine) removeRoots(name string) error {
	all, err := host.Mounts()
	if err != nil {
		return err
	}
	home := e.Layout.Home(name)
	if len(host.MountsBelow(all, home)) > 0 {
		return nil
	}
	if err := os.Remove(e.Layout.Root(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(e.Layout.Top(name)); err != nil {
		return err
	}
	os.Remove(e.Layout.DataDir(name))
	os.Remove(home) // stays where there is data
	return nil
}
