package ui

import (
	"context"
	"errors"
	"fmt"

	"cells/src/internal/engine"
	"cells/src/internal/plan"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
	"cells/src/internal/work"
)

// asker is a job as package work knows who asks.
func asker(j *jobs.Job, verb string) *work.Asker {
	say := func(string, ...any) {}
	if j != nil {
		say = j.Say
	}
	return &work.Asker{Verb: verb, Warn: say, Step: func(line string) { say("%s", line) }}
}

// job starts one under the lock.
func (a *App) job(name string, f func(ctx context.Context, j *jobs.Job) error) {
	a.jobs.Start(name, true, f, a.over)
}

// errChanged is a plan that is no longer the one that was confirmed.
var errChanged = errors.New("what there is to do is no longer what was shown; look again")

// intent is something to be done by a plan.
type intent struct {
	title string
	verb  string // as the history names it
	names []string
	opts  plan.Options
	stop  bool // the plan is to end the cells
	// free says that nothing has to be asked where nothing is taken away.
	free bool
	// restarts says that the user may have what needs a restart done, too.
	restarts bool
}

// plan makes the plan, to look at it.
func (i *intent) plan() (*plan.Plan, error) {
	var p *plan.Plan
	var err error
	as := asker(nil, i.verb)
	if i.stop {
		s, _ := work.Load()
		err = as.Ending(s, i.names, func(_ *engine.Engine, end *plan.Plan) error { p = end; return nil })
		return p, err
	}
	err = as.Loaded(i.names, func(e *engine.Engine) (err error) {
		p, err = as.Planned(e, i.opts)
		return err
	})
	return p, err
}

// run obeys the plan, if it still is the one that was shown.
func (i *intent) run(ctx context.Context, j *jobs.Job, shown string) error {
	as := asker(j, i.verb)
	as.Check = func(p *plan.Plan) error {
		if p.Text() != shown {
			return errChanged
		}
		return nil
	}
	if i.stop {
		_, err := as.Stop(ctx, i.names, noDeadline)
		return err
	}
	return as.WithLock(i.names, func(e *engine.Engine) error {
		p, err := as.Apply(ctx, e, i.opts)
		if err == nil && p.Held() {
			j.Say("left as it is: %s", work.List(heldCells(p)))
		}
		return err
	})
}

// heldCells are those for which a plan waits for leave.
func heldCells(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Steps() {
		if s.Op == plan.Hold {
			out = append(out, s.Cell)
		}
	}
	return out
}

// propose makes a plan beside the loop, shows it, and does it where the user
// says so.
func (a *App) propose(i intent) {
	a.say(screen.Busy, i.title+": looking...")
	a.Terminal.Go(func() {
		p, err := i.plan()
		a.Terminal.Post(func() {
			a.said = note{}
			a.proposed(i, p, err)
		})
	})
}

// proposed shows the plan.
func (a *App) proposed(i intent, p *plan.Plan, err error) {
	switch {
	case p == nil:
		a.complain(fmt.Errorf("%s: %w", i.title, err))
		return
	case p.Empty() && err != nil:
		a.complain(fmt.Errorf("%s: %w", i.title, err))
		return
	case p.Empty():
		a.say(screen.Good, i.title+": nothing to do")
		return
	}
	shown := p.Text()
	yes := func() {
		a.job(i.title, func(ctx context.Context, j *jobs.Job) error { return i.run(ctx, j, shown) })
	}
	if i.free && !takesAway(p) && err == nil {
		yes()
		return
	}
	lines := view.PlanLines(a.Set, p)
	if err != nil {
		lines = append(lines, a.Set.Line(screen.Bad, "  ! "+first(err)))
	}
	var answers []answer
	if p.Active() {
		answers = append(answers, answer{"y", "do it", yes})
	}
	if i.restarts && p.Held() && !i.opts.Restart {
		again := i
		again.opts.Restart = true
		answers = append(answers, answer{"r", "with restarts", func() { a.propose(again) }})
	}
	a.ask(i.title, lines, answers...)
}

// takesAway reports whether a plan stops, ends or unmounts something.
func takesAway(p *plan.Plan) bool {
	for _, s := range p.Steps() {
		for _, l := range s.Lines {
			if l.Sign == '-' {
				return true
			}
		}
	}
	return false
}
