package model

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// managed is a cell that cellmgr made.
func managed(name string, id cell.ID) cell.Info {
	return cell.Info{ID: id, State: cell.Live, Uptime: time.Hour, Processes: 1,
		Config: cell.Config{Name: name, Tag: strings.Repeat("0a", 32)}}
}

// sample is one with those cells, each under a supervisor that is ready.
func sample(at time.Duration, infos ...cell.Info) Sample {
	s := Sample{At: start.Add(at), Infos: infos, Status: map[string]super.Status{}}
	for _, in := range infos {
		s.Status[in.Config.Name] = super.Status{Alive: true, Cell: in.ID, State: super.Ready, Health: "-"}
	}
	return s
}

func names(cells []*Cell) string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = c.Name
	}
	return strings.Join(out, " ")
}

func TestUsage(t *testing.T) {
	var m Model
	in := managed("web", 3)
	m.Take(sample(0, in))
	if c := m.Find("web"); c.CPU >= 0 {
		t.Errorf("after one sample: %v%%", c.CPU)
	}
	in.CPU, in.Denied[cell.Process] = 250*time.Millisecond, 4
	m.Take(sample(time.Second, in))
	c := m.Find("web")
	if c.CPU != 25 || c.PerMin != 4 || c.State != "ready" || c.Grade != Fine {
		t.Errorf("%+v", c)
	}
	for i := range 90 {
		m.Take(sample(time.Duration(i+2)*time.Second, in))
	}
	if c = m.Find("web"); c.CPU != 0 || c.PerMin != 0 {
		t.Errorf("after a minute and a half: %v%%, %d", c.CPU, c.PerMin)
	}
	if n := len(c.History.CPU(500)); n != 91 {
		t.Errorf("%d values", n)
	}
	in.Uptime = 20 * time.Second
	m.Take(sample(200*time.Second, in))
	if c = m.Find("web"); c.PerMin != 4 {
		t.Errorf("a young cell: %d", c.PerMin)
	}
}

func TestHistoryRing(t *testing.T) {
	var h History
	for i := range 3 * Kept {
		h.add(start.Add(time.Duration(i)*time.Second), &cell.Info{RSS: uint64(i)})
	}
	got := h.RSS(1000)
	if len(got) != Kept || got[0] != 2*Kept || got[Kept-1] != 3*Kept-1 {
		t.Errorf("%d values from %v", len(got), got[0])
	}
	h.add(start, &cell.Info{}) // the clock went back
	if len(h.RSS(1)) != 1 || h.RSS(1)[0] != 3*Kept-1 {
		t.Error("a sample from before was taken")
	}
}

// TestUnknown: not to be able to look never looks like nothing.
func TestUnknown(t *testing.T) {
	var m Model
	m.Take(sample(0, managed("web", 3)))
	m.Take(Sample{At: start.Add(time.Second), Err: errors.New("no answer")})
	if names(m.Cells) != "web" || m.Sample.Err == nil || m.Totals().Cells != 1 {
		t.Errorf("cells %q, error %v", names(m.Cells), m.Sample.Err)
	}
	s := sample(2*time.Second, managed("web", 3))
	delete(s.Status, "web")
	s.Unread = map[string]error{"web": errors.New("permission denied")}
	m.Take(s)
	if c := m.Find("web"); c.State != "unknown" || c.Grade != Bad || c.Why != "permission denied" {
		t.Errorf("%+v", c)
	}
	if c := m.Find("web"); c.Known {
		t.Error("its drift is known though nobody looked")
	}
}

