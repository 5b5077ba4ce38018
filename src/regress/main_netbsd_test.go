package regress

import (
	"fmt"
	"os"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// roleEnv says what a copy of this program is to be; see the roles.
const roleEnv = "CELLS_NETBSD_ROLE"

// roles that copies of this program play, by the value of roleEnv.
var roles = map[string]func(){
	"agent": serve,
	"exec":  execRole,
	"bomb":  bombRole,
}

func TestMain(m *testing.M) {
	if role := roles[os.Getenv(roleEnv)]; role != nil {
		role()
		os.Exit(0)
	}
	if os.Getpid() == 1 {
		initMain()
	}
	if os.Geteuid() != 0 {
		fmt.Fprintln(os.Stderr, "these tests want root")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// open returns a client of the kernel that is running.
func open(t testing.TB) *kern.Client {
	t.Helper()
	c, err := kern.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// serial makes names of cells unique within a run.
var serial int

// create makes a cell that is gone when the test is over: killed and
// destroyed, whatever became of the test.
func create(t testing.TB, c *kern.Client, edit func(*cell.Config)) cell.ID {
	t.Helper()
	serial++
	config := cell.Default()
	config.Name = fmt.Sprintf("t%d.%d", os.Getpid(), serial)
	config.Root = "/"
	if edit != nil {
		edit(&config)
	}
	id, err := c.Create(config)
	if err != nil {
		t.Fatalf("create %s: %v", config.Name, err)
	}
	t.Cleanup(func() { remove(t, c, id) })
	return id
}

// remove ends a cell that may be gone already.
func remove(t testing.TB, c *kern.Client, id cell.ID) {
	if _, err := c.GetID(id); err != nil {
		return
	}
	if err := c.Kill(id); err != nil {
		t.Errorf("kill cell %d: %v", id, err)
	}
	if err := destroySoon(c, id); err != nil {
		t.Errorf("destroy cell %d: %v", id, err)
	}
}

// profile edits a configuration.
func profile(p cell.Profile, allow ...cell.Exception) func(*cell.Config) {
	return func(c *cell.Config) {
		c.Profile = p
		for _, e := range allow {
			c.Allow |= 1 << e
		}
	}
}

// info reads what the kernel knows about a cell.
func info(t testing.TB, c *kern.Client, id cell.ID) cell.Info {
	t.Helper()
	in, err := c.GetID(id)
	if err != nil {
		t.Fatalf("cell %d: %v", id, err)
	}
	return in
}
