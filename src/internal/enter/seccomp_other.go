//go:build !linux

package enter

import (
	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// confine has nothing to do where the kernel itself decides.
func confine(*kern.Client, cell.ID) error { return nil }
