package work

import (
	"context"
	"errors"
	"time"

	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/words"
)

// Planned observes and plans.  With an error there may be a plan for those
// cells that it does not concern.
func (a *Asker) Planned(e *engine.Engine, o plan.Options) (*plan.Plan, error) {
	w, err := e.Observe()
	if err != nil {
		return nil, err
	}
	if e.Hidden() {
		a.Warn("%s: only root can read what was applied and what the cells' files hold", e.Layout.State)
	}
	return plan.Apply(w, o)
}

// Apply plans and obeys.  What the plan holds back is not done, and no error.
func (a *Asker) Apply(ctx context.Context, e *engine.Engine, o plan.Options) (*plan.Plan, error) {
	p, foreign := a.Planned(e, o)
	if p == nil || foreign == nil && p.Empty() {
		return p, foreign
	}
	return p, errors.Join(a.Obey(ctx, e, p), foreign)
}

// Obey executes a plan that does something.
func (a *Asker) Obey(ctx context.Context, e *engine.Engine, p *plan.Plan) error {
	if !p.Active() {
		return nil
	}
	return a.Execute(ctx, e, p)
}

// Ending plans the end of cells, all that cellmgr has to do with where none
// is named.  It works without their manifests, even where these are full of
// mistakes, and calls f with what it found.
func (a *Asker) Ending(s *manifest.Set, names []string, f func(e *engine.Engine, p *plan.Plan) error) error {
	e, err := a.Open(s)
	if err != nil {
		return err
	}
	defer e.Close()
	w, err := e.Observe()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = w.Managed()
	} else if err := Present(w, names); err != nil {
		return err
	}
	return f(e, plan.End(w, names))
}

// Stop ends cells; services have until the deadline to end in order, if that
// is set.  It returns the plan that it obeyed.
func (a *Asker) Stop(ctx context.Context, names []string, deadline time.Time) (p *plan.Plan, err error) {
	_, release, err := a.Locked()
	if err != nil {
		return nil, err
	}
	defer release()
	s, mistakes := Load()
	if mistakes != nil {
		a.Warn("%s in the manifests; `cellmgr check' tells all", words.Count(CountErrors(mistakes), "mistake"))
	}
	err = a.Ending(s, names, func(e *engine.Engine, end *plan.Plan) error {
		p, e.Deadline = end, deadline
		return a.Obey(ctx, e, p)
	})
	return p, err
}

// Present makes sure that every name is a cell that was heard of.
func Present(w plan.World, names []string) error {
	var errs []error
	for _, n := range names {
		if o := w.Cells[n]; o == nil {
			errs = append(errs, &NoCellError{n, w.Set.Names()})
		} else if o.State() == plan.Foreign {
			errs = append(errs, &plan.ForeignError{Name: n, ID: o.Kernel.ID})
		}
	}
	return errors.Join(errs...)
}

// CountErrors is how many errors were joined.
func CountErrors(err error) int {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return len(many.Unwrap())
	}
	return 1
}
