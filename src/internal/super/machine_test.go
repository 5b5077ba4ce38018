package super

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var actionNames = []string{"cancel", "stop", "kill", "sweep", "start", "check", "ready"}

func (a Action) names() string {
	var out []string
	for i, n := range actionNames {
		if a&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return strings.Join(out, "+")
}

func testPolicy() *Policy {
	return &Policy{Restart: Always, First: time.Second, Max: 8 * time.Second, Stable: 30 * time.Second,
		Grace: 10 * time.Second, Ready: true, ReadyIn: 60 * time.Second, Health: true,
		Interval: 20 * time.Second, Timeout: 5 * time.Second, Retries: 2, OnFailing: RestartIt}
}

// at returns a machine in s that has been up before, as it would be there.
func at(s State, p *Policy, now time.Duration) Machine {
	m := Machine{State: s, WasReady: true, Begun: now - 5*time.Second, Delay: 2 * time.Second}
	m.Counts.Starts = 3
	switch s {
	case Clearing:
		m.then, m.Deadline = thenBackoff, now+sweepLimit
	case Starting:
		m.Deadline = now + startLimit
	case Running, Ready, Unhealthy:
		m.Checking, m.Deadline = true, now+p.Timeout
	case Stopping:
		m.Deadline = now + p.Grace
	case Killing:
		m.Deadline = now + killLimit
	case Backoff:
		m.Deadline = now + m.Delay
	default:
		m.Deadline = never
	}
	return m
}

// expected has, for every state, every event in the order of the constants:
// the next state and what is to be done.
var expected = map[State][nEvent]string{
	Clearing: {"backoff ", "backoff cancel", "clearing ", "clearing ", "failed cancel", "clearing ",
		"clearing ", "clearing ", "clearing ", "clearing ", "clearing ", "backoff cancel"},
	Starting: {"starting ", "starting ", "running check", "clearing sweep", "clearing sweep", "starting ",
		"starting ", "clearing sweep", "clearing sweep", "killing kill", "starting ", "killing kill"},
	Running: {"running ", "running ", "running ", "clearing cancel+sweep", "killing cancel+kill", "ready ",
		"running ", "clearing cancel+sweep", "clearing cancel+sweep", "stopping cancel+stop",
		"stopping cancel+stop", "running cancel"},
	Ready: {"ready ", "ready ", "ready ", "clearing cancel+sweep", "killing cancel+kill", "ready ",
		"ready ", "clearing cancel+sweep", "clearing cancel+sweep", "stopping cancel+stop",
		"stopping cancel+stop", "ready cancel"},
	Unhealthy: {"unhealthy ", "unhealthy ", "unhealthy ", "clearing cancel+sweep", "killing cancel+kill",
		"ready ", "unhealthy ", "clearing cancel+sweep", "clearing cancel+sweep", "stopping cancel+stop",
		"stopping cancel+stop", "unhealthy cancel"},
	Stopping: {"stopping ", "stopping ", "stopping ", "clearing sweep", "stopping ", "stopping ",
		"stopping ", "clearing sweep", "clearing sweep", "stopping ", "stopping ", "killing kill"},
	Killing: {"killing ", "killing ", "killing ", "clearing sweep", "clearing sweep", "killing ",
		"killing ", "clearing sweep", "clearing sweep", "killing ", "killing ", "killing kill"},
	Backoff: {"backoff ", "backoff ", "backoff ", "backoff ", "failed cancel", "backoff ",
		"backoff ", "backoff ", "backoff ", "clearing sweep", "clearing sweep", "clearing sweep"},
	Stopped: {"stopped ", "stopped ", "stopped ", "stopped ", "stopped ", "stopped ",
		"stopped ", "stopped ", "stopped ", "stopped ", "stopped ", "stopped "},
	Failed: {"failed ", "failed ", "failed ", "failed ", "failed ", "failed ",
		"failed ", "failed ", "failed ", "failed ", "failed ", "failed "},
}

func TestEveryPair(t *testing.T) {
	now := time.Hour
	for s := State(0); s < nState; s++ {
		if _, ok := expected[s]; !ok {
			t.Fatalf("no expectation for %v", s)
		}
		for e := Event(0); e < nEvent; e++ {
			p := testPolicy()
			m, a := at(s, p, now).Step(e, p, now)
			if got := m.State.String() + " " + a.names(); got != expected[s][e] {
				t.Errorf("%v x %v: %q, expected %q", s, e, got, expected[s][e])
			}
		}
	}
}

// walk feeds events and returns the states that followed, with actions.
func walk(m *Machine, p *Policy, now *time.Duration, es ...Event) string {
	var out []string
	for _, e := range es {
		if e == TimeUp {
			*now = max(*now, m.Deadline)
		}
		var a Action
		*m, a = m.Step(e, p, *now)
		out = append(out, strings.TrimSuffix(fmt.Sprintf("%v:%s", m.State, a.names()), ":"))
	}
	return strings.Join(out, " ")
}

func TestStories(t *testing.T) {
	noReady := func(p *Policy) { p.Ready = false }
	cases := []struct {
		name  string
		tune  func(p *Policy)
		es    []Event
		after string
	}{
		{"start and stop", noReady, []Event{Swept, Execed, StopAsked, ExitedOK, Swept},
			"starting:start ready:ready stopping:stop clearing:sweep stopped"},
		{"stop that needs force", noReady, []Event{Swept, Execed, StopAsked, TimeUp, TimeUp, ExitedFail, Swept},
			"starting:start ready:ready stopping:stop killing:kill killing:kill clearing:sweep stopped"},
		{"no such command at first", nil, []Event{Swept, ExecFailed, Swept},
			"starting:start clearing:sweep failed"},
		{"no such command later", noReady, []Event{Swept, Execed, ExitedOK, Swept, TimeUp, Swept, ExecFailed, Swept},
			"starting:start ready:ready clearing:sweep backoff clearing:sweep starting:start clearing:sweep backoff"},
		{"exits before it was ready", nil, []Event{Swept, Execed, ExitedOK, Swept},
			"starting:start running:check clearing:cancel+sweep failed"},
		{"ready at the second time of asking", nil, []Event{Swept, Execed, CheckFail, TimeUp, CheckOK},
			"starting:start running:check running running:check ready:ready"},
		{"a readiness check that hangs", nil, []Event{Swept, Execed, TimeUp, TimeUp, CheckOK},
			"starting:start running:check running:cancel running:check ready:ready"},
		{"never ready", func(p *Policy) { p.ReadyIn, p.Timeout = 6*time.Second, 10*time.Second },
			[]Event{Swept, Execed, TimeUp, ExitedOK, Swept},
			"starting:start running:check stopping:cancel+stop clearing:sweep failed"},
		{"never restarts what ended well", func(p *Policy) { p.Ready, p.Restart = false, Never },
			[]Event{Swept, Execed, ExitedOK, Swept}, "starting:start ready:ready clearing:sweep stopped"},
		{"never restarts what failed", func(p *Policy) { p.Ready, p.Restart = false, Never },
			[]Event{Swept, Execed, ExitedFail, Swept}, "starting:start ready:ready clearing:sweep failed"},
		{"on-failure, ended well", func(p *Policy) { p.Ready, p.Restart = false, OnFailure },
			[]Event{Swept, Execed, ExitedOK, Swept}, "starting:start ready:ready clearing:sweep stopped"},
		{"on-failure, failed", func(p *Policy) { p.Ready, p.Restart = false, OnFailure },
			[]Event{Swept, Execed, ExitedFail, Swept}, "starting:start ready:ready clearing:sweep backoff"},
		{"always, ended well", noReady,
			[]Event{Swept, Execed, ExitedOK, Swept}, "starting:start ready:ready clearing:sweep backoff"},
		{"restart asked beats never", func(p *Policy) { p.Ready, p.Restart = false, Never },
			[]Event{Swept, Execed, RestartAsked, ExitedOK, Swept},
			"starting:start ready:ready stopping:stop clearing:sweep starting:start"},
		{"stop beats restart", noReady, []Event{Swept, Execed, RestartAsked, StopAsked, ExitedOK, Swept},
			"starting:start ready:ready stopping:stop stopping clearing:sweep stopped"},
		{"restart does not undo stop", noReady, []Event{Swept, Execed, StopAsked, RestartAsked, ExitedOK, Swept},
			"starting:start ready:ready stopping:stop stopping clearing:sweep stopped"},
		{"restart cuts the delay", noReady, []Event{Swept, Execed, ExitedFail, Swept, RestartAsked, Swept},
			"starting:start ready:ready clearing:sweep backoff clearing:sweep starting:start"},
		{"restart while clearing cuts it too", noReady, []Event{Swept, Execed, ExitedFail, RestartAsked, Swept},
			"starting:start ready:ready clearing:sweep clearing starting:start"},
		{"stop in the delay", noReady, []Event{Swept, Execed, ExitedFail, Swept, StopAsked, Swept},
			"starting:start ready:ready clearing:sweep backoff clearing:sweep stopped"},
		{"stop before the first start", nil, []Event{StopAsked, Swept}, "clearing stopped"},
		{"leftovers at first", nil, []Event{SweepFailed}, "failed:cancel"},
		{"leftovers later", noReady, []Event{Swept, Execed, ExitedOK, SweepFailed, TimeUp, Swept},
			"starting:start ready:ready clearing:sweep backoff:cancel clearing:sweep starting:start"},
		{"leftovers when stopping", noReady, []Event{Swept, Execed, StopAsked, ExitedOK, TimeUp},
			"starting:start ready:ready stopping:stop clearing:sweep failed:cancel"},
		{"health fails, restart", noReady,
			[]Event{Swept, Execed, TimeUp, CheckFail, TimeUp, CheckFail, ExitedOK, Swept, TimeUp, Swept},
			"starting:start ready:ready ready:check ready ready:check stopping:stop clearing:sweep backoff clearing:sweep starting:start"},
		{"health fails, restart never", func(p *Policy) { p.Ready, p.Restart, p.Retries = false, Never, 1 },
			[]Event{Swept, Execed, TimeUp, CheckFail, ExitedOK, Swept},
			"starting:start ready:ready ready:check stopping:stop clearing:sweep failed"},
		{"health fails, report, recovers", func(p *Policy) { p.Ready, p.OnFailing = false, ReportIt },
			[]Event{Swept, Execed, TimeUp, CheckFail, TimeUp, CheckFail, TimeUp, CheckFail, TimeUp, CheckOK},
			"starting:start ready:ready ready:check ready ready:check unhealthy unhealthy:check unhealthy unhealthy:check ready"},
		{"one success between failures", noReady,
			[]Event{Swept, Execed, TimeUp, CheckFail, TimeUp, CheckOK, TimeUp, CheckFail},
			"starting:start ready:ready ready:check ready ready:check ready ready:check ready"},
		{"a health check that hangs twice", noReady, []Event{Swept, Execed, TimeUp, TimeUp, TimeUp, TimeUp},
			"starting:start ready:ready ready:check ready:cancel ready:check stopping:cancel+stop"},
		{"the cell is killed under it", noReady, []Event{Swept, Execed, ExitedFail, CellGone},
			"starting:start ready:ready clearing:sweep failed:cancel"},
		{"the cell is gone at the start", noReady, []Event{Swept, CellGone, Swept},
			"starting:start clearing:sweep failed"},
		{"a check finds the cell dying", noReady, []Event{Swept, Execed, TimeUp, CellGone, ExitedFail, CellGone},
			"starting:start ready:ready ready:check killing:cancel+kill clearing:sweep failed:cancel"},
		{"gone while stopping is stopped", noReady, []Event{Swept, Execed, StopAsked, ExitedFail, CellGone},
			"starting:start ready:ready stopping:stop clearing:sweep stopped:cancel"},
		{"stop while starting", noReady, []Event{Swept, StopAsked, ExitedFail, Swept},
			"starting:start killing:kill clearing:sweep stopped"},
		{"never executes", noReady, []Event{Swept, TimeUp, ExitedFail, Swept},
			"starting:start killing:kill clearing:sweep failed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := testPolicy()
			if c.tune != nil {
				c.tune(p)
			}
			now := time.Hour
			m, a := New(now)
			if m.State != Clearing || a != ActSweep {
				t.Fatalf("begins with %v %s", m.State, a.names())
			}
			if got := walk(&m, p, &now, c.es...); got != c.after {
				t.Errorf("\n got %s\nwant %s", got, c.after)
			}
		})
	}
}

