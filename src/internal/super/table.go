package super

import "time"

// step changes m and returns what is to be done.
type step func(m *Machine, p *Policy, now time.Duration) Action

// table has a step for every pair.  Columns, in the order of the events:
// Swept SweepFailed Execed ExecFailed CellGone CheckOK CheckFail ExitedOK
// ExitedFail StopAsked RestartAsked TimeUp.
var table = [nState][nEvent]step{
	Clearing: {cleared, notCleared, ignore, ignore, cellGone, ignore, ignore, ignore,
		ignore, wantDown, startSoon, notCleared},
	Starting: {ignore, ignore, execed, exitedFail, goneInStart, ignore, ignore, exitedOK,
		exitedFail, killNow, ignore, startTooLong},
	Running: {ignore, ignore, ignore, exitedFail, goneInRun, ready, readyFail, exitedOK,
		exitedFail, stop, restart, readyTime},
	Ready: {ignore, ignore, ignore, exitedFail, goneInRun, healthOK, healthFail, exitedOK,
		exitedFail, stop, restart, healthTime},
	Unhealthy: {ignore, ignore, ignore, exitedFail, goneInRun, healthOK, healthFail, exitedOK,
		exitedFail, stop, restart, healthTime},
	Stopping: {ignore, ignore, ignore, exitedFail, noteGone, ignore, ignore, exitedOK,
		exitedFail, wantDown, restartSoon, kill},
	Killing: {ignore, ignore, ignore, exitedFail, goneInStart, ignore, ignore, exitedOK,
		exitedFail, wantDown, restartSoon, kill},
	Backoff: {ignore, ignore, ignore, ignore, cellGone, ignore, ignore, ignore,
		ignore, endDown, startAgain, startAgain},
	Stopped: {ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore,
		ignore, ignore, ignore, ignore},
	Failed: {ignore, ignore, ignore, ignore, ignore, ignore, ignore, ignore,
		ignore, ignore, ignore, ignore},
}

func ignore(*Machine, *Policy, time.Duration) Action { return 0 }

// enter makes s the state until the deadline.
func (m *Machine) enter(s State, deadline time.Duration) {
	m.State, m.Deadline = s, deadline
}

// clear leaves for Clearing, and for what follows it.
func (m *Machine) clear(then next, now time.Duration) Action {
	a := m.cancel() | ActSweep
	m.then = then
	m.enter(Clearing, now+sweepLimit)
	return a
}

// cancel forgets the check that is under way.
func (m *Machine) cancel() Action {
	if !m.Checking {
		return 0
	}
	m.Checking = false
	return ActCancel
}

// cleared: nothing is left of the last run.
func cleared(m *Machine, p *Policy, now time.Duration) Action {
	switch {
	case m.Want == Down, m.then == thenStop:
		m.enter(Stopped, never)
	case m.then == thenFail:
		m.enter(Failed, never)
	case m.then == thenBackoff:
		m.enter(Backoff, now+m.Delay)
	default:
		m.Again, m.Faulty, m.Fails = false, false, 0
		m.Begun = now
		m.Counts.Starts++
		m.enter(Starting, now+startLimit)
		return ActStart
	}
	return 0
}

// notCleared: a service must not start beside its predecessor's remains.
// One that has been up before tries again later, any other gives up.
func notCleared(m *Machine, p *Policy, now time.Duration) Action {
	if m.Want == Down || m.then >= thenStop || !m.WasReady {
		m.enter(Failed, never)
		return ActCancel
	}
	m.grow(p, 0)
	m.enter(Backoff, now+m.Delay)
	return ActCancel
}

// cellGone: no process can be in the cell, or stay there.
func cellGone(m *Machine, _ *Policy, _ time.Duration) Action {
	m.Gone = true
	if m.Want == Down || m.State == Clearing && m.then == thenStop {
		m.enter(Stopped, never)
	} else {
		m.enter(Failed, never)
	}
	return ActCancel
}

func wantDown(m *Machine, _ *Policy, _ time.Duration) Action {
	m.Want = Down
	return 0
}

// endDown: asked to stop while nothing runs.
func endDown(m *Machine, _ *Policy, now time.Duration) Action {
	m.Want = Down
	return m.clear(thenStop, now)
}

// startSoon: while clearing, a restart only takes the delay away.
func startSoon(m *Machine, _ *Policy, _ time.Duration) Action {
	if m.Want == Up && m.then == thenBackoff {
		m.Delay, m.then = 0, thenStart
	}
	return 0
}

// startAgain: the delay is over, or was cut short by an admin.
func startAgain(m *Machine, _ *Policy, now time.Duration) Action {
	return m.clear(thenStart, now)
}

// execed: without a readiness check, to execute is to be ready.
func execed(m *Machine, p *Policy, now time.Duration) Action {
	if !p.Ready {
		return ready(m, p, now)
	}
	m.Checking = true
	m.enter(Running, now+p.Timeout)
	return ActCheck
}

// killNow: what is not yet the service needs no grace.
func killNow(m *Machine, p *Policy, now time.Duration) Action {
	m.Want = Down
	return kill(m, p, now)
}

