package super

import (
	"errors"
	"syscall"
)

// reap waits for every child that has ended.
func (r *Runner) reap() {
	for {
		var w syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &w, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			break
		}
		delete(r.spare, pid)
		switch {
		case r.service != nil && pid == r.service.pid:
			r.serviceEnded(w)
		case r.check != nil && pid == r.check.pid:
			r.checkEnded(w)
		case r.sweeper != nil && pid == r.sweeper.pid:
			r.sweeperEnded(w)
		}
	}
	if r.sweeping {
		r.sweepDescendants()
	}
}

// serviceEnded turns the end of the service into events.
func (r *Runner) serviceEnded(w syscall.WaitStatus) {
	c := r.service
	if !c.told {
		c.wait()
		if c.report == "" {
			r.push(Execed)
		}
	}
	r.service = nil
	r.status.Service = 0
	short, long := describe(w)
	r.status.LastExit = short
	if c.report != "" {
		verdict, why := verdictOf(c.report)
		e := ExecFailed
		if verdict == verdictGone {
			e = CellGone
		}
		r.pushAs(e, levelErr, "%v", why)
		return
	}
	c.lastWords()
	e := ExitedFail
	if w.Exited() && w.ExitStatus() == 0 {
		e = ExitedOK
	}
	r.pushAs(e, levelNotice, "process %d %s after %s", c.pid, long, ran(r.now()-r.m.Begun))
}

// checkEnded turns the end of a check into its result.
func (r *Runner) checkEnded(w syscall.WaitStatus) {
	c := r.check
	r.check = nil
	c.wait()
	_, long := describe(w)
	verdict, why := verdictOf(c.report)
	switch {
	case verdict == verdictGone:
		r.pushAs(CellGone, levelErr, "check: %v", why)
		return
	case why != nil:
		long = why.Error()
	case w.Exited() && w.ExitStatus() == 0:
		r.push(CheckOK)
		return
	}
	if line := c.out.line(); line != "" {
		long += ": " + line
	}
	r.pushAs(CheckFail, levelErr, "check %s", long)
}
