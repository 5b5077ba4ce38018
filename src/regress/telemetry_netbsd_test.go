package regress

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"testing"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// denials of one rule in a cell.
func denialsOf(t *testing.T, c *kern.Client, id cell.ID, rule uint16) []cell.Denial {
	t.Helper()
	all, err := c.Denials(id, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(d cell.Denial) bool { return d.Rule != rule })
}

// TestDenials: one denial is recorded with who, what and when; repeats fold;
// the host's users have a record of their own.
func TestDenials(t *testing.T) {
	c := open(t)
	ids := ruleIDs(t, c)
	id, other := create(t, c, nil), create(t, c, nil)
	a, victim := start(t, who{id, 1000}), start(t, who{other, 0})
	began := time.Now().Add(-time.Second)
	for range 3 {
		a.do("kill", victim.pid, 15)
	}
	a.do("bind", "tcp", "127.0.0.1", 4242)
	got := denialsOf(t, c, id, ids["process.other.signal"])
	if len(got) != 1 {
		t.Fatalf("three equal refusals make %d records", len(got))
	}
	d := got[0]
	if d.Count != 3 || d.Cell != id || d.Object != other || d.UID != 1000 || d.PID != uint32(a.pid) ||
		d.Verdict != cell.Denied || d.Program != "init" || d.Detail != uint32(victim.pid) {
		t.Errorf("recorded as %+v", d)
	}
	if d.First.Before(began) || d.Last.Before(d.First) || time.Since(d.Last) > time.Minute {
		t.Errorf("recorded from %v to %v, it is %v", d.First, d.Last, time.Now())
	}
	binds := denialsOf(t, c, id, ids["network.bind.undeclared"])
	if len(binds) != 1 || binds[0].Detail != 4242 || binds[0].Addr.IP != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("a bind is recorded as %+v", binds)
	}
	if later, err := c.Denials(id, d.Seq); err != nil || len(later) != 1 {
		t.Errorf("since number %d there are %d, %v; want the bind", d.Seq, len(later), err)
	}
	host := start(t, who{cell.Host, 1000})
	host.do("kill", victim.pid, 15)
	all, err := c.Denials(cell.Host, 0)
	if err != nil || !slices.ContainsFunc(all, func(d cell.Denial) bool {
		return d.Cell == cell.Host && d.Object == other && d.UID == 1000
	}) {
		t.Errorf("a host user's refusal is not recorded: %v", err)
	}
}

// TestRing: the record is bounded, keeps the newest, and counters go on.
func TestRing(t *testing.T) {
	const many = 100
	c := open(t)
	ids := ruleIDs(t, c)
	id := create(t, c, nil)
	a := start(t, who{id, 0})
	for port := range many {
		a.do("bind", "tcp", "127.0.0.1", 2000+port)
	}
	got := denialsOf(t, c, id, ids["network.bind.undeclared"])
	if len(got) == 0 || len(got) >= many || got[len(got)-1].Detail != 2000+many-1 {
		t.Errorf("of %d refusals %d are kept, the last %+v", many, len(got), got[len(got)-1])
	}
	for i := 1; i < len(got); i++ {
		if got[i].Seq <= got[i-1].Seq {
			t.Errorf("number %d comes after %d", got[i].Seq, got[i-1].Seq)
		}
	}
	counters, err := c.Counters(id)
	if err != nil || counters.Denied[ids["network.bind.undeclared"]] != many {
		t.Errorf("counted %d, %v", counters.Denied[ids["network.bind.undeclared"]], err)
	}
	if in := info(t, c, id); in.Denied[cell.Network] != many {
		t.Errorf("the scope counts %d", in.Denied[cell.Network])
	}
}

// TestLearning: what enforcing would deny passes and is written down, ports
// and addresses too; what keeps cells apart still holds.
func TestLearning(t *testing.T) {
	c := open(t)
	id, other := create(t, c, func(cf *cell.Config) { cf.Mode = cell.Learn }), create(t, c, nil)
	a, victim := start(t, who{id, 0}), start(t, who{other, 0})
	for _, port := range []int{80, 8000, 80} {
		if r := a.do("bind", "tcp", "127.0.0.1", port); !r.done() {
			t.Errorf("learning, port %d: %s", port, r)
		}
	}
	if r := a.do("mknod"); !r.done() {
		t.Errorf("learning, mknod: %s", r)
	}
	if r := a.do("kill", victim.pid, 15); !r.refused() {
		t.Errorf("a learning cell signals another: %s", r)
	}
	counters, err := c.Counters(id)
	if err != nil || !slices.Equal(slices.Sorted(slices.Values(counters.Ports)), []uint16{80, 8000}) {
		t.Errorf("ports learned: %v, %v", counters.Ports, err)
	}
	enforce := cell.Enforce
	if err := c.Set(id, cell.Change{Mode: &enforce}); err != nil {
		t.Fatal(err)
	}
	if r := a.do("bind", "tcp", "127.0.0.1", 80); !r.refused() {
		t.Errorf("after learning, port 80: %s", r)
	}
}

// TestGrant: an exception with an end ends by itself, one without does not,
// and either can be taken back.
func TestGrant(t *testing.T) {
	c := open(t)
	id := create(t, c, nil)
	a := start(t, who{id, 0})
	rawsock := cell.Exceptions(1 << cell.ExcRawsock)
	allowed := func() bool { return a.do("rawsock").done() }
	set := func(ch cell.Change) {
		t.Helper()
		if err := c.Set(id, ch); err != nil {
			t.Fatal(err)
		}
	}
	if allowed() {
		t.Error("allowed before it was granted")
	}
	set(cell.Change{Grant: rawsock, For: 2 * time.Second})
	if !allowed() {
		t.Error("not allowed after it was granted")
	}
	if left := info(t, c, id).Left[cell.ExcRawsock]; left == 0 || left > 2*time.Second {
		t.Errorf("%v left of two seconds", left)
	}
	until(t, 5*time.Second, "the end of a grant", func() bool { return !allowed() })
	set(cell.Change{Grant: rawsock, For: time.Hour})
	set(cell.Change{Revoke: rawsock})
	if allowed() {
		t.Error("allowed after it was revoked")
	}
	set(cell.Change{Grant: rawsock})
	time.Sleep(3 * time.Second)
	if !allowed() {
		t.Error("a grant without an end has ended")
	}
}

// TestSockets: the sockets of others are neither seen nor dropped; the
// cell's own are.
func TestSockets(t *testing.T) {
	c := open(t)
	id := create(t, c, profile(cell.Low))
	a := start(t, who{id, 0})
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	out, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	in, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got := a.must(t, "sockets"); got != "0" {
		t.Errorf("a cell without sockets sees %s", got)
	}
	if seen, err := opSockets(nil); err != nil || number(seen) < 3 {
		t.Errorf("host root sees %s sockets, %v", seen, err)
	}
	port := func(a net.Addr) string { return strconv.Itoa(a.(*net.TCPAddr).Port) }
	if r := a.do("tcpdrop", port(out.LocalAddr()), port(out.RemoteAddr())); r.done() {
		t.Errorf("a cell drops a connection of the host: %s", r)
	}
	if _, err := out.Write([]byte("x")); err != nil {
		t.Errorf("the connection is gone: %v", err)
	}
	if _, err := opTCPDrop([]string{port(out.LocalAddr()), port(out.RemoteAddr())}); err != nil {
		t.Errorf("host root drops a connection: %v", err)
	}
}
