package super

import (
	"errors"
	"syscall"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/enter"
	"cells/src/internal/kern"
)

// sweep ends what is left of the service, or of an earlier supervisor's.
// Swept, SweepFailed or CellGone follows.
func (r *Runner) sweep() {
	in, rig, err := r.look()
	switch {
	case errors.Is(err, kern.ErrNoCell), err == nil && in.State == cell.Dying:
		r.sweepAs(CellGone, "the cell is gone")
	case err != nil && r.m.Counts.Starts > 0 && reapsDescendants:
		// Without its rig a service can still be stopped.
		r.sweepAs(Swept, "")
	case err != nil:
		r.sweepAs(SweepFailed, err.Error())
	case rig || in.Processes == 0:
		r.strangers(in)
		r.takeOver(rig)
		if rig {
			r.sweepGroup()
		}
		r.sweepAs(Swept, "")
	default:
		r.strangers(in)
		r.takeOver(rig)
		r.forkSweeper(roleSweep)
	}
}

// look asks the kernel for a cell, and whether it is a rig that answers.
func look(id cell.ID) (in cell.Info, rig bool, err error) {
	c, err := kern.Open()
	if err != nil {
		return in, false, err
	}
	defer c.Close()
	v, err := c.Version()
	if err != nil {
		return in, false, err
	}
	in, err = c.GetID(id)
	return in, v.Rig, err
}

// strangers says that somebody was in the cell before the service was.
func (r *Runner) strangers(in cell.Info) {
	if r.m.Counts.Starts == 0 && in.Processes > 0 {
		r.say(levelWarning, "%d processes are in the cell already, left by an earlier supervisor or entered otherwise",
			in.Processes)
	}
}

// takeOver undoes what a dead supervisor has left: a process limit that it
// had lent to its sweep and, on a rig, as far as they can be told, processes.
func (r *Runner) takeOver(rig bool) {
	old := r.previous
	r.previous = nil
	if old == nil || old.Cell != r.cfg.Service.Cell {
		return
	}
	if old.MaxProc != "-" {
		if err := restoreLimit(r.look, old.MaxProc); err != nil {
			r.say(levelErr, "process limit: %v", err)
		}
	}
	if !rig || old.Service <= 1 {
		return
	}
	if n := endSession(old.Service, time.Unix(old.Started, 0)); n > 0 {
		r.say(levelWarning, "ended %d processes that the supervisor %d has left", n, old.Supervisor)
	}
}

// sweepGroup ends the process group of the service where nothing tells more:
// on a rig that runs on NetBSD.
func (r *Runner) sweepGroup() {
	if reapsDescendants || r.group == 0 {
		return
	}
	if syscall.Kill(-r.group, syscall.SIGKILL) == nil {
		r.say(levelWarning, "a rig confines nobody: only the process group of the service is ended")
	}
	r.group = 0
}

// sweepAs ends descendants, where the system knows them, and then pushes e.
func (r *Runner) sweepAs(e Event, why string) {
	r.after = happening{e, levelErr, why}
	if !reapsDescendants {
		r.todo = append(r.todo, r.after)
		return
	}
	r.sweeping = true
	r.sweepDescendants()
}

// sweepDescendants kills every child but those that were there before, until
// none is left.  What they leave behind becomes a child in turn.
func (r *Runner) sweepDescendants() {
	pids, err := children()
	if err != nil {
		r.sweeping = false
		r.pushAs(SweepFailed, levelErr, "%v", err)
		return
	}
	left := 0
	for _, p := range pids {
		if !r.spare[p] {
			left++
			syscall.Kill(p, syscall.SIGKILL)
		}
	}
	if left == 0 {
		r.sweeping = false
		r.todo = append(r.todo, r.after)
	}
}

// forkSweeper lets a child end every process of the cell.
func (r *Runner) forkSweeper(how role) {
	null, err := openNull()
	if err == nil {
		defer null.Close()
		r.sweeper, err = r.spawn.start(how, enter.Request{Cell: r.cfg.Service.Cell, Root: "/"}, null, null)
	}
	if err != nil {
		r.pushAs(SweepFailed, levelErr, "sweep: %v", err)
	}
}

// sweeperEnded believes a sweeper only what the kernel confirms.
func (r *Runner) sweeperEnded(syscall.WaitStatus) {
	c := r.sweeper
	r.sweeper = nil
	c.wait()
	verdict, why := verdictOf(c.report)
	r.restoreLimit()
	in, _, err := r.look()
	if verdict == verdictFull && err == nil {
		r.holdLimit(in.Config.MaxProc)
		r.forkSweeper(roleIntrude)
		return
	}
	switch {
	case verdict == verdictGone, errors.Is(err, kern.ErrNoCell):
		r.pushAs(CellGone, levelErr, "the cell is gone")
	case verdict == verdictDone && err == nil && in.Processes == 0:
		r.push(Swept)
	case why == nil && err == nil:
		r.pushAs(SweepFailed, levelErr, "sweep: %d processes are left in the cell", in.Processes)
	default:
		r.pushAs(SweepFailed, levelErr, "%v", errors.Join(why, err))
	}
}
