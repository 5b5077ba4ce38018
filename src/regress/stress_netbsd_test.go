package regress

import (
	"errors"
	"flag"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// stressFor is how long the stress runs; minutes before a release.
var stressFor = flag.Duration("stress", 20*time.Second, "how long to stress the model")

// TestStress: create, attach, fork, bind, set, list, kill and destroy from
// many threads at once, on a few names and ports.  At its end nothing is
// left, and every error on the way was one that such a race may have.
func TestStress(t *testing.T) {
	c := open(t)
	before, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	var steps, agents atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(*stressFor)
	for worker := range 2 * runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			own, err := kern.Open()
			if err != nil {
				t.Error(err)
				return
			}
			defer own.Close()
			for time.Now().Before(end) && !t.Failed() {
				stressStep(t, own, worker, &agents)
				steps.Add(1)
			}
		}()
	}
	wg.Wait()
	t.Logf("%d steps, %d processes were members", steps.Load(), agents.Load())
	sweep(t, c)
	after, err := c.List()
	if err != nil || len(after) != len(before) {
		t.Errorf("%d cells before, %d after, %v", len(before), len(after), err)
	}
}

// stressNames are few, so that workers meet.
var stressNames = []string{"s0", "s1", "s2", "s3", "s4"}

// expected are the errors that a step may meet because of another worker.
var expected = []error{kern.ErrNoCell, kern.ErrBusy, kern.ErrDying, kern.ErrFull,
	unix.EEXIST, unix.EADDRINUSE}

// stressStep does one thing, chosen by chance, to a cell chosen by chance.
func stressStep(t *testing.T, c *kern.Client, worker int, agents *atomic.Int64) {
	name := stressNames[rand.IntN(len(stressNames))]
	in, err := c.Get(name)
	if errors.Is(err, kern.ErrNoCell) {
		_, err = c.Create(randomConfig(name))
	} else if err == nil {
		switch rand.IntN(8) {
		case 0:
			err = c.Kill(in.ID)
		case 1:
			err = c.Destroy(in.ID)
		case 2, 3:
			cf := randomConfig(name)
			err = c.Set(in.ID, cell.Change{Profile: &cf.Profile, Mode: &cf.Mode, Allow: &cf.Allow,
				Ports: &cf.Ports, MaxProc: &cf.MaxProc, Tag: &cf.Tag})
		case 4:
			_, err = c.List()
		case 5:
			_, err = c.Denials(cell.Host, 0)
		default:
			err = stressMember(in.ID, agents)
		}
	}
	for _, e := range expected {
		if errors.Is(err, e) {
			return
		}
	}
	if err != nil {
		t.Errorf("worker %d, cell %s: %v", worker, name, err)
	}
}

// stressMember starts a member, lets it fork, bind and signal, and ends it.
// It may be killed at any time.
func stressMember(id cell.ID, agents *atomic.Int64) error {
	a, err := tryStart(who{id, 0})
	if err != nil {
		return nil // the cell may be dying, full, or gone
	}
	agents.Add(1)
	a.do("bind", "tcp", "127.0.0.1", 3000+rand.IntN(4))
	a.do("spawn", self)
	a.do("kill", -1, 0)
	a.do("see", 1)
	a.stop()
	return nil
}

// randomConfig has ports that others want, too.
func randomConfig(name string) cell.Config {
	cf := cell.Default()
	cf.Name, cf.Root = name, "/"
	cf.Profile = cell.Profile(1 + rand.IntN(3))
	cf.Mode = cell.Mode(1 + rand.IntN(2))
	cf.Allow = cell.Exceptions(rand.IntN(1 << cell.NException))
	cf.MaxProc = uint32(rand.IntN(4))
	for p := range uint16(4) {
		if rand.IntN(4) == 0 {
			cf.Ports = append(cf.Ports, 3000+p)
		}
	}
	return cf
}

// sweep removes what the workers left.
func sweep(t *testing.T, c *kern.Client) {
	t.Helper()
	for _, name := range stressNames {
		if in, err := c.Get(name); err == nil {
			remove(t, c, in.ID)
		}
	}
}
