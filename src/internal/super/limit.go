package super

import (
	"os"
	"strconv"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// A sweep may need another process limit of the cell for a moment: a higher
// one to get in, a lower one so that nobody forks.  What it was before is in
// the status file as long, so that the next supervisor sets it back where
// this one dies.

// sweeper is a process that ends every other one of a cell, from inside.
type sweeper struct {
	c      *kern.Client
	id     cell.ID
	parent int // the supervisor
	report *os.File
}

// roomMax is by how much a sweeper raises a cell's process limit at most.
const roomMax = 500

// frozen is the limit that makes every fork in a cell fail.
const frozen = 1

// holdLimit remembers the limit that is to be set back.
func (r *Runner) holdLimit(n uint32) {
	if r.status.MaxProc == "" {
		r.status.MaxProc = strconv.FormatUint(uint64(n), 10)
		r.publish()
	}
}

// freeze makes forks in the cell fail until the sweep is over.
func (r *Runner) freeze() {
	in, _, err := r.look()
	if err == nil {
		r.holdLimit(in.Config.MaxProc)
		err = setLimit(in.ID, frozen)
	}
	if err != nil {
		r.say(levelErr, "sweep: process limit: %v", err)
	}
}

// restoreLimit sets the limit back, unless an admin has set something else
// meanwhile.
func (r *Runner) restoreLimit() {
	if r.status.MaxProc == "" {
		return
	}
	err := restoreLimit(r.look, r.status.MaxProc)
	if err != nil {
		r.say(levelErr, "process limit: %v", err)
	}
	r.status.MaxProc = ""
	r.publish()
}

func restoreLimit(look func() (cell.Info, bool, error), was string) error {
	n, err := strconv.ParseUint(was, 10, 32)
	if err != nil {
		return err
	}
	in, _, err := look()
	if err != nil {
		return err
	}
	now, old := in.Config.MaxProc, uint32(n)
	if now == frozen || now > old && now <= old+roomMax+1 {
		return setLimit(in.ID, old)
	}
	return nil
}

func setLimit(id cell.ID, n uint32) error {
	c, err := kern.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Set(id, cell.Change{MaxProc: &n})
}
