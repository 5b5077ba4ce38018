package regress

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// TestBuiltIn: a model that was built into the kernel works like the module,
// and cannot be unloaded, cells or no cells.
func TestBuiltIn(t *testing.T) {
	if _, err := os.Stat(modulePath); err == nil {
		t.Skip("the model came as a module")
	}
	c := open(t)
	if v, err := c.Version(); err != nil || v.Rig || !v.Enforcing {
		t.Fatalf("version %+v, %v", v, err)
	}
	if err := modunload(moduleName); err != unix.EPERM {
		t.Errorf("unload without a cell: %v", err)
	}
	id := create(t, c, profile(cell.High))
	if r := start(t, who{id, 0}).do("bind", "tcp", "127.0.0.1", 81); !r.refused() {
		t.Errorf("an undeclared port: %s", r)
	}
	if err := modunload(moduleName); err != unix.EPERM {
		t.Errorf("unload with a cell: %v", err)
	}
	if _, err := c.GetID(id); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
