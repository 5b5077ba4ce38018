package super

import (
	"fmt"
	"strings"

	"cells/src/internal/words"
)

// Priority is a facility and a level as syslog(3) combines them.
type Priority int

// Levels that the supervisor itself uses.
const (
	levelErr     = 3
	levelWarning = 4
	levelNotice  = 5
)

// DaemonInfo is the priority where none is given.
const DaemonInfo Priority = 3<<3 | 6

// facilities are those of syslog(3) by number; what is 0 for users (kern) and
// unused numbers have no name.
var facilities = [24]string{1: "user", 2: "mail", 3: "daemon", 4: "auth", 5: "syslog", 6: "lpr",
	7: "news", 8: "uucp", 9: "cron", 10: "authpriv", 11: "ftp", 16: "local0", 17: "local1",
	18: "local2", 19: "local3", 20: "local4", 21: "local5", 22: "local6", 23: "local7"}

var levels = [8]string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}

// ParsePriority reads FACILITY.LEVEL as in daemon.info.
func ParsePriority(s string) (Priority, error) {
	f, l, ok := strings.Cut(s, ".")
	if !ok {
		return 0, fmt.Errorf("priority %q: expected FACILITY.LEVEL, as in daemon.info", s)
	}
	fac, err := index("facility", f, facilities[:])
	if err != nil {
		return 0, err
	}
	lev, err := index("level", l, levels[:])
	if err != nil {
		return 0, err
	}
	return Priority(fac<<3 | lev), nil
}

func index(what, name string, names []string) (int, error) {
	for i, n := range names {
		if n != "" && n == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q%s", what, name, words.Meant(name, names))
}

// String is what ParsePriority reads.
func (p Priority) String() string {
	if p < 0 || int(p) >= len(facilities)<<3 {
		return "?"
	}
	return facilities[p>>3] + "." + levels[p&7]
}

// at is the same facility at another level.
func (p Priority) at(level int) Priority { return p&^7 | Priority(level) }
