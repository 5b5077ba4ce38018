package super

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"cells/src/internal/cell"
)

// Runner feeds a Machine with what happens and does what it says.  All of it
// is one loop in one goroutine; only pipes are read by others.
type Runner struct {
	cfg   *Config
	log   *Log
	spawn *spawner
	look  func() (in cell.Info, rig bool, err error) // asks the kernel for the cell
	ready func()                                     // called once, when the service is

	base       time.Time // the machine's clock starts here
	m          Machine
	todo       []happening
	status     Status
	written    Status // what the file has
	dirty      bool   // the state has changed
	unwritable bool   // the file could not be written

	service  *child
	group    int    // process group of the last service; 0: ended
	check    *child // of readiness or health
	sweeper  *child
	spare    map[int]bool // children that this process had before
	sweeping bool         // descendants are being ended
	after    happening    // what follows that
	previous *Status      // what an earlier supervisor that died has left

	chld chan os.Signal
	sigs chan os.Signal
}

// Run supervises until the service is over.  It returns nil after Stopped,
// and why after Failed.  ready is called when the service is ready for the
// first time.  The calling process must have no other children and nothing
// else to do.
func Run(cfg *Config, ready func()) error {
	return runWith(cfg, ready, func() (cell.Info, bool, error) { return look(cfg.Service.Cell) })
}

// runWith is Run with another way to ask for the cell.
func runWith(cfg *Config, ready func(), look func() (cell.Info, bool, error)) error {
	if err := cfg.Check(); err != nil {
		return err
	}
	frugal()
	lk, err := acquire(cfg.Dir, cfg.Name)
	if err != nil {
		return err
	}
	defer lk.release()
	var failed bool // and nobody looked: the status stays, to tell
	defer func() {
		if !failed {
			removeStatus(cfg.Dir, cfg.Name)
		}
	}()
	l, err := openLog(cfg)
	if err != nil {
		return err
	}
	r, err := newRunner(cfg, l, ready)
	if err == nil {
		r.look = look
		err = r.run()
		failed = r.m.State == Failed && r.m.WasReady && !r.m.Gone
	}
	l.drain(drainLimit)
	l.close(drainLimit)
	return err
}

// drainLimit is how long the last lines may take.
const drainLimit = 2 * time.Second

// openLog opens the sinks.
func openLog(cfg *Config) (*Log, error) {
	var sinks []sink
	switch cfg.LogFile {
	case "":
	case "-":
		sinks = append(sinks, newLogstream(os.Stdout, cfg.Tag))
	default:
		f, err := openLogfile(cfg.LogFile, cfg.Tag)
		if err != nil {
			return nil, err
		}
		sinks = append(sinks, f)
	}
	if cfg.Syslog != "" {
		sinks = append(sinks, newSyslog(cfg.Syslog, cfg.Tag, cfg.Priority))
	}
	return newLog(cfg.Tag, cfg.Priority, sinks...), nil
}

func newRunner(cfg *Config, l *Log, ready func()) (*Runner, error) {
	sp, err := newSpawner(cfg)
	if err != nil {
		return nil, err
	}
	if err := becomeReaper(); err != nil {
		return nil, fmt.Errorf("subreaper: %w", err)
	}
	r := &Runner{cfg: cfg, log: l, spawn: sp, ready: ready, base: time.Now(),
		spare: make(map[int]bool), chld: make(chan os.Signal, 1), sigs: make(chan os.Signal, 8)}
	if reapsDescendants {
		pids, err := children()
		if err != nil {
			return nil, err
		}
		for _, p := range pids {
			r.spare[p] = true
		}
	}
	if r.previous, err = readFile(cfg.Dir, cfg.Name); err != nil {
		l.note(levelErr, Own+"%v", err)
	}
	r.status = Status{Supervisor: os.Getpid(), Cell: cfg.Service.Cell, Health: "-"}
	if cfg.Health {
		r.status.Health = "unknown"
	}
	return r, nil
}

// now is the machine's clock.
func (r *Runner) now() time.Duration { return time.Since(r.base) }

