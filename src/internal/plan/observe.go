package plan

import (
	"strings"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
)

// Service is what is observed of a cell's supervisor and its service.
type Service struct {
	Alive   bool    // there is a supervisor
	Cell    cell.ID // that the supervisor is, or was, about
	Up      bool    // it keeps the service running, or is about to
	Healthy bool    // the service is ready, and its health check does not fail
	Crashed bool    // the supervisor died without a word
	Failed  bool    // the service came to a bad end, and is not started again
}

// Mounted is a file system that is mounted below a cell's root.
type Mounted struct {
	Path     string // in the cell
	Source   string // what the kernel says it shows
	ReadOnly bool
	Other    bool // not the directory that its volume stands for
}

// ItemState is what is observed of one directive of provisioning.
type ItemState struct {
	Done bool
	What string // what would be done
	Diff string
}

// Observed is one cell as it is.
type Observed struct {
	Kernel  *cell.Info // nil: there is none
	Service Service
	Mounts  []Mounted       // in the order in which they were mounted
	Seeded  map[string]bool // data directories that exist
	Items   []ItemState     // of the manifest's provisioning
	Applied *manifest.Cell  // what Kernel's tag stands for; nil: not known
	Hidden  bool            // Applied exists, but not for our eyes
	Drill   bool            // a drill has made it, and not removed it
}

// A cell's tag is the digest of what was applied, once it has been: while the
// cell is being started a mark stands in the place of the last digit, before
// all others.
const pendingMark = "+"

// Pending is the tag of a cell that is being started.
func Pending(digest string) string { return pendingMark + digest[:len(digest)-1] }

// Interrupted reports whether the cell was never started to the end.
func Interrupted(tag string) bool { return strings.HasPrefix(tag, pendingMark) }

// TagOf reports whether a tag stands for the digest, pending or not.
func TagOf(tag, digest string) bool {
	return tag == digest || digest != "" && tag == Pending(digest)
}

// Managed reports whether a cell of the kernel was made by cellmgr: its tag
// is a digest.
func Managed(in *cell.Info) bool {
	digits := strings.TrimPrefix(in.Config.Tag, pendingMark)
	return len(in.Config.Tag) == cell.TagMax && strings.Trim(digits, "0123456789abcdef") == ""
}

// State says in one word how a cell is, for status and for decisions.
func (o *Observed) State() State {
	switch {
	case o == nil || o.Kernel == nil && len(o.Mounts) == 0 && !o.Service.Alive:
		return Down
	case o.Kernel == nil:
		return Broken
	case !Managed(o.Kernel):
		return Foreign
	case o.Kernel.State == cell.Dying:
		return Broken
	case o.Service.Alive && o.Service.Cell != 0 && o.Service.Cell != o.Kernel.ID:
		return Broken
	case o.Service.Alive && o.Service.Up:
		return Running
	case o.done():
		return Done
	}
	return Broken
}

// done reports whether the service has come to its end and is not to be
// started again: its supervisor has left in peace.
func (o *Observed) done() bool {
	return !o.Service.Alive && !o.Service.Crashed && o.Kernel.Processes == 0 &&
		!Interrupted(o.Kernel.Config.Tag) &&
		(o.Hidden || o.Applied != nil && o.Applied.Restart != "always")
}

// Failed reports whether the service of a cell that is Done has not ended as
// it should.
func (o *Observed) Failed() bool {
	return o.Service.Failed && o.Kernel != nil && o.Service.Cell == o.Kernel.ID
}

// State is how a cell is.
type State uint8

// The states.
const (
	Down    State = iota
	Running       // its supervisor runs the service
	Done          // its service ended and is not started again
	Broken        // some of it is there, not all
	Foreign       // a cell of that name that cellmgr did not make
)

func (s State) String() string {
	return [...]string{"down", "running", "done", "broken", "foreign"}[s]
}
