package jobs

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

func queue() *Queue { return New(func() {}, func(f func()) { go f() }) }

// TestTurns: jobs under the lock run one at a time, others do not wait.
func TestTurns(t *testing.T) {
	q := queue()
	var at, most, free atomic.Int32
	gate := make(chan struct{})
	for range 20 {
		q.Start("locked", true, func(context.Context, *Job) error {
			most.Store(max(most.Load(), at.Add(1)))
			<-gate
			at.Add(-1)
			return nil
		}, func(View) {})
	}
	done := make(chan struct{})
	q.Start("free", false, func(context.Context, *Job) error { free.Store(1); return nil }, func(View) { close(done) })
	<-done
	if free.Load() != 1 || len(q.Busy()) != 20 {
		t.Errorf("%d are under way", len(q.Busy()))
	}
	close(gate)
	q.Wait()
	if most.Load() != 1 {
		t.Errorf("%d at a time", most.Load())
	}
	if len(q.Busy()) != 0 {
		t.Error("there are jobs after Wait")
	}
}

// TestCancel: one that runs hears of it, one that waits never begins, and
// the next one has its turn.
func TestCancel(t *testing.T) {
	q := queue()
	begun := make(chan struct{})
	ended := make(chan View, 9)
	over := func(v View) { ended <- v }
	q.Start("first", true, func(ctx context.Context, j *Job) error {
		close(begun)
		<-ctx.Done()
		j.Say("put back\nall")
		return errors.New("interrupted")
	}, over)
	<-begun
	q.Start("second", true, func(context.Context, *Job) error { t.Error("it began"); return nil }, over)
	q.Cancel(2)
	if v := <-ended; v.State != Cancelled || v.Name != "second" || !v.Begun.IsZero() {
		t.Errorf("%+v", v)
	}
	q.Cancel(1)
	if v := <-ended; v.State != Cancelled || strings.Join(v.Lines, "|") != "put back|all|interrupted" {
		t.Errorf("%+v", v)
	}
	q.Start("third", true, func(context.Context, *Job) error { return nil }, over)
	if v := <-ended; v.State != Done {
		t.Errorf("%+v", v)
	}
	list := q.List()
	if len(list) != 3 || list[0].Name != "third" || list[2].Name != "first" {
		t.Errorf("%+v", list)
	}
}

func TestFailed(t *testing.T) {
	q := queue()
	ended := make(chan View, 1)
	q.Start("x", false, func(_ context.Context, j *Job) error {
		j.Expect(100)
		j.Moved(40)
		j.Moved(2)
		return errors.Join(errors.New("a"), errors.New("b"))
	}, func(v View) { ended <- v })
	v := <-ended
	if v.State != Failed || v.Moved != 42 || v.Total != 100 || strings.Join(v.Lines, " ") != "a b" || v.MovedSince.IsZero() {
		t.Errorf("%+v", v)
	}
}

// TestKept: neither lines nor jobs grow without bound.
func TestKept(t *testing.T) {
	q := queue()
	for range maxJobs + 20 {
		ended := make(chan struct{})
		q.Start("x", false, func(_ context.Context, j *Job) error {
			for range 3 {
				j.Say("%s", strings.Repeat("l\n", maxLines/2))
			}
			return nil
		}, func(View) { close(ended) })
		<-ended
	}
	list := q.List()
	if len(list) > maxJobs || len(list[0].Lines) != maxLines {
		t.Errorf("%d jobs, %d lines", len(list), len(list[0].Lines))
	}
}
