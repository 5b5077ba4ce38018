package cell

import "time"

// Version is what the kernel, or the rig, says of itself.
type Version struct {
	ABI       uint32
	Rules     uint32 // rows in the policy table
	Cells     uint32 // cells now
	Rig       bool   // a rehearsal, not a kernel
	Enforcing bool   // decisions bind real processes
	Banner    string
}

// Info is one cell as it is.  Counters only grow while the cell lives.
type Info struct {
	ID        ID
	State     State
	Config    Config
	Created   time.Time
	Uptime    time.Duration                // whole seconds
	Left      [MaxExceptions]time.Duration // that a grant with an end has left; 0: no end
	Processes uint32
	Peak      uint32 // most processes at one time
	Forks     uint64
	Exits     uint64
	CPU       time.Duration // user and system, the exited too; microseconds
	RSS       uint64        // bytes resident now
	VSZ       uint64        // bytes of address space now
	Refs      uint64        // credentials that name the cell
	Denied    [NScope]uint64
	Learned   [NScope]uint64
	Excepted  [NScope]uint64 // passes that an exception made possible
}

// Allowed is every exception in force, with and without an end; Config.Allow
// is those without.
func (in Info) Allowed() Exceptions {
	all := in.Config.Allow
	for i, left := range in.Left {
		if left > 0 {
			all |= Only(Exception(i))
		}
	}
	return all
}

// Sum adds up counters by scope.
func Sum(c [NScope]uint64) uint64 {
	var n uint64
	for _, v := range c {
		n += v
	}
	return n
}

// Counters is one cell's counters by rule id, and what binding tried while
// the cell was learning.
type Counters struct {
	ID       ID
	Denied   []uint64 // indexed by Rule.ID
	Learned  []uint64
	Excepted []uint64
	Ports    []uint16 // undeclared ports that were bound
	Addrs    []Addr   // addresses bound, other than the declared ones
	Missed   uint32   // ports and addresses beyond what there was room for
}

// Denial is one thing that was denied, with its repeats.
type Denial struct {
	Cell    ID     // who tried; Host is a process of the host
	Seq     uint64 // renewed with every repeat, never reused
	First   time.Time
	Last    time.Time
	PID     uint32 // the last one's
	UID     uint32 // effective
	Object  ID     // the cell it was tried on
	Count   uint32
	Rule    uint16
	Verdict Verdict
	Detail  uint32 // a process id, or a port
	Addr    Addr   // of a bind; else not valid
	Program string
}

// Rule is one row of the policy table.
type Rule struct {
	ID        uint16
	Scope     Scope
	Tier      Tier
	Action    uint64 // kauth(9) action; 0 any other
	Request   uint32 // kauth(9) request; 0 any
	Relation  Relation
	Exception Exception // ExcNone where none lifts it
	Quiet     bool      // asked all the time: only counted
	Name      string
}

// Denies reports whether profile p denies what r describes to a cell that
// has the exceptions allow.
func (r Rule) Denies(p Profile, allow Exceptions) bool {
	switch r.Tier {
	case TierNever:
		return false
	case TierAlways:
		return true
	}
	return Profile(r.Tier) <= p && !allow.Has(r.Exception)
}