func startTooLong(m *Machine, p *Policy, now time.Duration) Action {
	m.Faulty = true
	return kill(m, p, now)
}

// goneInStart: the process that found it out has ended.
func goneInStart(m *Machine, p *Policy, now time.Duration) Action {
	m.Gone = true
	return exitedFail(m, p, now)
}

// goneInRun: a check could not enter the cell; the kernel kills the service.
func goneInRun(m *Machine, p *Policy, now time.Duration) Action {
	m.Gone = true
	return kill(m, p, now)
}

func noteGone(m *Machine, _ *Policy, _ time.Duration) Action {
	m.Gone = true
	return 0
}

// ready: in service from now on.
func ready(m *Machine, p *Policy, now time.Duration) Action {
	var a Action
	if !m.WasReady {
		a = ActReady
	}
	m.WasReady, m.Checking, m.Fails = true, false, 0
	m.enter(Ready, nextHealth(p, now))
	return a
}

// nextHealth is when the next health check is due.
func nextHealth(p *Policy, now time.Duration) time.Duration {
	if !p.Health {
		return never
	}
	return now + p.Interval
}

// readyFail: not yet; asked again soon, but no later than the limit.
func readyFail(m *Machine, p *Policy, now time.Duration) Action {
	m.Checking = false
	m.Deadline = min(now+readyEvery, m.Begun+p.ReadyIn)
	return 0
}

// readyTime: a check is due, or has taken too long, or all of it has.
func readyTime(m *Machine, p *Policy, now time.Duration) Action {
	a := m.cancel()
	switch {
	case now >= m.Begun+p.ReadyIn:
		m.Faulty = true
		return a | toStop(m, p, now)
	case a != 0:
		return a | readyFail(m, p, now)
	}
	m.Checking = true
	m.Deadline = min(now+p.Timeout, m.Begun+p.ReadyIn)
	return ActCheck
}

func healthOK(m *Machine, p *Policy, now time.Duration) Action {
	m.Checking, m.Fails = false, 0
	m.Counts.ChecksOK++
	m.enter(Ready, nextHealth(p, now))
	return 0
}

// healthFail counts; only enough failures in a row mean something.
func healthFail(m *Machine, p *Policy, now time.Duration) Action {
	m.Checking = false
	m.Fails++
	m.Counts.ChecksFailed++
	m.Deadline = nextHealth(p, now)
	if m.Fails < p.Retries {
		return 0
	}
	if p.OnFailing == ReportIt {
		m.State = Unhealthy
		return 0
	}
	m.Faulty = true
	return toStop(m, p, now)
}

// healthTime: a check is due, or has taken too long.
func healthTime(m *Machine, p *Policy, now time.Duration) Action {
	if a := m.cancel(); a != 0 {
		return a | healthFail(m, p, now)
	}
	m.Checking = true
	m.Deadline = now + p.Timeout
	return ActCheck
}

// toStop asks the service to end and gives it its grace time.
func toStop(m *Machine, p *Policy, now time.Duration) Action {
	a := m.cancel() | ActStop
	m.enter(Stopping, now+p.Grace)
	return a
}

func stop(m *Machine, p *Policy, now time.Duration) Action {
	m.Want = Down
	return toStop(m, p, now)
}

func restart(m *Machine, p *Policy, now time.Duration) Action {
	m.Again = true
	return toStop(m, p, now)
}

// restartSoon: it is ending anyway; stopping for good goes before.
func restartSoon(m *Machine, _ *Policy, _ time.Duration) Action {
	if m.Want == Up {
		m.Again = true
	}
	return 0
}

// kill does not take no for an answer, and repeats itself.
func kill(m *Machine, _ *Policy, now time.Duration) Action {
	a := m.cancel() | ActKill
	m.enter(Killing, now+killLimit)
	return a
}

func exitedOK(m *Machine, p *Policy, now time.Duration) Action {
	return exited(m, p, now, true)
}

func exitedFail(m *Machine, p *Policy, now time.Duration) Action {
	return exited(m, p, now, false)
}

// exited: the service's process is gone.
func exited(m *Machine, p *Policy, now time.Duration, ok bool) Action {
	m.Counts.Exits++
	if !ok {
		m.Counts.Failures++
	}
	return m.clear(m.follow(p, now, ok && !m.Faulty), now)
}

// follow decides what comes after an end.
func (m *Machine) follow(p *Policy, now time.Duration, ok bool) next {
	switch {
	case m.Want == Down:
		return thenStop
	case m.Gone:
		return thenFail
	case m.Again:
		m.Delay = 0
		return thenStart
	case !m.WasReady:
		return thenFail
	case p.Restart == Always, p.Restart == OnFailure && !ok:
		m.grow(p, now-m.Begun)
		return thenBackoff
	case ok:
		return thenStop
	}
	return thenFail
}

// grow sets the delay before the next start, after a run of that length.
func (m *Machine) grow(p *Policy, ran time.Duration) {
	switch {
	case m.Delay == 0, ran >= p.Stable:
		m.Delay = min(p.First, p.Max)
	default:
		m.Delay = min(m.Delay*2, p.Max)
	}
}
