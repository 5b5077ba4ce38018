package super

import (
	"testing"
	"time"
)

// world is what the machine believes to be outside: the processes that its
// actions made, as a Runner would have them.
type world struct {
	service, execed, check, sweep bool
}

// possible lists the events that this world can produce next.
func (w world) possible(m Machine) []Event {
	es := []Event{StopAsked, RestartAsked}
	if m.Deadline != never {
		es = append(es, TimeUp)
	}
	if w.sweep {
		es = append(es, Swept, SweepFailed, CellGone)
	}
	if w.check {
		es = append(es, CheckOK, CheckFail, CellGone)
	}
	if w.service {
		es = append(es, ExitedOK, ExitedFail)
		if !w.execed {
			es = append(es, Execed, ExecFailed, CellGone)
		}
	}
	return es
}

// happen is what e means outside.
func (w world) happen(e Event, s State) world {
	switch e {
	case Swept, SweepFailed:
		w.sweep = false
	case CheckOK, CheckFail:
		w.check = false
	case ExitedOK, ExitedFail, ExecFailed:
		w.service, w.execed = false, false
	case Execed:
		w.execed = true
	case CellGone:
		w.sweep, w.check = false, false
		if s == Starting || s == Killing {
			w.service, w.execed = false, false
		}
	}
	return w
}

// obey does a, and fails where it makes no sense in this world.
func (w world) obey(t *testing.T, m Machine, a Action) world {
	t.Helper()
	if a&ActCancel != 0 {
		w.check, w.sweep = false, false
	}
	if a&(ActStop|ActKill) != 0 && !w.service {
		t.Errorf("%+v: %s without a service", m, a.names())
	}
	if a&ActSweep != 0 {
		if w.service || w.sweep || w.check {
			t.Errorf("%+v: sweep beside %+v", m, w)
		}
		w.sweep = true
	}
	if a&ActStart != 0 {
		if w.service || w.sweep || w.check || m.Want == Down {
			t.Errorf("%+v: start beside %+v", m, w)
		}
		w.service = true
	}
	if a&ActCheck != 0 {
		if !w.execed || w.check {
			t.Errorf("%+v: check beside %+v", m, w)
		}
		w.check = true
	}
	return w
}

// node is a state of the whole, with what grows without bound cut off.
type node struct {
	m Machine
	w world
}

func (n node) key() node {
	n.m.Counts = Counts{}
	n.m.Fails = min(n.m.Fails, 3)
	n.m.Begun = 0
	if n.m.Deadline != never {
		n.m.Deadline = 0
	}
	return n
}

// TestEveryReachableState walks all of them, under every policy, and holds
// what must be true in each.
func TestEveryReachableState(t *testing.T) {
	total := 0
	for bits := 0; bits < 8; bits++ {
		for _, r := range []When{Always, OnFailure, Never} {
			p := &Policy{Restart: r, First: time.Second, Max: 4 * time.Second, Stable: time.Hour,
				Ready: bits&1 != 0, Health: bits&2 != 0, Retries: 2,
				ReadyIn: time.Duration(bits&1) * time.Second}
			if bits&4 != 0 {
				p.OnFailing = ReportIt
			}
			total += explore(t, p)
		}
	}
	if total < 1000 {
		t.Errorf("only %d states were reached", total)
	}
	t.Logf("%d states", total)
}

func explore(t *testing.T, p *Policy) int {
	m, a := New(0)
	first := node{m, world{}.obey(t, m, a)}
	seen := map[node]bool{first.key(): true}
	queue := []node{first}
	for len(queue) > 0 && !t.Failed() {
		n := queue[0]
		queue = queue[1:]
		hold(t, p, n)
		for _, e := range n.w.possible(n.m) {
			if n.m.State.Final() {
				break
			}
			for _, now := range []time.Duration{0, time.Minute} {
				m, a := n.m.Step(e, p, now)
				next := node{m, n.w.happen(e, n.m.State).obey(t, m, a)}
				if k := next.key(); !seen[k] {
					seen[k] = true
					queue = append(queue, next)
				}
			}
		}
	}
	return len(seen)
}

// hold checks what is true at all times, and that a stop ends it from here.
func hold(t *testing.T, p *Policy, n node) {
	t.Helper()
	m, w := n.m, n.w
	if m.State.Up() != w.service {
		t.Errorf("%+v: service %v", m, w.service)
	}
	if m.Checking != w.check {
		t.Errorf("%+v: check %v", m, w.check)
	}
	if m.State.Final() && (w.sweep || w.check || w.service) {
		t.Errorf("%+v: ended beside %+v", m, w)
	}
	if m.Deadline == never && !m.State.Final() && (m.State != Ready || p.Health) {
		t.Errorf("%+v waits for ever", m)
	}
	if m.State.Final() {
		return
	}
	m, a := m.Step(StopAsked, p, 0)
	w = w.obey(t, m, a)
	for i := 0; !m.State.Final(); i++ {
		if i > 10 {
			t.Errorf("%+v: does not end after StopAsked", n.m)
			return
		}
		e := TimeUp
		switch {
		case w.sweep:
			e = Swept
		case w.service && m.State == Killing:
			e = ExitedFail
		}
		was := m.State
		m, a = m.Step(e, p, 0)
		w = w.happen(e, was).obey(t, m, a)
	}
}
