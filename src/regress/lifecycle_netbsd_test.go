package regress

import (
	"errors"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// destroySoon destroys a cell whose processes have been killed: their last
// traces may take a moment to go.
func destroySoon(c *kern.Client, id cell.ID) error {
	var err error
	for range 100 {
		if err = c.Destroy(id); !errors.Is(err, kern.ErrBusy) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}
