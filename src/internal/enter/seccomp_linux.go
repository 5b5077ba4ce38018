package enter

import (
	"errors"
	"fmt"
	"syscall"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// confine asks a rig that enforces for the filter of the cell.  A rig that
// has no such node has nothing to install.
func confine(c *kern.Client, id cell.ID) error {
	_, needed, err := c.Call("rig.filter", nil, nil)
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("cell %d: the rig wants a filter of %d bytes, which this program cannot install", id, needed)
}
