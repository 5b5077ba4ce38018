package regress

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// An act is something that one process does to another.
type act struct {
	op     string
	args   []any // after the process id
	high   bool  // the high profile denies it within a cell, too
	root   bool  // other models want root for it
	result func(reply) bool
}

// acts that kauth(9) is asked about.  Each changes nothing that another one
// looks at.
var acts = []act{
	{op: "see", result: func(r reply) bool { return r.done() && r.Value == "1" }},
	{op: "args"},
	{op: "env"},
	{op: "kill", args: []any{0}},
	{op: "kill", args: []any{int(unix.SIGUSR1)}},
	{op: "nice", args: []any{3}},
	{op: "rlimit"},
	{op: "setrlimit", args: []any{100}},
	{op: "corename"},
	{op: "setcorename", args: []any{"/tmp/%n.core"}},
	{op: "stopfork"},
	{op: "kevent"},
	{op: "procfs", args: []any{"status"}},
	{op: "getparam"},
	{op: "getaffinity"},
	{op: "setparam", high: true, root: true},
	{op: "setaffinity", high: true, root: true},
	{op: "ptrace", high: true},
	{op: "ktrace", high: true, result: func(r reply) bool { return r.done() && r.Value != "0" }},
	{op: "procfswrite", args: []any{"mem"}, high: true},
	{op: "cpuclock", high: true},
}

// happened tells whether an act took place.
func (a act) happened(r reply) bool {
	if a.result != nil {
		return a.result(r)
	}
	return r.done()
}

func (a act) String() string { return strings.TrimSpace(a.op + " " + fmt.Sprint(a.args...)) }

// state is what acts would change of a process, as host root sees it.
func state(t *testing.T, a *agent) string {
	t.Helper()
	pid := strconv.Itoa(a.pid)
	s := "signals " + a.must(t, "usr1")
	for _, name := range []string{"getnice", "rlimit", "corename", "getparam"} {
		value, err := ops[name]([]string{pid})
		if err != nil {
			t.Fatalf("%s %s as root: %v", name, pid, err)
		}
		s += ", " + name + " " + value
	}
	return s
}

// TestIsolation: who may do what to whom.  Each pair has processes of its
// own; where an act is refused, what it would have changed is compared.
func TestIsolation(t *testing.T) {
	const user = 1000
	for _, p := range []cell.Profile{cell.Low, cell.Medium, cell.High} {
		pairs := []struct {
			name             string
			actor, object    string // cell, or host
			actorUID, objUID int
			allowed          bool
		}{
			{"a cell's root upon another cell", "a", "b", 0, 0, false},
			{"a cell's root upon a user in another cell", "a", "b", 0, user, false},
			{"a cell's root upon the host", "a", "host", 0, 0, false},
			{"a cell's user upon the same user of the host", "a", "host", user, user, false},
			{"a cell's user upon the same user in another cell", "a", "b", user, user, false},
			{"a host user upon the same user in a cell", "host", "a", user, user, false},
			{"a cell's root within its cell", "a", "a", 0, user, true},
			{"a cell's user within its cell", "a", "a", user, user, true},
			{"host root upon a cell's root", "host", "a", 0, 0, true},
			{"host root upon a cell's user", "host", "a", 0, user, true},
			{"a host user upon itself outside cells", "host", "host", user, user, true},
		}
		for _, pair := range pairs {
			t.Run(p.String()+"/"+strings.ReplaceAll(pair.name, " ", "-"), func(t *testing.T) {
				c := open(t)
				ids := map[string]cell.ID{"host": cell.Host,
					"a": create(t, c, profile(p)), "b": create(t, c, profile(p))}
				actor := start(t, who{ids[pair.actor], pair.actorUID})
				object := start(t, who{ids[pair.object], pair.objUID})
				for _, a := range acts {
					want := pair.allowed && !(a.root && pair.actorUID != 0) &&
						!(a.high && p == cell.High && pair.actor != "host")
					try(t, a, actor, object, want)
				}
			})
		}
	}
}

