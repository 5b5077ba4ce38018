package explain

import (
	"net/netip"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"cells/src/internal/cell"
)

// The rules of these tests, one of each kind.
var (
	see        = cell.Rule{ID: 0, Name: "process.other.see", Tier: cell.TierAlways, Exception: cell.ExcNone, Quiet: true}
	raw        = cell.Rule{ID: 1, Name: "network.socket.rawsock", Tier: cell.TierMedium, Exception: cell.ExcRawsock}
	ipc        = cell.Rule{ID: 2, Name: "system.sysvipc.access", Tier: cell.TierHigh, Exception: cell.ExcIPC}
	undeclared = cell.Rule{ID: 3, Name: ruleUndeclared, Tier: cell.TierHigh, Exception: cell.ExcNone}
	address    = cell.Rule{ID: 4, Name: ruleAddress, Tier: cell.TierLow, Exception: cell.ExcNone}
	module     = cell.Rule{ID: 5, Name: "system.module", Tier: cell.TierLow, Exception: cell.ExcNone}
	accounting = cell.Rule{ID: 6, Name: "system.accounting", Tier: cell.TierMedium, Exception: cell.ExcNone}
	other      = cell.Rule{ID: 7, Name: ruleOther, Tier: cell.TierAlways, Exception: cell.ExcNone}
	maxproc    = cell.Rule{ID: 8, Name: ruleMaxproc, Tier: cell.TierAlways, Exception: cell.ExcNone}
	rules      = []cell.Rule{see, raw, ipc, undeclared, address, module, accounting, other, maxproc}
)

func addr(s string) cell.Addr { return cell.Addr{IP: netip.MustParseAddr(s)} }

// observed is a cell web with these counters, indexed by rule.
func observed(denied, learned, excepted map[uint16]uint64) Observed {
	column := func(m map[uint16]uint64) []uint64 {
		out := make([]uint64, len(rules))
		for id, n := range m {
			out[id] = n
		}
		return out
	}
	return Observed{
		Info: cell.Info{ID: 3, Config: cell.Config{Name: "web", Root: "/", Profile: cell.High, Mode: cell.Enforce}},
		Counters: cell.Counters{Denied: column(denied), Learned: column(learned),
			Excepted: column(excepted)},
		Rules: rules,
	}
}

func TestExplainOrderAndLast(t *testing.T) {
	o := observed(map[uint16]uint64{raw.ID: 2, module.ID: 5}, map[uint16]uint64{ipc.ID: 3}, nil)
	o.Denials = []cell.Denial{{Rule: raw.ID, Seq: 1, Count: 1, Program: "old"},
		{Rule: raw.ID, Seq: 2, Count: 1, Program: "ping", UID: 7, Last: time.Unix(5, 0)}}
	ls := Explain(o)
	var names []string
	for _, l := range ls {
		names = append(names, l.Rule.Name)
	}
	if want := []string{module.Name, ipc.Name, raw.Name}; !reflect.DeepEqual(names, want) {
		t.Fatalf("got %v", names)
	}
	if ls[2].Last.Program != "ping" || ls[2].Denied != 2 || ls[0].Last.Count != 0 {
		t.Errorf("got %+v", ls)
	}
}

