package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"cells/src/internal/cell"
	"cells/src/internal/plan"
)

// Outcome is how the work on one cell went.
type Outcome struct {
	Cell    string
	Err     error // nil: everything was done
	Skipped bool  // not tried, because of what Err says
}

// Result is how a plan went.
type Result struct {
	Outcomes []Outcome // in the order of the plan
}

// Err joins what went wrong, each with its cell.
func (r Result) Err() error {
	var errs []error
	for _, o := range r.Outcomes {
		if o.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", o.Cell, o.Err))
		}
	}
	return errors.Join(errs...)
}

// Failed lists the cells with which something went wrong.
func (r Result) Failed() []string {
	var out []string
	for _, o := range r.Outcomes {
		if o.Err != nil && !slices.Contains(out, o.Cell) {
			out = append(out, o.Cell)
		}
	}
	return out
}

// task is the work on one node.
type task struct {
	ctx context.Context
	id  cell.ID // of the cell that this node has created
}

// run is a plan being obeyed.
type run struct {
	e     *Engine
	ctx   context.Context
	slots chan struct{}
	done  map[string]chan struct{} // by node
	mu    sync.Mutex               // guards what follows, and Report
	bad   map[string]bool
}

// Execute obeys a plan: nodes at the same time as far as their edges and the
// number of jobs allow, each node's steps in order.  A step that fails has
// the steps of its node undone, and with it fails what needs the node;
// everything else goes on.
func (e *Engine) Execute(ctx context.Context, p *plan.Plan) (Result, error) {
	if err := e.checkRoot(p); err != nil {
		return Result{}, err
	}
	if ring := p.Ring(); ring != nil {
		return Result{}, fmt.Errorf("%s and %s would wait for each other", ring[0].Cell, ring[len(ring)-1].Cell)
	}
	r := &run{e: e, ctx: ctx, slots: make(chan struct{}, e.Set.Conf.Jobs),
		done: map[string]chan struct{}{}, bad: map[string]bool{}}
	for _, n := range p.Nodes {
		r.done[n.ID] = make(chan struct{})
	}
	out := make([]Outcome, len(p.Nodes))
	var wg sync.WaitGroup
	for i, n := range p.Nodes {
		wg.Go(func() {
			defer close(r.done[n.ID])
			out[i] = r.node(n)
		})
	}
	wg.Wait()
	return Result{Outcomes: out}, nil
}

// node waits for what comes before, then does the steps.
func (r *run) node(n *plan.Node) Outcome {
	for _, id := range slices.Concat(n.Needs, n.After) {
		if r.done[id] != nil {
			<-r.done[id]
		}
	}
	if d := r.failed(n.Needs); d != "" {
		r.markBad(n.ID)
		return Outcome{n.Cell, fmt.Errorf("not started: %s, on which it depends, failed", d), true}
	}
	r.slots <- struct{}{}
	defer func() { <-r.slots }()
	if err := r.ctx.Err(); err != nil {
		r.markBad(n.ID)
		return Outcome{Cell: n.Cell, Err: errors.New("interrupted"), Skipped: true}
	}
	if err := r.steps(n); err != nil {
		r.markBad(n.ID)
		return Outcome{Cell: n.Cell, Err: err}
	}
	return Outcome{Cell: n.Cell}
}

// steps does the steps of a node, or undoes those that were done.
func (r *run) steps(n *plan.Node) error {
	if err := r.e.preflight(n.Steps); err != nil {
		return err
	}
	t := &task{ctx: r.ctx}
	for i, s := range n.Steps {
		fault()
		if err := r.e.do(t, s); err != nil {
			return errors.Join(err, r.undo(t, n.Steps[:i+1]))
		}
		fault()
		r.report(s)
	}
	return nil
}

// undo walks back over the steps, the one that failed included: it may have
// got half way.
func (r *run) undo(t *task, steps []*plan.Step) error {
	var errs []error
	back := &task{ctx: context.WithoutCancel(t.ctx), id: t.id}
	for _, s := range slices.Backward(steps) {
		if s.Undo == nil {
			continue
		}
		fault()
		if err := r.e.do(back, s.Undo); err != nil {
			errs = append(errs, fmt.Errorf("undo: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (r *run) report(s *plan.Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.Op == plan.Hold {
		return
	}
	for _, l := range s.Lines {
		r.e.Report(l, s.Cell)
	}
}

func (r *run) markBad(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bad[id] = true
}

// failed returns the first of the nodes that went wrong.
func (r *run) failed(ids []string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if r.bad[id] {
			return id
		}
	}
	return ""
}
