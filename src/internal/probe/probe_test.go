package probe

import (
	"os"
	"regexp"
	"syscall"
	"testing"

	"cells/src/internal/cell"
)

var (
	signalRule = cell.Rule{ID: 0, Name: "process.other.signal", Tier: cell.TierAlways, Exception: cell.ExcNone}
	rawRule    = cell.Rule{ID: 1, Name: "network.socket.rawsock", Tier: cell.TierMedium, Exception: cell.ExcRawsock}
	quietRule  = cell.Rule{ID: 2, Name: "process.other.see", Tier: cell.TierAlways, Exception: cell.ExcNone, Quiet: true}
	rules      = []cell.Rule{signalRule, rawRule, quietRule}
)

func TestExpected(t *testing.T) {
	for _, c := range []struct {
		cf   cell.Config
		r    cell.Rule
		want Answer
	}{
		{cell.Config{Profile: cell.High, Mode: cell.Enforce}, rawRule, Closed},
		{cell.Config{Profile: cell.Low, Mode: cell.Enforce}, rawRule, Open},
		{cell.Config{Profile: cell.High, Mode: cell.Learn}, rawRule, Open},
		{cell.Config{Profile: cell.High, Mode: cell.Enforce, Allow: cell.Only(cell.ExcRawsock)}, rawRule, Open},
		{cell.Config{Profile: cell.Low, Mode: cell.Learn}, signalRule, Closed},
	} {
		if got := expected(cell.Info{Config: c.cf}, c.r); got != c.want {
			t.Errorf("%+v, %s: %v", c.cf, c.r.Name, got)
		}
	}
}

func TestJudge(t *testing.T) {
	op := Operation{Name: "signal-host", Rule: signalRule.Name, Passed: []syscall.Errno{syscall.EINVAL},
		Refused: []syscall.Errno{syscall.ESRCH}}
	zero := cell.Counters{Denied: make([]uint64, 3), Learned: make([]uint64, 3), Excepted: make([]uint64, 3)}
	rise := func(denied, learned, excepted []uint64) cell.Counters {
		return cell.Counters{Denied: denied, Learned: learned, Excepted: excepted}
	}
	none := []uint64{0, 0, 0}
	for what, c := range map[string]struct {
		after cell.Counters
		o     Outcome
		got   Answer
		by    string
	}{
		"denied":                    {rise([]uint64{1, 0, 0}, none, none), Outcome{Errno: syscall.EPERM}, Closed, signalRule.Name},
		"denied with another rule":  {rise([]uint64{0, 1, 0}, none, none), Outcome{Errno: syscall.EACCES}, Closed, rawRule.Name},
		"own rule before others":    {rise([]uint64{1, 1, 1}, none, none), Outcome{Errno: syscall.EPERM}, Closed, signalRule.Name},
		"denied though it returned": {rise([]uint64{1, 0, 0}, none, none), Outcome{}, Closed, signalRule.Name},
		"a quiet rule means little": {rise([]uint64{0, 0, 1}, none, none), Outcome{}, Open, ""},
		"refused in other words":    {rise([]uint64{0, 0, 1}, none, none), Outcome{Errno: syscall.ESRCH}, Closed, quietRule.Name},
		"done":                      {zero, Outcome{}, Open, ""},
		"got beyond the question":   {zero, Outcome{Errno: syscall.EINVAL}, Open, ""},
		"learned":                   {rise(none, []uint64{1, 0, 0}, none), Outcome{Errno: syscall.EPERM}, Open, ""},
		"excepted":                  {rise(none, none, []uint64{1, 0, 0}), Outcome{Errno: syscall.EIO}, Open, ""},
		"refused by another":        {zero, Outcome{Errno: syscall.EPERM}, Closed, ""},
		"no such call":              {zero, Outcome{Errno: syscall.ENOSYS}, Absent, ""},
		"nothing to try it on":      {zero, Outcome{Absent: true}, Absent, ""},
	} {
		got, by := judge(op, rules, zero, c.after, c.o)
		if got != c.got || by != c.by {
			t.Errorf("%s: %v by %q, want %v by %q", what, got, by, c.got, c.by)
		}
	}
}

func TestOutcome(t *testing.T) {
	for _, o := range []Outcome{{}, {Errno: syscall.EPERM}, {Absent: true}} {
		if got, err := ParseOutcome(o.String() + "\n"); err != nil || got != o {
			t.Errorf("%v reads back as %v, %v", o, got, err)
		}
	}
	for _, bad := range []string{"", "errno", "errno x", "errno -1", "panic: 3"} {
		if o, err := ParseOutcome(bad); err == nil {
			t.Errorf("%q: %v", bad, o)
		}
	}
}

// TestOperations holds the operations against the policy table: every one is
// meant for a rule that exists, and names are unique.
func TestOperations(t *testing.T) {
	text, err := os.ReadFile("../../../kernel/sys/secmodel/cell/cell_rules.h")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([a-z0-9.]+)"\)`).FindAllStringSubmatch(string(text), -1) {
		known[m[1]] = true
	}
	seen := map[string]bool{}
	for _, op := range Operations() {
		if !known[op.Rule] {
			t.Errorf("%s: no rule %s in the kernel's table", op.Name, op.Rule)
		}
		if seen[op.Name] || op.Doc == "" || op.Try == nil {
			t.Errorf("%s: twice, or incomplete", op.Name)
		}
		seen[op.Name] = true
	}
}
