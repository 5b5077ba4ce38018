package engine

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cells/src/internal/manifest"
	"cells/src/internal/super"
	"cells/src/internal/words"
)

// stopMargin is what a supervisor may take beyond the grace time: to kill,
// to sweep, to write its last lines.
const stopMargin = 20 * time.Second

// start starts the supervisor and returns when the service is up: executing
// or, with a health check, healthy for the first time.
func (e *Engine) start(t *task, c *manifest.Cell) error {
	if err := e.awaitNoSupervisor(c.Name); err != nil {
		return err
	}
	args := append([]string{"supervise"}, e.superviseArgs(c)...)
	args = append(append(args, c.Name), c.Command...)
	if len(c.Health.Command) > 0 {
		defer e.patience(c.Name)()
	}
	return trimName(cellctl(t.ctx, c.Command[0], 0, syscall.SIGTERM, args...), c.Name)
}

// awaitNoSupervisor lets a supervisor of an earlier cell of the name notice
// that its cell is gone.
func (e *Engine) awaitNoSupervisor(name string) error {
	for end := time.Now().Add(settleTime); ; time.Sleep(10 * time.Millisecond) {
		pid, err := super.Holder(e.Set.Conf.Run, name)
		if err != nil || pid == 0 {
			return err
		}
		if time.Now().After(end) {
			return e.stop(name)
		}
	}
}

// superviseArgs are the options of cellctl supervise.
func (e *Engine) superviseArgs(c *manifest.Cell) []string {
	args := []string{"-D", "-R", c.Restart, "-S", c.Stop.Signal, "-g", words.FormatDuration(c.Stop.Grace)}
	if c.User != "root" || Root() {
		args = append(args, "-u", c.User)
	}
	if c.Dir != "/" {
		args = append(args, "-d", c.Dir)
	}
	for _, v := range c.Env {
		args = append(args, "-e", v)
	}
	for _, l := range c.Rlimits {
		args = append(args, "-L", l.String())
	}
	if strings.HasPrefix(c.Log, "/") {
		args = append(args, "-o", c.Log)
	} else {
		args = append(args, "-l", c.Log)
	}
	if h := c.Health; len(h.Command) > 0 {
		cmd := words.Join(h.Command)
		args = append(args, "-r", cmd, "-H", cmd, "-i", words.FormatDuration(h.Interval),
			"-w", words.FormatDuration(h.Timeout), "-n", strconv.Itoa(h.Retries), "-a", h.Action,
			"-W", words.FormatDuration(h.Start))
	}
	return args
}

// trimName takes the cell's name off an error: who prints it puts it there.
func trimName(err error, name string) error {
	if err == nil {
		return nil
	}
	if text, ok := strings.CutPrefix(err.Error(), name+": "); ok {
		return errors.New(text)
	}
	return err
}

// stop ends the supervisor and with it the service.  That there is none is
// no error.
func (e *Engine) stop(name string) error {
	grace := 10 * time.Second
	if c := e.Set.Cells[name]; c != nil {
		grace = max(grace, c.Stop.Grace)
	}
	if info, err := e.Kern.Get(name); err == nil {
		if c, _, _ := e.applied(name, info.Config.Tag); c != nil {
			grace = max(grace, c.Stop.Grace)
		}
	}
	limit := grace + stopMargin
	if !e.Deadline.IsZero() {
		limit = min(limit, max(0, time.Until(e.Deadline)))
	}
	err := super.Stop(e.Set.Conf.Run, name, limit)
	late := errors.Is(err, os.ErrDeadlineExceeded) && !e.Deadline.IsZero()
	if late {
		e.Warn("%s: its service does not end in time and is killed", name)
	}
	if late || errors.Is(err, super.ErrNotRunning) {
		return nil
	}
	return trimName(err, "cell "+name)
}

// again has the supervisor start the service anew and waits until it is up.
func (e *Engine) again(t *task, name string) error {
	before, err := super.ReadStatus(e.Set.Conf.Run, name)
	if err != nil {
		return err
	}
	if err := super.Restart(e.Set.Conf.Run, name); err != nil {
		return trimName(err, "cell "+name)
	}
	return e.poll(t, name, func(s super.Status) bool {
		return s.State == super.Ready && s.Restarts > before.Restarts
	})
}

// healthLimit is how long a cell that runs may take to get healthy: one start
// and what is around it.
func (e *Engine) healthLimit(name string) time.Duration {
	limit := time.Minute
	if c := e.Set.Cells[name]; c != nil {
		limit = c.Health.Start
	}
	return limit + 30*time.Second
}

// patienceTime is how long a wait goes without a word.
const patienceTime = 15 * time.Second

// patience says what is waited for, if that takes long; what it returns ends
// the wait.
func (e *Engine) patience(name string) func() {
	told := time.AfterFunc(patienceTime, func() {
		e.Warn("%s: still waits for its health check to succeed", name)
	})
	return func() { told.Stop() }
}

// await waits until a cell is healthy.
func (e *Engine) await(t *task, name string) error {
	defer e.patience(name)()
	err := e.poll(t, name, func(s super.Status) bool { return s.State == super.Ready })
	if err != nil {
		return fmt.Errorf("%s, on which it depends: %w", name, err)
	}
	return nil
}

// poll watches a supervisor until good.
func (e *Engine) poll(t *task, name string, good func(super.Status) bool) error {
	limit := e.healthLimit(name)
	for end := time.Now().Add(limit); ; {
		s, err := super.ReadStatus(e.Set.Conf.Run, name)
		switch {
		case err != nil:
			return err
		case s.Failed():
			return fmt.Errorf("it failed: %s", s.Why)
		case !s.Alive:
			return errors.New("its supervisor is gone")
		case good(s):
			return nil
		case time.Now().After(end):
			return fmt.Errorf("still %s after %s: %s", s.State, words.FormatDuration(limit), s.Why)
		}
		select {
		case <-t.ctx.Done():
			return t.ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