// run is the loop.
func (r *Runner) run() error {
	// A child dies with the thread that forked it, see dieWith.
	runtime.LockOSThread()
	signal.Notify(r.chld, syscall.SIGCHLD)
	signal.Notify(r.sigs, append([]os.Signal{sigStop, syscall.SIGINT, sigReopen, sigRestart,
		syscall.SIGPIPE}, asOS(forwarded)...)...)
	defer signal.Stop(r.chld)
	defer signal.Stop(r.sigs)
	var a Action
	r.m, a = New(r.now())
	r.status.Since = time.Now().Unix()
	r.do(a)
	timer := time.NewTimer(0)
	for r.settle(); !r.m.State.Final(); r.settle() {
		r.publish()
		r.shrink()
		r.sleep(timer)
	}
	r.publish()
	if r.m.State == Failed {
		return errors.New(r.status.Why)
	}
	return nil
}

func asOS(in []syscall.Signal) []os.Signal {
	var out []os.Signal
	for _, s := range in {
		out = append(out, s)
	}
	return out
}

// sleep waits for the next thing to happen and passes it on.
func (r *Runner) sleep(timer *time.Timer) {
	var late <-chan time.Time
	if r.m.Deadline != never {
		timer.Reset(r.m.Deadline - r.now())
		late = timer.C
	}
	var verdict chan string
	if r.service != nil && !r.service.told {
		verdict = r.service.verdict
	}
	var stuck chan bool
	if r.sweeper != nil {
		stuck = r.sweeper.stuck
	}
	select {
	case <-stuck:
		r.freeze()
	case v := <-verdict:
		r.service.tell(v)
		if v == "" {
			r.push(Execed)
		}
	case <-r.chld:
		r.reap()
	case s := <-r.sigs:
		r.asked(s.(syscall.Signal))
	case <-late:
		if r.now() >= r.m.Deadline {
			r.push(TimeUp)
		}
	}
}

// happening is an event on its way to the machine, and what it was.
type happening struct {
	event Event
	level int
	why   string // "": nothing that is worth a word
}

// push has e handled by settle, which says then what it was.
func (r *Runner) push(e Event) { r.todo = append(r.todo, happening{event: e}) }

func (r *Runner) pushAs(e Event, level int, format string, args ...any) {
	r.todo = append(r.todo, happening{e, level, fmt.Sprintf(format, args...)})
}

// settle steps through everything that has happened.
func (r *Runner) settle() {
	for len(r.todo) > 0 {
		h := r.todo[0]
		r.todo = r.todo[1:]
		r.heard(h)
		was := r.m
		var a Action
		r.m, a = r.m.Step(h.event, &r.cfg.Policy, r.now())
		r.changed(was, h.event)
		r.do(a)
	}
	r.todo = nil
}

// heard says what has happened.  The end of a service that was asked to end
// because of a fault is not why: the fault is.
func (r *Runner) heard(h happening) {
	switch {
	case h.why == "":
	case r.m.Faulty && (h.event == ExitedOK || h.event == ExitedFail):
		r.say(h.level, "%s", h.why)
	default:
		r.why(h.level, "%s", h.why)
	}
}

// asked handles a signal to the supervisor.
func (r *Runner) asked(s syscall.Signal) {
	switch s {
	case sigStop, syscall.SIGINT:
		r.pushAs(StopAsked, levelNotice, "asked to stop by %s", signalName(s))
	case sigRestart:
		r.pushAs(RestartAsked, levelNotice, "asked to restart by %s", signalName(s))
	case sigReopen:
		r.log.reopen()
		r.written = Status{} // the file may have been lost, too
	case syscall.SIGPIPE:
		// Writing to a stream that nobody reads is an error, not an end.
	default:
		r.signal(s)
	}
}

// signal sends s to the service itself, which cannot be anybody else: it is
// a child that was not waited for.
func (r *Runner) signal(s syscall.Signal) {
	if r.service == nil {
		return // it has ended, and the event is on its way
	}
	if err := syscall.Kill(r.service.pid, s); err != nil {
		r.say(levelErr, "%s to process %d: %v", signalName(s), r.service.pid, err)
	}
}
