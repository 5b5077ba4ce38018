package super

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/enter"
)

// Config is what a supervisor is told.
type Config struct {
	Policy
	Dir        string        // of the lock and the status
	Name       string        // of the cell
	Service    enter.Request // what runs; its Cell and Root hold for checks, too
	ReadyCmd   []string      // nil: to execute is to be ready
	HealthCmd  []string      // nil: no health check
	CheckUser  string        // whom the checks run as; "": as the service
	StopSignal syscall.Signal

	Tag      string   // before each line of the log
	Priority Priority // of what the service prints
	Syslog   string   // socket of syslogd(8); "": not used
	LogFile  string   // absolute; "": not used; "-": standard output

	// Member is how to run this program so that it calls Member with what
	// follows these words.
	Member []string
}

// Defaults is the policy where nothing is said.
func Defaults() Policy {
	return Policy{Restart: Always, First: time.Second, Max: time.Minute, Stable: time.Minute,
		Grace: 10 * time.Second, ReadyIn: time.Minute,
		Interval: 30 * time.Second, Timeout: 10 * time.Second, Retries: 3}
}

const tagMax = 64

// Check reports what is wrong with c.
func (c *Config) Check() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(len(c.Service.Argv) == 0, "no command")
	bad(c.First < 10*time.Millisecond, "the delay before a restart must be 10ms at least")
	bad(c.Max < c.First, "the longest delay is below the first one")
	bad(c.Retries < 1, "retries must be 1 at least")
	bad(c.Timeout <= 0 || c.Interval <= 0 || c.ReadyIn <= 0,
		"a check needs an interval and a time limit above 0")
	bad(c.Tag == "" || len(c.Tag) > tagMax || strings.IndexFunc(c.Tag, noTag) >= 0,
		"tag %q: 1 to %d printable ASCII characters without blanks, `[' and `:' expected", c.Tag, tagMax)
	bad(c.Syslog == "" && c.LogFile == "", "no log")
	return errors.Join(append(errs, cell.CheckName(c.Name), enter.CheckEnv(c.Service.Env))...)
}

// noTag tells what syslogd(8) would not read as part of a tag.
func noTag(r rune) bool { return r <= ' ' || r >= 0x7f || r == '[' || r == ':' }

// ParseWhen reads a restart policy.
func ParseWhen(s string) (When, error) {
	i, err := index("restart policy", s, whenNames[:])
	return When(i), err
}

var whenNames = [...]string{"always", "on-failure", "never"}

func (w When) String() string { return whenNames[w] }

// WhenNames lists the restart policies.
func WhenNames() []string { return append([]string(nil), whenNames[:]...) }

// ParseFailing reads what happens when health checks fail.
func ParseFailing(s string) (Failing, error) {
	i, err := index("reaction", s, failingNames[:])
	return Failing(i), err
}

var failingNames = [...]string{"restart", "report"}

func (f Failing) String() string { return failingNames[f] }

// FailingNames lists what may happen.
func FailingNames() []string { return append([]string(nil), failingNames[:]...) }
