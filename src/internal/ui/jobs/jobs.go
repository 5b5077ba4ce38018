// Package jobs is work in the background that can be watched: what it has
// said, how far it has got, how it ended.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// State is how far a job is.
type State uint8

// The states.
const (
	Waiting State = iota // for the job before it
	Running
	Done
	Failed
	Cancelled
)

func (s State) String() string {
	return [...]string{"waiting", "running", "done", "failed", "cancelled"}[s]
}

// Over reports whether nothing more will happen.
func (s State) Over() bool { return s >= Done }

// View is a job as it is at one moment.
type View struct {
	ID            int
	Name          string
	State         State
	Begun, Ended  time.Time // zero: not yet
	Lines         []string
	Moved, Total  int64 // bytes; Total 0: nobody knows
	MovedSince    time.Time
	Err           error
	CancelPending bool
}

// Job is what the work of a job talks to.  All methods may be called from
// any goroutine.
type Job struct {
	q      *Queue
	view   View
	cancel context.CancelFunc
}

// Queue has all jobs of the program.  Those that work under cellmgr's lock
// run one after another: a record lock is the process's, so that two of them
// would not keep each other out.
type Queue struct {
	mu      sync.Mutex
	jobs    []*Job
	next    int
	turn    chan struct{} // has a token while nobody works under the lock
	wait    sync.WaitGroup
	changed func()         // called without the mutex
	run     func(f func()) // starts a goroutine
}

// New makes a Queue.  changed is called whenever something is to be seen;
// run starts goroutines.
func New(changed func(), run func(f func())) *Queue {
	q := &Queue{turn: make(chan struct{}, 1), changed: changed, run: run}
	q.turn <- struct{}{}
	return q
}

// maxLines and maxJobs are how much is kept.
const (
	maxLines = 1000
	maxJobs  = 100
)

// Start begins a job; with locked it waits for its turn.  over is called
// when it has ended.
func (q *Queue) Start(name string, locked bool, f func(ctx context.Context, j *Job) error, over func(v View)) {
	ctx, cancel := context.WithCancel(context.Background())
	q.mu.Lock()
	q.next++
	j := &Job{q: q, cancel: cancel, view: View{ID: q.next, Name: name}}
	q.jobs = append(q.jobs, j)
	q.trim()
	q.wait.Add(1)
	q.mu.Unlock()
	q.changed()
	q.run(func() {
		defer q.wait.Done()
		err := q.take(ctx, locked)
		if err == nil {
			err = j.do(ctx, f)
			if locked {
				q.turn <- struct{}{}
			}
		}
		j.end(ctx, err)
		over(j.snapshot())
	})
}

// take waits for the turn.
func (q *Queue) take(ctx context.Context, locked bool) error {
	if !locked {
		return nil
	}
	select {
	case <-q.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// do does the work.
func (j *Job) do(ctx context.Context, f func(ctx context.Context, j *Job) error) error {
	j.update(func(v *View) { v.State, v.Begun = Running, time.Now() })
	return f(ctx, j)
}

// end notes how it went.
func (j *Job) end(ctx context.Context, err error) {
	j.update(func(v *View) {
		v.Ended, v.Err = time.Now(), err
		switch {
		case err == nil:
			v.State = Done
		case ctx.Err() != nil:
			v.State = Cancelled
		default:
			v.State = Failed
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			v.Lines = append(v.Lines, strings.Split(err.Error(), "\n")...)
		}
	})
	j.cancel()
}

// trim forgets the oldest jobs that are over.
func (q *Queue) trim() {
	for len(q.jobs) > maxJobs {
		i := slices.IndexFunc(q.jobs, func(j *Job) bool { return j.view.State.Over() })
		if i < 0 {
			return
		}
		q.jobs = slices.Delete(q.jobs, i, i+1)
	}
}

func (j *Job) update(f func(v *View)) {
	j.q.mu.Lock()
	f(&j.view)
	if n := len(j.view.Lines); n > maxLines {
		j.view.Lines = slices.Clone(j.view.Lines[n-maxLines:])
	}
	j.q.mu.Unlock()
	j.q.changed()
}

// Say adds a line.
func (j *Job) Say(format string, args ...any) {
	text := strings.TrimSuffix(fmt.Sprintf(format, args...), "\n")
	j.update(func(v *View) { v.Lines = append(v.Lines, strings.Split(text, "\n")...) })
}

// Expect says how many bytes there will be, and that none has moved.
func (j *Job) Expect(total int64) {
	j.update(func(v *View) { v.Total, v.Moved, v.MovedSince = total, 0, time.Now() })
}

// Moved takes note of n bytes.
func (j *Job) Moved(n int64) {
	j.q.mu.Lock()
	j.view.Moved += n
	if j.view.MovedSince.IsZero() {
		j.view.MovedSince = time.Now()
	}
	j.q.mu.Unlock()
}

func (j *Job) snapshot() View {
	j.q.mu.Lock()
	defer j.q.mu.Unlock()
	return j.copy()
}

func (j *Job) copy() View {
	v := j.view
	v.Lines = slices.Clone(v.Lines)
	return v
}

// List lists the jobs, the newest first.
func (q *Queue) List() []View {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]View, 0, len(q.jobs))
	for _, j := range slices.Backward(q.jobs) {
		out = append(out, j.copy())
	}
	return out
}

// Busy lists the names of jobs that are not over.
func (q *Queue) Busy() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []string
	for _, j := range q.jobs {
		if !j.view.State.Over() {
			out = append(out, j.view.Name)
		}
	}
	return out
}

// Cancel has the job with that number come to an end, which takes what it
// takes to leave things in order; 0 stands for all.
func (q *Queue) Cancel(id int) {
	q.mu.Lock()
	for _, j := range q.jobs {
		if (id == 0 || j.view.ID == id) && !j.view.State.Over() {
			j.view.CancelPending = true
			j.cancel()
		}
	}
	q.mu.Unlock()
	q.changed()
}

// Wait returns when every job is over.
func (q *Queue) Wait() { q.wait.Wait() }
