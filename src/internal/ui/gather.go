package ui

import (
	"time"

	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

// looking is when something is looked at that costs more: when it is known
// to have changed, and once in a while for what nobody tells.
type looking struct {
	busy   bool
	wanted bool
	print  uint64        // fingerprint of the last sample
	took   time.Duration // the last look
	ended  time.Time
}

// Bounds of the time between two looks.
const (
	lookAgain  = time.Second      // at least, where something changes all the time
	lookEvery  = time.Minute      // at most, for a plan
	storeEvery = 10 * time.Second // ... for the storage, while it is shown
)

// due reports whether a look is to begin.  It takes at most a tenth of the
// time.
func (l *looking) due(now time.Time, every time.Duration) bool {
	since := now.Sub(l.ended)
	if l.busy || since < max(lookAgain, 9*l.took) {
		return false
	}
	return l.wanted || since >= every
}

// begin runs f beside the loop, and done in it.
func (l *looking) begin(t Terminal, f func(), done func()) {
	l.busy, l.wanted = true, false
	t.Go(func() {
		begun := time.Now()
		f()
		took := time.Since(begun)
		t.Post(func() {
			l.busy, l.took, l.ended = false, took, time.Now()
			done()
		})
	})
}

// gather takes samples until the end.  It runs beside the loop.
func (a *App) gather() {
	defer a.Sampler.Close()
	tick := time.NewTicker(a.Every)
	defer tick.Stop()
	for {
		s := a.Sampler.Sample()
		print := a.Sampler.Fingerprint(s)
		seen := a.Sampler.Watch(*a.focus.Load(), s)
		a.Terminal.Post(func() { a.take(s, print, seen) })
		select {
		case <-a.done:
			return
		case <-a.kick:
		case <-tick.C:
		}
	}
}

// take shows a sample and has a deep look taken where one is due.
func (a *App) take(s model.Sample, print uint64, seen *model.Watched) {
	a.model.Take(s)
	a.watched = seen
	if s.Err != nil || s.Set == nil {
		return
	}
	if print != a.look.print {
		a.look.print, a.look.wanted = print, true
	}
	if a.look.due(s.At, lookEvery) {
		var d *model.Deep
		a.look.begin(a.Terminal, func() { d = a.Look(s.Set, s.Mistakes) }, func() { a.model.TakeDeep(d) })
	}
	a.refocus()
}

// store has the storage looked at where that is due.
func (a *App) store() {
	set := a.model.Sample.Set
	if set == nil || !a.stored.due(time.Now(), storeEvery) {
		return
	}
	var st *model.Storage
	a.stored.begin(a.Terminal, func() { st = a.Storage(set) }, func() { a.storage = st })
}

// wake has the next sample taken at once.
func (a *App) wake() {
	select {
	case a.kick <- struct{}{}:
	default:
	}
}

// refresh has everything looked at again, soon.
func (a *App) refresh() {
	for _, l := range []*looking{&a.look, &a.stored} {
		l.wanted, l.ended, l.took = true, time.Time{}, 0
	}
	a.Sampler.Reread()
	a.wake()
}

// over says how a job ended.
func (a *App) over(v jobs.View) {
	a.Terminal.Post(func() {
		a.refresh()
		switch v.State {
		case jobs.Done:
			a.say(screen.Good, v.Name+": "+outcome(v))
		case jobs.Cancelled:
			a.say(screen.Busy, v.Name+": cancelled; 7 shows what it said")
		default:
			a.say(screen.Bad, v.Name+": "+first(v.Err))
		}
	})
}

// outcome is what a job that is done has said last, unless that was a step.
func outcome(v jobs.View) string {
	if n := len(v.Lines); n > 0 && (len(v.Lines[n-1]) < 2 || v.Lines[n-1][1] != ' ') {
		return v.Lines[n-1]
	}
	return "done"
}
