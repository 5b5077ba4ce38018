package regress

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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

// TestLifecycle: create, attach, destroy while busy, kill, destroy, gone.
func TestLifecycle(t *testing.T) {
	c := open(t)
	id := create(t, c, nil)
	if in := info(t, c, id); in.State != cell.Live || in.Processes != 0 || in.Config.Profile != cell.High {
		t.Errorf("a new cell is %+v", in)
	}
	a := start(t, who{id, 0})
	if in := info(t, c, id); in.Processes != 1 {
		t.Errorf("%d processes after one has attached", in.Processes)
	}
	if err := c.Destroy(id); !errors.Is(err, kern.ErrBusy) {
		t.Errorf("destroy with a process inside: %v", err)
	}
	if got := a.must(t, "cell"); got != id.String() {
		t.Errorf("after a refused destroy the process is in cell %s", got)
	}
	if err := c.Kill(id); err != nil {
		t.Errorf("kill: %v", err)
	}
	if in := info(t, c, id); in.State != cell.Dying {
		t.Errorf("a killed cell is %v", in.State)
	}
	if _, err := tryStart(who{id, 0}); err == nil {
		t.Error("a dying cell took a process in")
	}
	if err := destroySoon(c, id); err != nil {
		t.Errorf("destroy: %v", err)
	}
	if _, err := c.GetID(id); !errors.Is(err, kern.ErrNoCell) {
		t.Errorf("a destroyed cell answers %v", err)
	}
	for what, err := range map[string]error{"kill": c.Kill(id), "destroy": c.Destroy(id), "attach": c.Attach(id)} {
		if !errors.Is(err, kern.ErrNoCell) {
			t.Errorf("%s of a destroyed cell: %v", what, err)
		}
	}
}

// TestKillStopped: a member that is stopped ends as every other one does.
func TestKillStopped(t *testing.T) {
	c := open(t)
	id := create(t, c, nil)
	a := start(t, who{id, 0})
	if err := unix.Kill(a.pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	// Stopped of package unix is false where the signal was SIGSTOP.
	const stopped = uint32(unix.SIGSTOP)<<8 | 0x7f
	var ws unix.WaitStatus
	if _, err := unix.Wait4(a.pid, &ws, unix.WUNTRACED, nil); err != nil || uint32(ws) != stopped {
		t.Fatalf("it is not stopped: %#x, %v", uint32(ws), err)
	}
	if err := c.Kill(id); err != nil {
		t.Errorf("kill: %v", err)
	}
	if in := info(t, c, id); in.Processes != 0 || in.Exits != 1 {
		t.Errorf("%d processes are left, %d have ended", in.Processes, in.Exits)
	}
}

// TestNames: a name in use is refused with its holder; ids only grow.
func TestNames(t *testing.T) {
	c := open(t)
	id := create(t, c, nil)
	name := info(t, c, id).Config.Name
	config := cell.Default()
	config.Name, config.Root = name, "/"
	_, err := c.Create(config)
	var held *kern.HeldError
	if !errors.Is(err, unix.EEXIST) || !errors.As(err, &held) || held.ID != id {
		t.Errorf("a name in use: %v", err)
	}
	last := id
	for range 20 {
		next := create(t, c, nil)
		if next <= last {
			t.Fatalf("id %d came after %d", next, last)
		}
		if err := c.Destroy(next); err != nil {
			t.Fatal(err)
		}
		last = next
	}
	remove(t, c, id)
	again, err := c.Create(config)
	if err != nil || again <= last {
		t.Errorf("the name again: id %d after %d, %v", again, last, err)
	}
	remove(t, c, again)
}

// TestCounts: processes, forks and exits are exact.
func TestCounts(t *testing.T) {
	c := open(t)
	id := create(t, c, profile(cell.Low))
	a := start(t, who{id, 0})
	before := info(t, c, id)
	for range 5 {
		a.must(t, "spawn", self)
	}
	until(t, 5*time.Second, "one process", func() bool { return info(t, c, id).Processes == 1 })
	after := info(t, c, id)
	if after.Forks-before.Forks != 5 || after.Exits-before.Exits != 5 {
		t.Errorf("5 children: %d forks, %d exits", after.Forks-before.Forks, after.Exits-before.Exits)
	}
	if after.Peak < 2 || after.CPU < before.CPU || after.RSS == 0 || after.VSZ < after.RSS/2 {
		t.Errorf("peak %d, cpu %v then %v, rss %d, vsz %d", after.Peak, before.CPU, after.CPU, after.RSS, after.VSZ)
	}
	a.stop()
	until(t, 5*time.Second, "no process", func() bool { return info(t, c, id).Processes == 0 })
	if last := info(t, c, id); last.CPU < after.CPU {
		t.Errorf("CPU time went back from %v to %v", after.CPU, last.CPU)
	}
}

// TestManyCells: a few hundred exist at once and are listed in order.
func TestManyCells(t *testing.T) {
	const many = 300
	c := open(t)
	made := map[cell.ID]bool{}
	for range many {
		made[create(t, c, nil)] = true
	}
	list, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	var last cell.ID
	for _, in := range list {
		if in.ID <= last {
			t.Fatalf("id %d is listed after %d", in.ID, last)
		}
		last = in.ID
		delete(made, in.ID)
	}
	if len(made) > 0 {
		t.Errorf("%d of %d cells are not listed", len(made), many)
	}
	v, err := c.Version()
	if err != nil || int(v.Cells) != len(list) {
		t.Errorf("the model counts %d cells, lists %d; %v", v.Cells, len(list), err)
	}
}

// TestLiveChange: set changes what it names and nothing else.
func TestLiveChange(t *testing.T) {
	c := open(t)
	id := create(t, c, nil)
	p, m, maxproc, tag := cell.Medium, cell.Learn, uint32(7), "a tag"
	ports, allow := []uint16{2001, 2002}, cell.Exceptions(1<<cell.ExcMount)
	steps := []struct {
		change cell.Change
		edit   func(*cell.Config)
	}{
		{cell.Change{Profile: &p}, func(c *cell.Config) { c.Profile = p }},
		{cell.Change{Mode: &m}, func(c *cell.Config) { c.Mode = m }},
		{cell.Change{MaxProc: &maxproc}, func(c *cell.Config) { c.MaxProc = maxproc }},
		{cell.Change{Ports: &ports}, func(c *cell.Config) { c.Ports = ports }},
		{cell.Change{Allow: &allow}, func(c *cell.Config) { c.Allow = allow }},
		{cell.Change{Tag: &tag}, func(c *cell.Config) { c.Tag = tag }},
	}
	want := info(t, c, id).Config
	for _, step := range steps {
		step.edit(&want)
		if err := c.Set(id, step.change); err != nil {
			t.Fatal(err)
		}
		if got := info(t, c, id).Config; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("after %+v it is %v, want %v", step.change, got, want)
		}
	}
}