// TestVerdictsApart: what was denied is not mixed with what was learned.
func TestVerdictsApart(t *testing.T) {
	port := func(v cell.Verdict, p uint32) cell.Denial {
		return cell.Denial{Rule: undeclared.ID, Count: 1, Verdict: v, Detail: p}
	}
	const phrase = "binding a port that the cell does not declare"
	for _, c := range []struct {
		ds   []cell.Denial
		want string
	}{
		{nil, phrase},
		{[]cell.Denial{port(cell.Denied, 81), port(cell.Denied, 80)}, phrase + ": 80,81"},
		{[]cell.Denial{port(cell.Learned, 80)}, phrase + ": 80"},
		{[]cell.Denial{port(cell.Learned, 80), port(cell.Learned, 82), port(cell.Denied, 80),
			port(cell.Denied, 81)}, phrase + ": denied 80,81; learned 80,82"},
	} {
		if got := whatOf(undeclared, c.ds); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got := whatOf(module, []cell.Denial{{Detail: 5}}); got != Phrase(module) {
		t.Errorf("got %q", got)
	}
}

// TestInForce: what an admin has lifted since is not asked for again.
func TestInForce(t *testing.T) {
	both := observed(nil, nil, nil)
	both.Info.Config = cell.Config{Name: "web", Profile: cell.High, Allow: cell.Only(cell.ExcRawsock),
		Ports: []uint16{80, 81}, Addrs: []cell.Addr{addr("192.0.2.7")}}
	lower := both
	lower.Info.Config.Profile, lower.Info.Config.Allow = cell.Medium, 0
	lower.Info.Config.Addrs = nil
	for _, c := range []struct {
		o    Observed
		r    cell.Rule
		d    cell.Denial
		want Remedy
	}{
		{both, raw, cell.Denial{}, Remedy{Lift: "exception rawsock, in force", Manifest: "allow rawsock"}},
		{both, ipc, cell.Denial{}, Remedy{"exception ipc", "cellctl allow web ipc", "allow rawsock ipc"}},
		{both, undeclared, cell.Denial{Detail: 81}, Remedy{Lift: "ports 81, in force", Manifest: "ports 80 81"}},
		{both, undeclared, cell.Denial{Detail: 82},
			Remedy{"ports 82", "cellctl set web ports=80,81,82", "ports 80 81 82"}},
		{both, address, cell.Denial{Addr: addr("192.0.2.7")},
			Remedy{Lift: "address 192.0.2.7, in force", Manifest: "addr 192.0.2.7"}},
		{both, maxproc, cell.Denial{}, Remedy{Lift: "no maxproc, in force", Manifest: "# no maxproc directive"}},
		{lower, ipc, cell.Denial{}, Remedy{Lift: "profile medium, in force", Manifest: "profile medium"}},
		{lower, undeclared, cell.Denial{Detail: 99}, Remedy{Lift: "profile medium, in force", Manifest: "profile medium"}},
		{lower, raw, cell.Denial{}, Remedy{"exception rawsock", "cellctl allow web rawsock", "allow rawsock"}},
		{lower, accounting, cell.Denial{}, Remedy{"profile low", "cellctl set web profile=low", "profile low"}},
		{lower, address, cell.Denial{Addr: addr("192.0.2.7")},
			Remedy{Lift: "no declared address, in force", Manifest: "# no addr directive"}},
	} {
		if got := c.o.remedy(c.r, []cell.Denial{c.d}); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.r.Name, got, c.want)
		}
	}
}

func TestRemedies(t *testing.T) {
	o := observed(nil, nil, nil)
	o.Info.Config.Allow = cell.Only(cell.ExcIPC)
	o.Info.Config.Ports = []uint16{80}
	o.Info.Config.Addrs = []cell.Addr{addr("192.0.2.7")}
	o.Info.Config.MaxProc = 4
	cases := []struct {
		r    cell.Rule
		d    cell.Denial
		want Remedy
	}{
		{raw, cell.Denial{}, Remedy{"exception rawsock", "cellctl allow web rawsock", "allow rawsock ipc"}},
		{accounting, cell.Denial{}, Remedy{"profile low", "cellctl set web profile=low", "profile low"}},
		{undeclared, cell.Denial{Detail: 8080}, Remedy{"ports 8080", "cellctl set web ports=80,8080", "ports 80 8080"}},
		{undeclared, cell.Denial{}, Remedy{"profile medium", "cellctl set web profile=medium", "profile medium"}},
		{address, cell.Denial{Addr: addr("127.0.0.1")}, Remedy{"address 127.0.0.1",
			"cellctl set web addrs=192.0.2.7,127.0.0.1", "addr 192.0.2.7 127.0.0.1"}},
		{address, cell.Denial{Addr: addr("0.0.0.0")}, Remedy{"no declared address",
			"cellctl set web addrs=-", "# no addr directive"}},
		{maxproc, cell.Denial{}, Remedy{"maxproc above 4", "cellctl set web maxproc=8", "maxproc 8"}},
		{module, cell.Denial{}, Remedy{}},
		{see, cell.Denial{}, Remedy{}},
		{other, cell.Denial{Detail: 443}, Remedy{}},
	}
	for _, c := range cases {
		c.d.Rule, c.d.Count = c.r.ID, 1
		_, got := One(o.Info, c.r, c.d)
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.r.Name, got, c.want)
		}
	}
	if what, _ := One(o.Info, other, cell.Denial{Rule: other.ID, Detail: 443, Count: 1}); what !=
		"binding a port that belongs to another cell: 443" {
		t.Errorf("got %q", what)
	}
}

