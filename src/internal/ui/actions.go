package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
	"cells/src/internal/plan"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

// noDeadline gives services all the time that their manifests give them.
var noDeadline time.Time

// chosen is the cell that an action is about, nil where there is none: then
// that was said.
func (a *App) chosen() *model.Cell {
	name := a.page().target()
	c := a.model.Find(name)
	switch {
	case name == "":
		a.say(screen.Bad, "no cell is selected")
	case c == nil:
		a.say(screen.Bad, name+": there is no such cell any more")
	}
	return c
}

// declared is chosen for what needs a manifest.
func (a *App) declared() *model.Cell {
	c := a.chosen()
	if c != nil && c.Manifest == nil {
		a.say(screen.Bad, c.Name+": it has no manifest")
		return nil
	}
	return c
}

// running is chosen for what needs a cell that runs.
func (a *App) running() *model.Cell {
	c := a.chosen()
	if c != nil && c.Info == nil {
		a.say(screen.Bad, c.Name+": it does not run; u starts it")
		return nil
	}
	return c
}

func (a *App) start(string) {
	if c := a.declared(); c != nil {
		a.propose(intent{title: "start " + c.Name, verb: "start", names: []string{c.Name}, free: true,
			opts: plan.Options{Names: []string{c.Name}, Start: true}})
	}
}

func (a *App) stop(string) {
	if c := a.chosen(); c != nil {
		a.propose(intent{title: "stop " + c.Name, verb: "stop", names: []string{c.Name}, stop: true})
	}
}

func (a *App) restart(string) {
	if c := a.declared(); c != nil {
		a.propose(intent{title: "restart " + c.Name, verb: "restart", names: []string{c.Name},
			opts: plan.Options{Names: []string{c.Name}, Start: true, Anew: true, Restart: true}})
	}
}

// applyOne applies one manifest, with what the view of plans says.
func (a *App) applyOne(string) {
	if c := a.declared(); c != nil {
		o := a.planOptions()
		o.Names = []string{c.Name}
		a.propose(intent{title: "apply " + c.Name, verb: "apply", names: o.Names, opts: o, restarts: true})
	}
}

func (a *App) applyAll(string) {
	a.propose(intent{title: "apply all", verb: "apply", opts: a.planOptions(), restarts: true})
}

// planOptions are what the view of plans is set to, where it is shown.
func (a *App) planOptions() plan.Options {
	p, ok := a.page().(*planPage)
	if !ok {
		return plan.Options{}
	}
	return plan.Options{Restart: p.look.Restart, Prune: p.look.Prune}
}

// kill ends the very cell that was shown, not one that has its name by then.
func (a *App) kill(string) {
	c := a.running()
	if c == nil {
		return
	}
	id, name := c.Info.ID, c.Name
	a.ask("kill "+name, []screen.Line{
		a.Set.Line(screen.Bad, fmt.Sprintf("  - every process of %s (id %s, %d now) is killed at once, without a stop signal", name, id, c.Info.Processes)),
		a.Set.Line(screen.Bad, "  - the cell lets none in from then on; R or a starts it anew"),
	}, answer{"y", "kill", func() {
		a.jobs.Start("kill "+name, false, func(context.Context, *jobs.Job) error {
			return withKernel(func(k *kern.Client) error { return k.Kill(id) })
		}, a.over)
	}})
}

// withKernel opens the kernel for one call.
func withKernel(f func(k *kern.Client) error) error {
	k, err := kern.Open()
	if err != nil {
		return err
	}
	defer k.Close()
	return f(k)
}

// allowTime is how long an exception is granted from here.
const allowTime = 10 * time.Minute

// allow has the user choose an exception; those that the cell was denied
// something for come first.
func (a *App) allow(string) {
	c := a.running()
	if c == nil {
		return
	}
	m := &menu{App: a, title: "allow " + c.Name + " for ten minutes"}
	wanted := a.deniedFor(c)
	for _, denied := range []bool{true, false} {
		for e := range cell.NException {
			n, found := wanted[e]
			if found != denied {
				continue
			}
			about := ""
			if denied {
				about = fmt.Sprintf("denied %d times", n)
			}
			if c.Info.Allowed().Has(e) {
				about = "it has that already"
			}
			m.items = append(m.items, menuItem{e.String(), about, func() { a.grant(c, e) }})
		}
	}
	if d := a.denial(); d != nil {
		if i := slices.IndexFunc(m.items, func(it menuItem) bool { return it.name == d.Rule.Exception.String() }); i >= 0 {
			m.list.At = i
		}
	}
	a.dialog = m
}

// denial is the one that is selected, nil on other views.
func (a *App) denial() *model.Denial {
	if p, ok := a.page().(*denialsPage); ok {
		return p.selected()
	}
	return nil
}

// deniedFor counts by exception what a cell was denied, as far as that is
// being looked at.
func (a *App) deniedFor(c *model.Cell) map[cell.Exception]uint64 {
	out := map[cell.Exception]uint64{}
	if a.watched == nil {
		return out
	}
	if a.watched.Cell == c.Name {
		for _, l := range a.watched.Explained {
			if l.Rule.Exception < cell.NException {
				out[l.Rule.Exception] += l.Denied + l.Learned
			}
		}
		return out
	}
	for _, d := range a.watched.Denials {
		if d.Name == c.Name && d.Rule.Exception < cell.NException {
			out[d.Rule.Exception] += uint64(d.Count)
		}
	}
	return out
}

func (a *App) grant(c *model.Cell, e cell.Exception) {
	id := c.Info.ID
	a.jobs.Start(fmt.Sprintf("allow %s %s", c.Name, e), false, func(_ context.Context, j *jobs.Job) error {
		err := withKernel(func(k *kern.Client) error {
			return k.Set(id, cell.Change{Grant: cell.Only(e), For: allowTime})
		})
		if err == nil {
			j.Say("granted for ten minutes")
		}
		return err
	}, a.over)
}

// cancel cancels the job that is selected.
func (a *App) cancel(string) {
	j := a.pages[6].(*jobsPage).job()
	if j == nil || j.State.Over() {
		a.complain(errors.New("no job is selected that is under way"))
		return
	}
	id := j.ID
	a.ask("cancel "+j.Name, []screen.Line{
		a.Set.Line(screen.Plain, "  what it has begun is put back; what it has done stays"),
	}, answer{"y", "cancel it", func() { a.jobs.Cancel(id) }})
}
