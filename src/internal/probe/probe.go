// Package probe tries, from inside a running cell, what its policy forbids.
// Each operation is a real system call, chosen so that it does no harm even
// where it is let through, and is made by a process of its own.  What the
// kernel's own counters say of it decides; its error number only where they
// say nothing.
package probe

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"cells/src/internal/cell"
)

// Target is what the operations are tried on.
type Target struct {
	Victim int        // a process of the host that is there to be attacked
	Shm    int        // a System V shared memory segment of the host, -1: none
	Port   uint16     // that no cell declares
	Taken  uint16     // that another cell declares, 0: none
	Addr   netip.Addr // v4, that the cell may bind
}

// Operation is one thing that a policy may forbid.
type Operation struct {
	Name string
	Rule string // what forbids it first
	Doc  string
	// Passed are the errors that come only after the kernel let it pass,
	// because the operation is made to fail then.
	Passed []syscall.Errno
	// Refused are errors besides EPERM and EACCES that say no.
	Refused []syscall.Errno
	// Unasked is set where a rig is not asked, since the way is a file that
	// is opened: what is open then is a boundary of the rig, and no leak.
	Unasked bool
	Try     func(t Target) error
}

// errAbsent is for what cannot be tried: there is nothing to try it on.
var errAbsent = errors.New("nothing here to try it on")

// Operations lists everything that can be tried on this system.
func Operations() []Operation {
	return slices.Concat(commonOperations, systemOperations)
}

// Find returns the operation with that name.
func Find(name string) (Operation, bool) {
	for _, op := range Operations() {
		if op.Name == name {
			return op, true
		}
	}
	return Operation{}, false
}

// Outcome is what became of a try.
type Outcome struct {
	Errno  syscall.Errno // 0: it was done
	Absent bool
}

// Attempt tries op; the process must be in the cell.
func Attempt(op Operation, t Target) Outcome {
	err := op.Try(t)
	var no syscall.Errno
	switch {
	case err == nil:
		return Outcome{}
	case errors.As(err, &no):
		return Outcome{Errno: no}
	}
	return Outcome{Absent: true}
}

// String writes o for ParseOutcome.
func (o Outcome) String() string {
	if o.Absent {
		return "absent"
	}
	return "errno " + strconv.Itoa(int(o.Errno))
}

// ParseOutcome reads what String wrote.
func ParseOutcome(s string) (Outcome, error) {
	s = strings.TrimSpace(s)
	if s == "absent" {
		return Outcome{Absent: true}, nil
	}
	number, ok := strings.CutPrefix(s, "errno ")
	n, err := strconv.ParseUint(number, 10, 16)
	if !ok || err != nil {
		return Outcome{}, errors.New("the probe's child said " + strconv.Quote(s))
	}
	return Outcome{Errno: syscall.Errno(n)}, nil
}

// Answer is whether a way is closed.
type Answer int

// Absent is a way that is not there at all.
const (
	Closed Answer = 1 + iota
	Open
	Absent
)

func (a Answer) String() string { return [...]string{"", "closed", "open", "absent"}[a] }

// Result is what an operation came to.
type Result struct {
	Operation
	Expected Answer // Closed or Open, by the cell's policy
	Got      Answer
	By       string // the rule that closed it; "" where something else did
	Outcome  Outcome
}

// Leak reports whether the policy closes a way that was found open, although
// it was there to be asked.
func (r Result) Leak() bool { return r.Expected == Closed && r.Got == Open && !r.Unasked }

// Boundary reports whether the policy closes a way that a rig cannot.
func (r Result) Boundary() bool { return r.Expected == Closed && r.Got == Open && r.Unasked }

// expected is what the policy says of a rule.
func expected(in cell.Info, r cell.Rule) Answer {
	binds := in.Config.Mode == cell.Enforce || r.Tier == cell.TierAlways
	if binds && r.Denies(in.Config.Profile, in.Allowed()) {
		return Closed
	}
	return Open
}

// judge says what a try came to, from its outcome and from the counters
// before and after it.
func judge(op Operation, rules []cell.Rule, before, after cell.Counters, o Outcome) (Answer, string) {
	if by := risen(op, rules, before.Denied, after.Denied, false); by != "" {
		return Closed, by
	}
	switch {
	case slices.Contains(op.Refused, o.Errno):
		return Closed, risen(op, rules, before.Denied, after.Denied, true)
	case o.Absent:
		return Absent, ""
	case o.Errno == 0, slices.Contains(op.Passed, o.Errno),
		risen(op, rules, before.Learned, after.Learned, false) != "",
		risen(op, rules, before.Excepted, after.Excepted, false) != "":
		return Open, ""
	case o.Errno == syscall.EPERM, o.Errno == syscall.EACCES:
		return Closed, ""
	}
	return Absent, ""
}

// risen names a rule whose counter went up, the operation's own if it is
// among them.  Of the others those that the kernel asks about all the time
// count only where quiet says so.
func risen(op Operation, rules []cell.Rule, before, after []uint64, quiet bool) string {
	var found string
	for _, r := range rules {
		if int(r.ID) >= len(after) || int(r.ID) >= len(before) || after[r.ID] <= before[r.ID] {
			continue
		}
		if r.Name == op.Rule {
			return r.Name
		}
		if found == "" && (quiet || !r.Quiet) {
			found = r.Name
		}
	}
	return found
}