func TestStates(t *testing.T) {
	dying, foreign := managed("a", 1), managed("a", 1)
	dying.State, foreign.Config.Tag = cell.Dying, ""
	for _, c := range []struct {
		what  string
		info  *cell.Info
		st    super.Status
		state string
		grade Grade
	}{
		{"down", nil, super.Status{}, "down", Off},
		{"backoff", ptr(managed("a", 1)), super.Status{Alive: true, Cell: 1, State: super.Backoff}, "backoff", Busy},
		{"ill", ptr(managed("a", 1)), super.Status{Alive: true, Cell: 1, State: super.Unhealthy}, "unhealthy", Bad},
		{"stopping", ptr(managed("a", 1)), super.Status{Alive: true, Cell: 1, State: super.Stopping}, "stopping", Busy},
		{"of another", ptr(managed("a", 1)), super.Status{Alive: true, Cell: 7, State: super.Ready}, "broken", Bad},
		{"alone", ptr(managed("a", 1)), super.Status{}, "broken", Bad},
		{"dying", &dying, super.Status{}, "broken", Bad},
		{"foreign", &foreign, super.Status{}, "foreign", Off},
		{"supervisor without a cell", nil, super.Status{Alive: true, Cell: 1, State: super.Ready}, "broken", Bad},
	} {
		var m Model
		s := Sample{At: start, Status: map[string]super.Status{"a": c.st},
			Set: &manifest.Set{Cells: map[string]*manifest.Cell{"a": {Name: "a"}}}}
		if c.info != nil {
			s.Infos = []cell.Info{*c.info}
		}
		m.Take(s)
		if got := m.Find("a"); got.State != c.state || got.Grade != c.grade {
			t.Errorf("%s: %s %d, want %s %d", c.what, got.State, got.Grade, c.state, c.grade)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestOrder(t *testing.T) {
	var m Model
	a, b, c := managed("alpha", 1), managed("beta", 2), managed("gamma", 3)
	a.RSS, b.RSS, c.RSS = 1, 3, 2
	b.Uptime = time.Minute
	s := sample(0, a, b, c)
	s.Status["gamma"] = super.Status{Alive: true, Cell: 3, State: super.Unhealthy, Health: "failing", Restarts: 2}
	m.Take(s)
	for _, x := range []struct{ order, want, reverse string }{
		{"name", "alpha beta gamma", "gamma beta alpha"},
		{"state", "gamma alpha beta", "alpha beta gamma"},
		{"health", "gamma alpha beta", "alpha beta gamma"},
		{"mem", "beta gamma alpha", "alpha gamma beta"},
		{"rst", "gamma alpha beta", "alpha beta gamma"},
		{"age", "alpha gamma beta", "beta alpha gamma"},
		{"procs", "alpha beta gamma", "alpha beta gamma"},
	} {
		i := slices.IndexFunc(Orders, func(o struct {
			Name string
			cmp  func(a, b *Cell) int
		}) bool {
			return o.Name == x.order
		})
		if got := names(m.Rows(Order(i), false, "")); got != x.want {
			t.Errorf("%s: %s", x.order, got)
		}
		if got := names(m.Rows(Order(i), true, "")); got != x.reverse {
			t.Errorf("%s, reverse: %s", x.order, got)
		}
	}
	for filter, want := range map[string]string{"": "alpha beta gamma", "MM": "gamma", "ready a": "alpha beta",
		"bad": "gamma", "failing": "gamma", "x": "", " a ha": "alpha", "drift": ""} {
		if got := names(m.Rows(0, false, filter)); got != want {
			t.Errorf("filter %q: %q, want %q", filter, got, want)
		}
	}
}

func TestSearch(t *testing.T) {
	rows := []*Cell{{Name: "web1"}, {Name: "db"}, {Name: "Web2"}}
	for _, c := range []struct {
		text string
		from int
		back bool
		want int
	}{
		{"web", 0, false, 2}, {"web", 2, false, 0}, {"web", 0, true, 2}, {"web", -1, false, 0},
		{"db", 1, false, 1}, {"x", 0, false, -1},
	} {
		if got := Search(rows, c.text, c.from, c.back); got != c.want {
			t.Errorf("%q from %d, %v: %d, want %d", c.text, c.from, c.back, got, c.want)
		}
	}
	if Search(nil, "a", 0, false) >= 0 {
		t.Error("found something in nothing")
	}
}

func TestDeep(t *testing.T) {
	var m Model
	m.Take(sample(0, managed("web", 3)))
	p := &plan.Plan{Nodes: []*plan.Node{{Cell: "web", Steps: []*plan.Step{{Cell: "web",
		Lines: []plan.Line{{Sign: '~', Text: "ports 80 -> 81"}, {Sign: '~', Text: "ports again"}, {Sign: '~', Text: "env"}}}}}}}
	left := &plan.Observed{Mounts: []plan.Mounted{{Path: "/"}}}
	m.TakeDeep(&Deep{Plan: p, World: plan.World{Cells: map[string]*plan.Observed{"gone": left}}})
	if c := m.Find("web"); !c.Known || !slices.Equal(c.Drift, []string{"ports", "env"}) {
		t.Errorf("drift %v", c.Drift)
	}
	if c := m.Find("gone"); c == nil || c.State != "broken" {
		t.Errorf("mounts without a cell are not shown: %v", names(m.Cells))
	}
	if got := m.Totals(); got.Cells != 2 || got.Up != 1 || got.Bad != 1 || got.Drift != 1 {
		t.Errorf("totals %+v", got)
	}
}

func TestCount(t *testing.T) {
	for n, err := range []error{nil, errors.New("x"), errors.Join(errors.New("x"), errors.New("y"))} {
		if Count(err) != n {
			t.Errorf("%v counts %d", err, Count(err))
		}
	}
}
