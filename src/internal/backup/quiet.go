package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"syscall"
	"time"

	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

// How cells are kept from writing during the copy.
const (
	Down  = "down"  // nothing runs
	Stop  = "stop"  // stopped, and started again
	Pause = "pause" // their processes are stopped by signal
	Live  = "live"  // not at all
)

// Hows lists what an admin can choose.
var Hows = []string{Stop, Pause, Live}

// quiet is what was running, and how it is to run again.
type quiet struct {
	e     *engine.Engine // its set has the manifests that were applied
	how   string
	names []string
}

// observe finds out which of the cells run, and by which manifests.
func observe(e *engine.Engine, how string, names []string) (*quiet, error) {
	w, err := e.Observe()
	if err != nil {
		return nil, err
	}
	set := *e.Set
	set.Cells = maps.Clone(e.Set.Cells)
	q := &quiet{how: how}
	for _, n := range names {
		o := w.Cells[n]
		if o == nil || o.State() != plan.Running {
			continue
		}
		q.names = append(q.names, n)
		if o.Applied != nil {
			set.Cells[n] = o.Applied
		}
	}
	own := *e
	own.Set = &set
	q.e = &own
	return q, nil
}

// Running lists those of the cells that run.
func Running(e *engine.Engine, names []string) ([]string, error) {
	q, err := observe(e, "", names)
	if err != nil {
		return nil, err
	}
	return q.names, nil
}

// hush stops or pauses the cells.
func (q *quiet) hush(ctx context.Context) error {
	if q.how == Pause {
		for _, n := range q.names {
			if err := q.signal(n, syscall.SIGSTOP); err != nil {
				return fmt.Errorf("%s: pause: %w", n, err)
			}
		}
		return nil
	}
	w, err := q.e.Observe()
	if err != nil {
		return err
	}
	res, err := q.e.Execute(ctx, plan.End(w, q.names))
	return errors.Join(err, res.Err())
}

// resume brings back what was running, as it was applied.
func (q *quiet) resume(ctx context.Context) error {
	var errs []error
	if q.how == Pause {
		for _, n := range q.names {
			if err := q.signal(n, syscall.SIGCONT); err != nil {
				errs = append(errs, fmt.Errorf("%s: resume: %w", n, err))
			}
		}
		return errors.Join(errs...)
	}
	w, err := q.e.Observe()
	if err != nil {
		return err
	}
	p, err := plan.Apply(w, plan.Options{Names: q.names, Start: true})
	if err != nil {
		return err
	}
	res, err := q.e.Execute(ctx, p)
	return errors.Join(err, res.Err())
}

// signal stops or continues a cell: the supervisor, so that it does not take
// a paused service for a dead one, and every process of the cell.
func (q *quiet) signal(name string, sig syscall.Signal) error {
	pid, err := super.Holder(q.e.Set.Conf.Run, name)
	if err != nil {
		return err
	}
	in, err := q.e.Kern.Get(name)
	if err != nil {
		return err
	}
	if sig == syscall.SIGCONT {
		err = signalMembers(q.e.Rig, in.ID, pid, sig)
	}
	if pid > 1 {
		err = errors.Join(err, syscall.Kill(pid, sig))
	}
	if sig == syscall.SIGSTOP {
		err = errors.Join(err, signalMembers(q.e.Rig, in.ID, pid, sig))
	}
	return err
}

// guard is a process of its own that brings the cells back, whatever becomes
// of this one.
type guard struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// What a guard is told, and says.
const (
	guardReady = "ready\n"
	guardDone  = "done\n"
)

// newGuard starts a guard; it knows what to do when this returns.
func newGuard(how string, names []string) (*guard, error) {
	self, err := Self()
	if err != nil {
		return nil, err
	}
	g := &guard{cmd: exec.Command(self, append([]string{"backup", "guard", how}, names...)...)}
	g.cmd.Dir, g.cmd.Stderr = "/", Errors
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != guardReady {
		g.in.Close()
		return nil, errors.Join(errors.New("its guard does not start"), err, g.cmd.Wait())
	}
	return g, nil
}

// dismiss tells the guard that nothing is left to do, and waits for its end.
func (g *guard) dismiss() error {
	_, err := io.WriteString(g.in, guardDone)
	g.in.Close()
	if err = errors.Join(err, g.cmd.Wait()); err != nil {
		return fmt.Errorf("its guard: %w", err)
	}
	return nil
}

// guardPatience is how long a guard waits for the lock, which another program
// may have got first.
const guardPatience = 30 * time.Second

// Guard is the program of a guard: it remembers what runs, says so, and
// brings it back where who has started it is gone without a word.  Only then
// can it have the lock, without which it does nothing.
func Guard(ctx context.Context, set *manifest.Set, how string, names []string, in io.Reader, out io.Writer) error {
	e, err := engine.Open(set)
	if err != nil {
		return err
	}
	defer e.Close()
	q, err := observe(e, how, names)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, guardReady); err != nil {
		return err
	}
	text, _ := io.ReadAll(io.LimitReader(in, 100))
	if string(text) == guardDone {
		return nil
	}
	l, err := acquire(set.Conf.Run, "backup guard")
	if err != nil {
		return err
	}
	defer l.Release()
	if err := Recover(set.Conf); err != nil {
		return err
	}
	return q.resume(context.WithoutCancel(ctx))
}

// acquire waits a while for the lock.
func acquire(run, verb string) (*engine.Lock, error) {
	for end := time.Now().Add(guardPatience); ; time.Sleep(50 * time.Millisecond) {
		l, err := engine.Acquire(run, verb)
		var held *engine.LockedError
		if !errors.As(err, &held) || time.Now().After(end) {
			return l, err
		}
	}
}

// hookLimit is how long a hook may take: what runs in a cell must not keep
// everybody else from theirs for ever.
const hookLimit = time.Hour

// runHooks runs commands in a cell, until one fails.
func runHooks(ctx context.Context, name string, hooks [][]string) error {
	for _, h := range hooks {
		if err := engine.InCell(ctx, name, hookLimit, h...); err != nil {
			return fmt.Errorf("hook %s: %w", h[0], err)
		}
	}
	return nil
}