// TestBackoffTimes runs a service that fails at once, then for long enough.
func TestBackoffTimes(t *testing.T) {
	p := testPolicy()
	p.Ready, p.Health = false, false
	now := time.Hour
	m, _ := New(now)
	m, _ = m.Step(Swept, p, now)
	var delays []time.Duration
	for i, run := range []time.Duration{0, 0, 0, 0, 0, 29 * time.Second, 30 * time.Second, 0, 0} {
		walk(&m, p, &now, Execed)
		now += run
		walk(&m, p, &now, ExitedFail, Swept)
		if m.State != Backoff {
			t.Fatalf("run %d: %v", i, m.State)
		}
		delays = append(delays, m.Deadline-now)
		walk(&m, p, &now, TimeUp, Swept)
	}
	want := "[1s 2s 4s 8s 8s 8s 1s 2s 4s]"
	if got := fmt.Sprint(delays); got != want {
		t.Errorf("delays %s, expected %s", got, want)
	}
	if m.Restarts() != 9 || m.Counts.Failures != 9 || m.Counts.Exits != 9 {
		t.Errorf("counts %+v", m.Counts)
	}
}

// TestDeadlines holds the moments, not only the states.
func TestDeadlines(t *testing.T) {
	p := testPolicy()
	now := time.Hour
	m, _ := New(now)
	check := func(what string, want time.Duration) {
		t.Helper()
		if m.Deadline != want {
			t.Errorf("%s: deadline in %v, expected %v", what, m.Deadline-now, want-now)
		}
	}
	check("clearing", now+sweepLimit)
	walk(&m, p, &now, Swept)
	check("starting", now+startLimit)
	walk(&m, p, &now, Execed)
	check("readiness check runs", now+p.Timeout)
	walk(&m, p, &now, CheckFail)
	check("next readiness check", now+readyEvery)
	now = m.Begun + p.ReadyIn - readyEvery/2
	walk(&m, p, &now, CheckFail)
	check("readiness limit", m.Begun+p.ReadyIn)
	walk(&m, p, &now, CheckOK)
	check("first health check", now+p.Interval)
	walk(&m, p, &now, TimeUp)
	check("health check runs", now+p.Timeout)
	walk(&m, p, &now, CheckFail)
	check("next health check", now+p.Interval)
	walk(&m, p, &now, StopAsked)
	check("grace", now+p.Grace)
	walk(&m, p, &now, TimeUp)
	check("kill again", now+killLimit)
	p.Health = false
	m.State = Starting
	p.Ready = false
	walk(&m, p, &now, Execed)
	check("nothing to wait for", never)
}
