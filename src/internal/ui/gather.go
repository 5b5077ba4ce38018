package ui

import (
	"time"

	"cells/src/internal/ui/model"
)

// looking is when deep looks are taken: when a sample differs in something
// that plans depend on, and once in a while for what samples do not show.
type looking struct {
	busy   bool
	wanted bool
	print  uint64        // fingerprint of the last sample
	took   time.Duration // the last look
	ended  time.Time
}

// Bounds of the time between two deep looks.
const (
	lookAgain = time.Second // at least, where something changes all the time
	lookEvery = time.Minute // at most
)

// due reports whether a deep look is to begin.  It takes at most a tenth of
// the time.
func (l *looking) due(now time.Time) bool {
	since := now.Sub(l.ended)
	if l.busy || since < max(lookAgain, 9*l.took) {
		return false
	}
	return l.wanted || since >= lookEvery
}

// gather takes samples until the end.  It runs beside the loop.
func (a *App) gather() {
	defer a.Sampler.Close()
	tick := time.NewTicker(a.Every)
	defer tick.Stop()
	for {
		s := a.Sampler.Sample()
		print := a.Sampler.Fingerprint(s)
		a.Terminal.Post(func() { a.take(s, print) })
		select {
		case <-a.done:
			return
		case <-a.kick:
		case <-tick.C:
		}
	}
}

// take shows a sample and has a deep look taken where one is due.
func (a *App) take(s model.Sample, print uint64) {
	a.model.Take(s)
	if s.Err != nil || s.Set == nil {
		return
	}
	if print != a.look.print {
		a.look.print, a.look.wanted = print, true
	}
	if a.look.due(s.At) {
		a.lookNow()
	}
}

// lookNow takes a deep look beside the loop.
func (a *App) lookNow() {
	set := a.model.Sample.Set
	a.look.busy, a.look.wanted = true, false
	a.Terminal.Go(func() {
		begun := time.Now()
		d := a.Look(set)
		took := time.Since(begun)
		a.Terminal.Post(func() {
			a.look.busy, a.look.took, a.look.ended = false, took, time.Now()
			a.model.TakeDeep(d)
		})
	})
}

// refresh has everything looked at again, soon.
func (a *App) refresh() {
	a.look.wanted, a.look.ended = true, time.Time{}
	select {
	case a.kick <- struct{}{}:
	default:
	}
}
