package super

import (
	"os"
	"syscall"
	"time"

	"cells/src/internal/enter"
)

// do does a, in the order of the constants.
func (r *Runner) do(a Action) {
	for _, step := range []struct {
		bit Action
		do  func()
	}{
		{ActCancel, r.cancel}, {ActStop, r.stop}, {ActKill, r.kill}, {ActSweep, r.sweep},
		{ActStart, r.start}, {ActCheck, r.runCheck}, {ActReady, r.inService},
	} {
		if a&step.bit != 0 {
			step.do()
		}
	}
}

// inService lets nobody see a state that is older than what they are told.
func (r *Runner) inService() {
	r.publish()
	r.ready()
}

// cancel kills the check or the sweep that is under way, with its group.
// What it leaves is reaped like any child.
func (r *Runner) cancel() {
	for _, c := range []*child{r.check, r.sweeper} {
		if c != nil {
			killGroup(c.pid)
		}
	}
	if r.sweeper != nil {
		r.restoreLimit()
	}
	r.check, r.sweeper, r.sweeping = nil, nil, false
}

// killGroup kills a child that was not waited for and its process group.
func killGroup(pid int) {
	syscall.Kill(-pid, syscall.SIGKILL)
	syscall.Kill(pid, syscall.SIGKILL)
}

// stop sends the stop signal, and SIGCONT to a service that is stopped.
func (r *Runner) stop() {
	r.signal(r.cfg.StopSignal)
	r.signal(syscall.SIGCONT)
}

func (r *Runner) kill() {
	if r.service != nil {
		killGroup(r.service.pid)
	}
}

// start forks the service, with pipes of its own to the log.
func (r *Runner) start() {
	err := r.fork()
	if err != nil {
		r.pushAs(ExecFailed, levelErr, "fork: %v", err)
		return
	}
	r.status.Service = r.service.pid
	r.status.Started = time.Now().Unix()
}

func (r *Runner) fork() error {
	or, ow, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ow.Close()
	er, ew, err := os.Pipe()
	if err != nil {
		or.Close()
		return err
	}
	defer ew.Close()
	c, err := r.spawn.start(roleCommand, r.cfg.Service, ow, ew)
	if err != nil {
		or.Close()
		er.Close()
		return err
	}
	r.service, r.group = c, c.pid
	c.pipes = []<-chan struct{}{r.log.follow(c.pid, or), r.log.follow(c.pid, er)}
	return nil
}

// runCheck forks the check of this state.
func (r *Runner) runCheck() {
	argv := r.cfg.HealthCmd
	if r.m.State == Running {
		argv = r.cfg.ReadyCmd
	}
	err := r.forkCheck(argv)
	if err != nil {
		r.pushAs(CheckFail, levelErr, "check: %v", err)
	}
}

func (r *Runner) forkCheck(argv []string) error {
	rd, wr, err := os.Pipe()
	if err != nil {
		return err
	}
	defer wr.Close()
	q := enter.Request{Cell: r.cfg.Service.Cell, Root: r.cfg.Service.Root, User: r.cfg.CheckUser,
		Dir: r.cfg.Service.Dir, Env: r.cfg.Service.Env, Umask: r.cfg.Service.Umask, Argv: argv}
	if q.User == "" {
		q.User = r.cfg.Service.User
	}
	c, err := r.spawn.start(roleCommand, q, wr, wr)
	if err != nil {
		rd.Close()
		return err
	}
	c.out = &capture{done: make(chan struct{})}
	go c.out.read(rd)
	r.check = c
	return nil
}
