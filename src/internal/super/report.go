package super

import (
	"fmt"
	"os"
	"slices"
	"time"

	"cells/src/internal/words"
)

// Own begins the lines of a log that are the supervisor's and not its
// service's.
const Own = "supervise: "

// say logs a line of the supervisor's own.
func (r *Runner) say(level int, format string, args ...any) {
	r.log.note(level, Own+format, args...)
}

// why says why the state changes, here and in the status.
func (r *Runner) why(level int, format string, args ...any) {
	r.status.Why = fmt.Sprintf(format, args...)
	r.say(level, "%s", r.status.Why)
}

// changed says what e did to the machine, which was was before.
func (r *Runner) changed(was Machine, e Event) {
	if was.Checking && e == TimeUp {
		r.why(levelErr, "check took longer than %s", words.FormatDuration(r.cfg.Timeout))
	}
	r.health(was, e)
	if was.State == r.m.State {
		return
	}
	r.status.Since = time.Now().Unix()
	r.dirty = true
	switch r.m.State {
	case Ready:
		r.nowReady(was)
	case Unhealthy:
		r.why(levelErr, "unhealthy: %d checks in a row have failed", r.m.Fails)
	case Stopping:
		r.stopping(was)
	case Killing:
		if was.State == Stopping {
			r.why(levelErr, "did not stop within %s", words.FormatDuration(r.cfg.Grace))
		} else if e == TimeUp {
			r.why(levelErr, "did not execute within %s", words.FormatDuration(startLimit))
		}
	case Backoff:
		if e == TimeUp {
			r.why(levelErr, "processes in the cell did not end within %s", words.FormatDuration(sweepLimit))
		}
		r.say(levelNotice, "next start in %s", words.FormatDuration(r.m.Delay))
	case Stopped:
		r.why(levelNotice, "stopped")
	case Failed:
		r.say(levelErr, "gives up: %s", r.status.Why)
	}
}

// health keeps Status.Health.
func (r *Runner) health(was Machine, e Event) {
	up := was.State == Ready || was.State == Unhealthy
	switch {
	case !r.cfg.Health:
	case r.m.State == Starting:
		r.status.Health = "unknown"
	case e == CheckOK && (up || was.State == Running && r.asksTheSame()):
		r.status.Health = "ok"
	case up && r.m.Fails >= r.cfg.Retries:
		r.status.Health = "failing"
	}
}

// asksTheSame reports whether the check of readiness is that of health, so
// that a service that is ready by it has been found well, too.
func (r *Runner) asksTheSame() bool { return slices.Equal(r.cfg.ReadyCmd, r.cfg.HealthCmd) }

// nowReady: the service got ready, or well again.
func (r *Runner) nowReady(was Machine) {
	if was.State == Unhealthy {
		r.why(levelNotice, "healthy again")
		return
	}
	r.why(levelNotice, "process %d is in service", r.group)
}

// stopping says why, where nobody asked.
func (r *Runner) stopping(was Machine) {
	switch {
	case was.State == Running && r.m.Faulty:
		r.why(levelErr, "not ready within %s", words.FormatDuration(r.cfg.ReadyIn))
	case r.m.Faulty:
		r.why(levelErr, "unhealthy: %d checks in a row have failed", r.m.Fails)
	}
}

// publish writes the status file where something has changed.
func (r *Runner) publish() {
	s := &r.status
	s.State = r.m.State
	s.Restarts, s.Exits, s.Failures = r.m.Restarts(), r.m.Counts.Exits, r.m.Counts.Failures
	s.ChecksOK, s.ChecksBad = r.m.Counts.ChecksOK, r.m.Counts.ChecksFailed
	s.Lines, s.Lost = r.log.lines.Load(), r.log.lost()
	s.Next = 0
	if r.m.State == Backoff {
		s.Next = time.Now().Add(r.m.Deadline - r.now()).Unix()
	}
	if *s == r.written {
		return
	}
	err := writeStatus(r.cfg.Dir, r.cfg.Name, s)
	if err != nil && !r.unwritable {
		r.say(levelErr, "status: %v", err)
	}
	r.unwritable = err != nil
	if err == nil {
		r.written = *s
	}
}

func openNull() (*os.File, error) { return os.OpenFile(os.DevNull, os.O_RDWR, 0) }

// ran is d for people: short times exactly, long ones in days and hours.
func ran(d time.Duration) string {
	if d < 10*time.Second {
		return words.FormatDuration(d)
	}
	return words.BriefDuration(d)
}
