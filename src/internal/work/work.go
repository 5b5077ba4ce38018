// Package work is what the verbs that change cells do, whoever asks: the
// command line of cellmgr(8) or the interface of cellui(8).  It takes the
// lock, finishes what was interrupted, plans, obeys, and records.
package work

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"cells/src/internal/backup"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// Asker is who wants something done, and hears about it.
type Asker struct {
	Verb string                           // as the lock and the history name it
	Warn func(format string, args ...any) // what is no failure
	Step func(line string)                // a line of a plan, with its newline, once it is done
	// Check, where it is set, sees a plan under the lock, before anything is
	// done; its error is then the end.
	Check func(p *plan.Plan) error
}

// Load reads the manifests; the first mistake of any ends the work before
// anything is changed.
func Load() (*manifest.Set, error) { return manifest.Load(manifest.EtcDir()) }

// NoCellError is a name that no manifest has.
type NoCellError struct {
	Name  string
	Known []string
}

func (e *NoCellError) Error() string { return fmt.Sprintf("no manifest for cell %q", e.Name) }

// Unknown lets a printer add what was probably meant.
func (e *NoCellError) Unknown() (string, []string) { return e.Name, e.Known }

// Known makes sure that every name has a manifest.
func Known(s *manifest.Set, names []string) error {
	var errs []error
	for _, n := range names {
		if s.Cells[n] == nil {
			errs = append(errs, &NoCellError{n, s.Names()})
		}
	}
	return errors.Join(errs...)
}

// Open connects an engine to the kernel.
func (a *Asker) Open(s *manifest.Set) (*engine.Engine, error) {
	e, err := engine.Open(s)
	if err != nil {
		return nil, err
	}
	e.Warn = a.Warn
	return e, nil
}

// Loaded calls f with an engine for the manifests as they are now.
func (a *Asker) Loaded(names []string, f func(e *engine.Engine) error) error {
	s, err := Load()
	if err == nil {
		err = Known(s, names)
	}
	if err != nil {
		return err
	}
	e, err := a.Open(s)
	if err != nil {
		return err
	}
	defer e.Close()
	return f(e)
}

// acquire takes the lock.
func (a *Asker) acquire(conf *manifest.Conf) (*engine.Lock, error) {
	l, err := engine.Acquire(conf.Run, a.Verb)
	if errors.Is(err, fs.ErrPermission) && !engine.Root() {
		err = fmt.Errorf("only root may %s: %w", a.Verb, err)
	}
	return l, err
}

// Locked takes the lock and finishes a rollback or a restore that was
// interrupted.  The set that it returns has the configuration only.
func (a *Asker) Locked() (s *manifest.Set, release func(), err error) {
	dir := manifest.EtcDir()
	conf, err := manifest.LoadConf(dir)
	if err != nil {
		return nil, nil, err
	}
	l, err := a.acquire(conf)
	if err != nil {
		return nil, nil, err
	}
	s = &manifest.Set{Dir: dir, Conf: conf}
	e := engine.Offline(s)
	if err := finish(e); err != nil {
		l.Release()
		return nil, nil, err
	}
	return s, l.Release, nil
}

// finish completes what killed programs have begun.  What a restore has
// unpacked is needed before anything is swept.
func finish(e *engine.Engine) error {
	if err := backup.Recover(e.Set.Conf); err != nil {
		return err
	}
	return errors.Join(e.Sweep(), e.FinishRestore())
}

// WithLock is Loaded for what changes something.
func (a *Asker) WithLock(names []string, f func(e *engine.Engine) error) error {
	_, release, err := a.Locked()
	if err != nil {
		return err
	}
	defer release()
	return a.Loaded(names, f)
}

// Execute obeys a plan and tells each step as it is done.
func (a *Asker) Execute(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	if a.Check != nil {
		if err := a.Check(p); err != nil {
			return err
		}
	}
	e.Report = func(l plan.Line, cell string) { a.Step(l.String(cell)) }
	g, err := e.Begin(a.Verb, p)
	if err != nil {
		a.Warn("history: %v: what follows is not recorded", err)
		g = nil
	}
	res, err := e.Execute(ctx, p)
	if err != nil {
		return err
	}
	if err := e.Finish(g, res); err != nil {
		a.Warn("history: %v", err)
	}
	if err := res.Err(); err != nil {
		failed := res.Failed()
		return errors.Join(err, fmt.Errorf("%d of %d cells failed: %s", len(failed), cellsOf(p), List(failed)))
	}
	return nil
}

// cellsOf counts the cells of a plan for which something would be done.
func cellsOf(p *plan.Plan) int {
	seen := map[string]bool{}
	for _, n := range p.Nodes {
		seen[n.Cell] = true
	}
	return len(seen)
}

// List names a few cells.
func List(names []string) string {
	names = slices.Compact(slices.Clone(names))
	out := ""
	for i, n := range names {
		if i == 8 {
			return out + fmt.Sprintf(" and %d more", len(names)-i)
		}
		if i > 0 {
			out += " "
		}
		out += n
	}
	return out
}
