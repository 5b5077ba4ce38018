package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/engine"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// Restoring says how a backup is brought back.
type Restoring struct {
	Stop     bool // stop what uses it, and start that again
	Volumes  bool // of a cell's backup also the volumes in it
	Manifest bool // ... and the files that declare it
	SetID    bool // keep set-id bits of files
	Moved    func(n int64)
}

// Restored tells what was done.
type Restored struct {
	Summary
	Stripped int64 // files that have lost their set-id bits
	Replaced []string
}

// BusyError says that something uses what is to be replaced.
type BusyError struct{ Cells []string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("%s not down; -s stops what uses it, and starts that again", strings.Join(e.Cells, " "))
}

// restorer is one restore.
type restorer struct {
	s    *Store
	e    *engine.Engine
	b    *Backup
	o    Restoring
	swap swap
	src  Source // what is replaced, for finding who uses it
	u    unpacker
	disk string // a directory of the file system that may become full
}

// Restore unpacks a backup beside what it replaces, makes sure that it is
// whole, and swaps.  Until then nothing has changed.
func (s *Store) Restore(ctx context.Context, e *engine.Engine, b *Backup, o Restoring) (*Restored, error) {
	r := &restorer{s: s, e: e, b: b, o: o, src: Source{Kind: b.Kind, Name: b.Name, e: e}}
	r.swap.journal = filepath.Join(swapDir(e.Set.Conf), b.Kind+"-"+b.Name)
	var sum *Summary
	err := r.prepare()
	if err == nil {
		sum, err = r.unpack(ctx)
	}
	if err == nil {
		err = r.moves(sum.Head)
	}
	if err == nil {
		err = r.replace(ctx)
	}
	if err != nil {
		if !r.swap.committed {
			err = errors.Join(full(err, r.disk), r.swap.clean())
			home := r.e.Layout.Home(r.b.Name)
			os.Remove(filepath.Join(home, "data")) // where they are empty
			os.Remove(home)
		}
		return nil, err
	}
	res := &Restored{Summary: *sum, Stripped: r.u.stripped}
	for _, m := range r.swap.moves {
		res.Replaced = append(res.Replaced, m.place)
	}
	return res, nil
}

// prepare makes the directories to unpack into, each on the file system of
// what it replaces.
func (r *restorer) prepare() error {
	r.u = unpacker{places: map[string]string{}, setID: r.o.SetID && r.b.Trusts(), accept: r.accept}
	if r.b.Kind == KindCell {
		if r.e.Set.Cells[r.b.Name] == nil && !r.o.Manifest {
			return fmt.Errorf("there is no manifest for %s here; -m restores it, too", r.b.Name)
		}
		home := r.e.Layout.Home(r.b.Name)
		if err := os.MkdirAll(filepath.Dir(home), 0o700); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(home, "data"), 0o700); err != nil {
			return err
		}
		if err := errors.Join(os.Chmod(home, 0o700), r.stage(dataPart, home, "data"), r.stage(stampsPart, home, "stamps")); err != nil {
			return err
		}
	}
	if r.o.Manifest {
		if err := r.stage(manifestPart, r.e.Set.Dir, r.b.Kind+"-"+r.b.Name); err != nil {
			return err
		}
	}
	if r.b.Kind == KindCell {
		return r.room(r.e.Layout.State)
	}
	return nil
}

// stage makes an empty directory in dir for a part of the archive.
func (r *restorer) stage(part, dir, name string) error {
	at := filepath.Join(dir, host.NewPrefix+"restore-"+name)
	r.swap.stages = append(r.swap.stages, at)
	if err := r.swap.write(); err != nil {
		return err
	}
	if err := host.RemoveTree(at); err != nil {
		return err
	}
	r.u.places[part] = at
	fault()
	return os.MkdirAll(filepath.Join(at, "old"), 0o700)
}

// unpack reads all of the archive.
func (r *restorer) unpack(ctx context.Context) (*Summary, error) {
	defer r.u.close()
	sum, err := r.s.read(ctx, r.b, &r.u, r.o.Moved)
	if err != nil {
		return nil, err
	}
	if err := r.u.flags(); err != nil {
		return nil, err
	}
	fault()
	for _, d := range r.swap.stages {
		if err := host.Flush(d); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// replace swaps while nothing uses what is replaced.
func (r *restorer) replace(ctx context.Context) error {
	w, err := r.e.Observe()
	if err != nil {
		return err
	}
	var busy, running []string
	for _, n := range r.users() {
		switch w.Cells[n].State() {
		case plan.Down, plan.Foreign:
		case plan.Running:
			running = append(running, n)
			busy = append(busy, n)
		default:
			busy = append(busy, n)
		}
	}
	if len(busy) == 0 {
		return r.commit()
	}
	if !r.o.Stop {
		return &BusyError{busy}
	}
	return around(ctx, r.e, Stop, running, func() error {
		w, err := r.e.Observe()
		if err != nil {
			return err
		}
		res, err := r.e.Execute(ctx, plan.End(w, busy))
		if err = errors.Join(err, res.Err()); err != nil {
			return err
		}
		return r.commit()
	})
}

// users lists the cells that see what is replaced: the cell itself, and all
// that mount one of the volumes.
func (r *restorer) users() []string {
	var out []string
	for _, name := range r.e.Set.Names() {
		sees := slices.ContainsFunc(r.e.Set.Cells[name].Volumes, func(v manifest.Volume) bool {
			return slices.Contains(r.src.Volumes, v.Source)
		})
		if sees || r.b.Kind == KindCell && name == r.b.Name {
			out = append(out, name)
		}
	}
	if r.b.Kind == KindCell && !slices.Contains(out, r.b.Name) {
		out = append(out, r.b.Name)
	}
	return out
}

// commit swaps, and where manifests were among it makes that a generation.
func (r *restorer) commit() error {
	if r.o.Manifest {
		if err := r.e.Save("before the restore of " + r.b.ID.String()); err != nil {
			return err
		}
	}
	if err := r.swap.commit(); err != nil {
		return err
	}
	if !r.o.Manifest {
		return nil
	}
	set, err := manifest.Load(r.e.Set.Dir)
	if err != nil {
		r.e.Warn("%v", err)
	}
	again := *r.e
	again.Set = set
	note := &plan.Step{Op: plan.Note, Cell: r.b.Name,
		Lines: []plan.Line{{Sign: '~', Text: "restore the manifest from " + r.b.ID.String()}}}
	g, err := again.Begin("backup restore", &plan.Plan{Nodes: []*plan.Node{{ID: r.b.Name, Cell: r.b.Name, Steps: []*plan.Step{note}}}})
	if err == nil {
		err = again.Finish(g, engine.Result{})
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