// try lets one act happen, or not.
func try(t *testing.T, a act, actor, object *agent, want bool) {
	t.Helper()
	before := state(t, object)
	count := object.must(t, "usr1")
	r := actor.do(a.op, append([]any{object.pid}, a.args...)...)
	switch happened := a.happened(r); {
	case happened && !want:
		t.Errorf("%s: it happened: %s", a, r)
	case !happened && want:
		t.Errorf("%s: it was refused: %s", a, r)
	case want && a.op == "kill" && a.args[0] != 0:
		// It arrives when its process runs, and shall not be taken for
		// something that a later act did.
		until(t, 10*time.Second, "the signal", func() bool { return object.must(t, "usr1") != count })
	case !want:
		if after := state(t, object); after != before {
			t.Errorf("%s: refused with %s, but %s became %s", a, r, before, after)
		}
	}
}

// TestProcessList: in a cell there are the processes of that cell; a host
// user sees none of a cell; host root sees all.
func TestProcessList(t *testing.T) {
	c := open(t)
	a, b := create(t, c, nil), create(t, c, nil)
	first, second, other := start(t, who{a, 0}), start(t, who{a, 1000}), start(t, who{b, 0})
	host := start(t, who{cell.Host, 1000})
	got := strings.Fields(first.must(t, "seeall"))
	want := []string{strconv.Itoa(first.pid), strconv.Itoa(second.pid)}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("in the cell there are %v, want %v", got, want)
	}
	seen := strings.Fields(host.must(t, "seeall"))
	for _, agent := range []*agent{first, second, other} {
		if slices.Contains(seen, strconv.Itoa(agent.pid)) {
			t.Errorf("a host user sees process %d of a cell", agent.pid)
		}
	}
	if !slices.Contains(seen, strconv.Itoa(host.pid)) {
		t.Errorf("a host user does not see itself: %v", seen)
	}
	all, err := visible()
	if err != nil {
		t.Fatal(err)
	}
	for _, agent := range []*agent{first, second, other, host} {
		if !slices.Contains(strings.Fields(all), strconv.Itoa(agent.pid)) {
			t.Errorf("host root does not see process %d", agent.pid)
		}
	}
}

// TestBroadcast: kill(-1) in a cell reaches the cell and nobody else.
func TestBroadcast(t *testing.T) {
	c := open(t)
	id, elsewhere := create(t, c, nil), create(t, c, nil)
	actor, inside := start(t, who{id, 0}), start(t, who{id, 1000})
	outside, host := start(t, who{elsewhere, 0}), start(t, who{cell.Host, 0})
	actor.must(t, "kill", -1, int(unix.SIGUSR1))
	until(t, 5e9, "the signal within the cell", func() bool { return inside.must(t, "usr1") == "1" })
	for _, a := range []*agent{outside, host} {
		if got := a.must(t, "usr1"); got != "0" {
			t.Errorf("%s signals left the cell", got)
		}
	}
}

// TestModelFromInside: a cell learns its own id from the model, and nothing
// else; a host user who is not root may look but not touch.
func TestModelFromInside(t *testing.T) {
	c := open(t)
	id := create(t, c, profile(cell.Low))
	inside, host := start(t, who{id, 0}), start(t, who{cell.Host, 1000})
	if got := inside.must(t, "cell"); got != id.String() {
		t.Errorf("a member of cell %s thinks it is in %s", id, got)
	}
	for _, node := range []string{"version", "list", "denials", "policy"} {
		if r := inside.do("model", node); !r.refused() {
			t.Errorf("%s in a cell: %s", node, r)
		}
		if r := host.do("model", node); !r.done() {
			t.Errorf("%s for a host user: %s", node, r)
		}
	}
	for _, a := range []*agent{inside, host} {
		if r := a.do("attach", id); !r.refused() {
			t.Errorf("attach by one who may not: %s", r)
		}
	}
}
