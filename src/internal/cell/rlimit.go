package cell

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"cells/src/internal/words"
)

// Unlimited is a resource limit that is none.
const Unlimited = math.MaxUint64

// Rlimit is a resource limit of setrlimit(2) for what runs in a cell.
type Rlimit struct {
	Name       string // as sh(1) and login.conf(5) know them: "nofile"
	Soft, Hard uint64 // bytes, seconds or a count; Unlimited
}

// rlimitUnits tells which limits are bytes ("b"), seconds ("s"), or counts.
var rlimitUnits = map[string]string{
	"as": "b", "core": "b", "cpu": "s", "data": "b", "fsize": "b", "memlock": "b",
	"nofile": "", "nproc": "", "nthr": "", "rss": "b", "sbsize": "b", "stack": "b",
}

// RlimitNames lists the limits that NetBSD has.
func RlimitNames() []string {
	return []string{"as", "core", "cpu", "data", "fsize", "memlock", "nofile", "nproc",
		"nthr", "rss", "sbsize", "stack"}
}

// ParseRlimit reads the value of a limit: SOFT, or SOFT:HARD, each a number,
// a size (K M G T), for cpu a duration, or `unlimited'.  One value alone is
// both limits.
func ParseRlimit(name, value string) (Rlimit, error) {
	unit, ok := rlimitUnits[name]
	if !ok {
		return Rlimit{}, fmt.Errorf("unknown resource limit %q%s", name,
			words.Meant(name, RlimitNames()))
	}
	softText, hardText, both := strings.Cut(value, ":")
	if !both {
		hardText = softText
	}
	soft, err := parseLimit(unit, softText)
	if err != nil {
		return Rlimit{}, fmt.Errorf("resource limit %s: %w", name, err)
	}
	hard, err := parseLimit(unit, hardText)
	if err != nil {
		return Rlimit{}, fmt.Errorf("resource limit %s: %w", name, err)
	}
	if soft > hard {
		return Rlimit{}, fmt.Errorf("resource limit %s: %s is above the hard limit %s",
			name, softText, hardText)
	}
	return Rlimit{Name: name, Soft: soft, Hard: hard}, nil
}

// parseLimit reads one value in a limit's unit.
func parseLimit(unit, s string) (uint64, error) {
	switch {
	case s == "unlimited":
		return Unlimited, nil
	case unit == "b":
		return words.Size(s)
	case unit == "s":
		d, err := words.Duration(s)
		return uint64(d.Seconds()), err
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, errors.New("a number or `unlimited' expected, not " + strconv.Quote(s))
	}
	return n, nil
}

// String writes r as NAME=SOFT:HARD, which ParseRlimit reads back.
func (r Rlimit) String() string {
	return r.Name + "=" + formatLimit(r.Soft) + ":" + formatLimit(r.Hard)
}

func formatLimit(n uint64) string {
	if n == Unlimited {
		return "unlimited"
	}
	return strconv.FormatUint(n, 10)
}
