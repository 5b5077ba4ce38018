package regress

import (
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// bombRole enters the cell that the argument names and forks as fast as it
// can, and so does every child.  A child that comes out of fork(2) in a Go
// program must not enter the runtime again, so there is nothing but the call.
func bombRole() {
	if err := become(); err != nil {
		println(err.Error())
		return
	}
	runtime.LockOSThread()
	forkForever()
}

//go:nosplit
//go:norace
func forkForever() {
	for {
		syscall.RawSyscall(unix.SYS_FORK, 0, 0, 0)
	}
}

// bomb starts a fork bomb in a cell.
func bomb(t *testing.T, id cell.ID) *exec.Cmd {
	t.Helper()
	setup, err := json.Marshal(who{Cell: id})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, string(setup))
	cmd.Env = []string{roleEnv + "=bomb"}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// TestForkBomb: kill ends a cell that forks as fast as it can, and nothing
// outside of it is hurt.
func TestForkBomb(t *testing.T) {
	const most = 200 // so that the rest of the system keeps its processes
	c := open(t)
	bystander := start(t, who{create(t, c, nil), 0})
	for range 3 {
		id := create(t, c, func(cf *cell.Config) { cf.MaxProc = most })
		cmd := bomb(t, id)
		until(t, 30*time.Second, "a hundred processes", func() bool { return info(t, c, id).Processes > most/2 })
		began := time.Now()
		if err := c.Kill(id); err != nil {
			t.Errorf("kill: %v", err)
		}
		took := time.Since(began)
		cmd.Wait()
		in := info(t, c, id)
		if in.Processes != 0 || in.State != cell.Dying {
			t.Errorf("after kill there are %d processes in a cell that is %v", in.Processes, in.State)
		}
		if in.Forks+1 != in.Exits {
			t.Errorf("%d forks and one attach, but %d exits", in.Forks, in.Exits)
		}
		t.Logf("killed in %v: %d forks, at most %d processes", took.Round(time.Millisecond), in.Forks, in.Peak)
		if err := destroySoon(c, id); err != nil {
			t.Errorf("destroy: %v", err)
		}
	}
	if got := bystander.must(t, "usr1"); got != "0" {
		t.Errorf("a process of another cell received %s signals", got)
	}
}

// TestMaxProc: a cell has as many processes as it is told, and no more; the
// limit can change while it lives; a fork over the limit is EAGAIN.
func TestMaxProc(t *testing.T) {
	c := open(t)
	id := create(t, c, func(cf *cell.Config) { cf.MaxProc = 3 })
	a := start(t, who{id, 0})
	start(t, who{id, 0})
	if r := a.do("spawn", self); !r.done() {
		t.Errorf("a third process of three: %s", r)
	}
	third := start(t, who{id, 0})
	if r := a.do("spawn", self); r.Errno != unix.EAGAIN {
		t.Errorf("a fourth process of three by fork: %s", r)
	}
	if fourth, err := tryStart(who{id, 0}); err == nil {
		fourth.stop()
		t.Error("a fourth process of three attached")
	} else if !strings.Contains(err.Error(), "limit") {
		t.Errorf("a fourth process of three: %v", err)
	}
	four := uint32(4)
	if err := c.Set(id, cell.Change{MaxProc: &four}); err != nil {
		t.Fatal(err)
	}
	if r := a.do("spawn", self); !r.done() {
		t.Errorf("a fourth process of four: %s", r)
	}
	third.stop()
	if in := info(t, c, id); in.Peak > 4 {
		t.Errorf("there were %d processes", in.Peak)
	}
}

// TestMaxProcBomb: where many processes fork at once, on all processors, the
// limit still holds.
func TestMaxProcBomb(t *testing.T) {
	const limit = 20
	c := open(t)
	id := create(t, c, func(cf *cell.Config) { cf.MaxProc = limit })
	cmd := bomb(t, id)
	until(t, time.Minute, "the limit is reached", func() bool { return info(t, c, id).Peak >= limit })
	time.Sleep(2 * time.Second)
	in := info(t, c, id)
	if err := c.Kill(id); err != nil {
		t.Errorf("kill: %v", err)
	}
	cmd.Wait()
	if over := limit + runtime.NumCPU() - 1; int(in.Peak) > over || in.Processes < limit/2 {
		t.Errorf("limit %d: %d processes, at most %d", limit, in.Processes, in.Peak)
	}
}