func TestSuggest(t *testing.T) {
	cases := []struct {
		what              string
		learned, excepted map[uint16]uint64
		change            func(o *Observed)
		want              []string // without comments
	}{
		{"nothing", nil, nil, nil, []string{"profile high", "mode enforce"}},
		{"exceptions", map[uint16]uint64{raw.ID: 1}, map[uint16]uint64{ipc.ID: 2}, nil,
			[]string{"profile high", "mode enforce", "allow rawsock ipc"}},
		{"an exception nobody used goes", map[uint16]uint64{raw.ID: 1}, nil,
			func(o *Observed) { o.Info.Config.Allow = cell.Only(cell.ExcNFS) },
			[]string{"profile high", "mode enforce", "allow rawsock"}},
		{"ports", map[uint16]uint64{undeclared.ID: 1}, nil,
			func(o *Observed) { o.Counters.Ports = []uint16{8080, 53}; o.Info.Config.Ports = []uint16{80} },
			[]string{"profile high", "mode enforce", "ports 53 80 8080"}},
		{"ports beyond what can be recorded", map[uint16]uint64{undeclared.ID: 99, ipc.ID: 1, raw.ID: 1}, nil,
			func(o *Observed) { o.Counters.Ports = []uint16{8080}; o.Counters.Missed = 3 },
			[]string{"profile medium", "mode enforce", "allow rawsock"}},
		{"only a profile lifts", map[uint16]uint64{accounting.ID: 1, raw.ID: 1, ipc.ID: 1}, nil, nil,
			[]string{"profile low", "mode enforce"}},
		{"addresses", map[uint16]uint64{address.ID: 1}, nil, func(o *Observed) {
			o.Info.Config.Addrs = []cell.Addr{addr("192.0.2.7")}
			o.Counters.Addrs = []cell.Addr{addr("192.0.2.8")}
		}, []string{"profile high", "mode enforce", "addr 192.0.2.7 192.0.2.8"}},
		{"the wildcard", map[uint16]uint64{address.ID: 1}, nil, func(o *Observed) {
			o.Info.Config.Addrs = []cell.Addr{addr("192.0.2.7")}
			o.Counters.Addrs = []cell.Addr{addr("::")}
		}, []string{"profile high", "mode enforce"}},
		{"what nothing lifts, and what is quiet", map[uint16]uint64{module.ID: 1, see.ID: 1000}, nil, nil,
			[]string{"profile high", "mode enforce"}},
		{"a lower profile stays", map[uint16]uint64{raw.ID: 1}, nil,
			func(o *Observed) { o.Info.Config.Profile = cell.Medium },
			[]string{"profile medium", "mode enforce", "allow rawsock"}},
	}
	for _, c := range cases {
		o := observed(nil, c.learned, c.excepted)
		if c.change != nil {
			c.change(&o)
		}
		var got, comments []string
		for _, l := range Suggest(o).Manifest() {
			if strings.HasPrefix(l, "#") {
				comments = append(comments, l)
			} else {
				got = append(got, l)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
		if c.learned[module.ID] > 0 && !strings.Contains(strings.Join(comments, "\n"), "nothing lifts system.module") {
			t.Errorf("%s: %q", c.what, comments)
		}
		if strings.Contains(strings.Join(comments, "\n"), see.Name) {
			t.Errorf("%s: a quiet rule is mentioned: %q", c.what, comments)
		}
	}
}

// TestSuggestionSuffices checks, for every rule that learned, that under the
// suggestion it would not have denied.
func TestSuggestionSuffices(t *testing.T) {
	for mask := range 1 << 3 {
		learned := map[uint16]uint64{}
		for i, r := range []cell.Rule{raw, ipc, accounting} {
			if mask&(1<<i) != 0 {
				learned[r.ID] = 1
			}
		}
		s := Suggest(observed(nil, learned, nil))
		for _, r := range rules {
			if learned[r.ID] > 0 && r.Denies(s.Profile, s.Allow) {
				t.Errorf("%b: %s is still denied by %v", mask, r.Name, s)
			}
		}
	}
}

// TestPhrases holds the words against the kernel's table.
func TestPhrases(t *testing.T) {
	text, err := os.ReadFile("../../../kernel/sys/secmodel/cell/cell_rules.h")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([a-z0-9.]+)"\)`).FindAllStringSubmatch(string(text), -1) {
		known[m[1]] = true
		if phrases[m[1]] == "" {
			t.Errorf("no words for %s", m[1])
		}
	}
	for name := range phrases {
		if !known[name] {
			t.Errorf("words for %s, which is no rule", name)
		}
	}
	for _, special := range []string{ruleUndeclared, ruleAddress, ruleOther, ruleMaxproc} {
		if !known[special] {
			t.Errorf("%s is no rule", special)
		}
	}
}
