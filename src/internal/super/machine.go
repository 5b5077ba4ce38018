// Package super supervises one service of one cell: it starts it, watches
// it, passes on what it prints, starts it again, and ends it with everything
// it left behind.
//
// What happens when is decided by a Machine, a pure table of states and
// events (table.go) that a Runner feeds and obeys.  The Machine keeps what is
// wanted (Want, Again) apart from what is observed (State), and always knows
// the one moment at which it must be asked again if nothing happens before.
package super

import "time"

// State is what is observed of the service.
type State uint8

// The states.
const (
	Clearing  State = iota // what an earlier run left in the cell is being ended
	Starting               // forked, the command is not yet executed
	Running                // executing, readiness not yet shown
	Ready                  // in service
	Unhealthy              // in service, but its health check fails
	Stopping               // asked to stop, within its grace time
	Killing                // SIGKILL was sent
	Backoff                // ended, waits before the next start
	Stopped                // over, as wanted; final
	Failed                 // over, not as wanted; final
	nState
)

var stateNames = [nState]string{"clearing", "starting", "running", "ready", "unhealthy",
	"stopping", "killing", "backoff", "stopped", "failed"}

func (s State) String() string {
	if s < nState {
		return stateNames[s]
	}
	return "?"
}

// Final reports whether nothing can happen any more.
func (s State) Final() bool { return s == Stopped || s == Failed }

// Up reports whether a process of the service exists.
func (s State) Up() bool { return s >= Starting && s <= Killing }

// Event is something that was observed or asked.
type Event uint8

// The events.
const (
	Swept        Event = iota // nothing is left of an earlier run
	SweepFailed               // something is left and could not be ended
	Execed                    // the command is executing
	ExecFailed                // the command could not be executed; its process is gone
	CellGone                  // the cell is dying or no longer exists
	CheckOK                   // readiness in Running, health in Ready and Unhealthy
	CheckFail                 // ... or not
	ExitedOK                  // the service ended with status 0
	ExitedFail                // the service ended otherwise
	StopAsked                 // it is to stop for good
	RestartAsked              // it is to be started anew
	TimeUp                    // Machine.Deadline has passed
	nEvent
)

var eventNames = [nEvent]string{"swept", "sweep-failed", "execed", "exec-failed", "cell-gone",
	"check-ok", "check-fail", "exited-ok", "exited-fail", "stop-asked", "restart-asked", "time-up"}

func (e Event) String() string {
	if e < nEvent {
		return eventNames[e]
	}
	return "?"
}

// Action is a set of things to do, done in this order.
type Action uint16

// The actions.
const (
	ActCancel Action = 1 << iota // kill the check or the sweep that is under way
	ActStop                      // send the stop signal to the service
	ActKill                      // send SIGKILL to the service and its process group
	ActSweep                     // end what is left; Swept, SweepFailed or CellGone follows
	ActStart                     // fork; Execed, ExecFailed, CellGone or Exited* follows
	ActCheck                     // run the check of this state; CheckOK or CheckFail follows
	ActReady                     // the service got ready for the first time
)

// Want is what the admin wants.
type Want uint8

// The wishes.
const (
	Up Want = iota
	Down
)

// When says after which ends the service is started again.
type When uint8

// The policies.
const (
	Always When = iota
	OnFailure
	Never
)

// Policy is what a Machine decides by.  Durations of 0 mean at once.
type Policy struct {
	Restart   When
	First     time.Duration // delay before the first restart in a row
	Max       time.Duration // what doubling the delay ends at
	Stable    time.Duration // a run this long makes the next delay First again
	Grace     time.Duration // between the stop signal and SIGKILL
	Ready     bool          // there is a readiness check
	ReadyIn   time.Duration // time to get ready, from the start
	Health    bool          // there is a health check
	Interval  time.Duration // between two health checks
	Timeout   time.Duration // of one check
	Retries   int           // health checks that must fail in a row
	OnFailing Failing       // what then happens
}

// Failing says what happens when health checks fail.
type Failing uint8

// What may happen.
const (
	RestartIt Failing = iota
	ReportIt
)

// Times that are nobody's taste.
const (
	never      = time.Duration(1<<63 - 1)
	startLimit = 30 * time.Second // from fork to exec
	sweepLimit = 15 * time.Second
	killLimit  = 5 * time.Second // after it SIGKILL is sent again
	readyEvery = time.Second     // between two readiness checks
)

// next is what follows Clearing.
type next uint8

const (
	thenStart next = iota
	thenBackoff
	thenStop
	thenFail
)

// Counts only grow.
type Counts struct {
	Starts, Exits, Failures uint64 // forks; ends; ends that were not status 0
	ChecksOK, ChecksFailed  uint64 // health checks
}

// Machine is the supervision of one service at one moment: a value.  Times
// are durations since a fixed moment, on a clock that only runs forward.
type Machine struct {
	State    State
	Want     Want
	Again    bool          // a restart was asked for: no delay, whatever the policy
	WasReady bool          // has been Ready at least once
	Gone     bool          // the cell is
	Faulty   bool          // it is being ended because something is wrong with it
	Checking bool          // a check is under way
	Fails    int           // health checks failed in a row
	Delay    time.Duration // before the next restart, or the last one
	Begun    time.Duration // when the service was forked
	Deadline time.Duration // when TimeUp is due; never has passed before `never`
	Counts   Counts

	then next
}

// New returns a Machine that wants its service up, and the first action.
func New(now time.Duration) (Machine, Action) {
	m := Machine{State: Clearing, Deadline: now + sweepLimit}
	return m, ActSweep
}

// Restarts is how often the service was started after the first time.
func (m Machine) Restarts() uint64 {
	if m.Counts.Starts == 0 {
		return 0
	}
	return m.Counts.Starts - 1
}

// Step returns what m becomes by an event, and what is to be done.
func (m Machine) Step(e Event, p *Policy, now time.Duration) (Machine, Action) {
	if m.State >= nState || e >= nEvent {
		return m, 0
	}
	a := table[m.State][e](&m, p, now)
	return m, a
}
