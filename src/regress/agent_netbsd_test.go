package regress

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// An agent is a process that makes system calls for a test: as the user and
// in the cell that it was started for.
type agent struct {
	pid int
	cmd *exec.Cmd
	in  *json.Encoder
	out *json.Decoder
}

// who an agent is.
type who struct {
	Cell cell.ID // cell.Host for none
	UID  int
}

// A request names one of ops.
type request struct {
	Op   string
	Args []string
}

// A reply is what it returned.
type reply struct {
	Errno syscall.Errno // 0 done
	Err   string        // what failed other than with an errno
	Value string
}

func (r reply) String() string {
	switch {
	case r.Errno != 0:
		return r.Errno.Error()
	case r.Err != "":
		return r.Err
	}
	return "done " + r.Value
}

// refused tells whether it is a refusal, and not some other failure.
func (r reply) refused() bool { return r.Errno == unix.EPERM || r.Errno == unix.EACCES }

// done tells whether the call succeeded.
func (r reply) done() bool { return r.Errno == 0 && r.Err == "" }

// start starts an agent, which ends with the test.
func start(t testing.TB, w who) *agent {
	t.Helper()
	a, err := tryStart(w)
	if err != nil {
		t.Fatalf("agent %+v: %v", w, err)
	}
	t.Cleanup(a.stop)
	return a
}

// tryStart starts an agent and waits until it is in its cell.
func tryStart(w who) (*agent, error) {
	setup, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, string(setup))
	cmd.Env = append(os.Environ(), roleEnv+"=agent")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &agent{cmd.Process.Pid, cmd, json.NewEncoder(in), json.NewDecoder(out)}
	var ready reply
	if err := a.out.Decode(&ready); err != nil || !ready.done() {
		a.stop()
		return nil, errors.Join(err, errors.New(ready.String()))
	}
	return a, nil
}

// stop ends an agent, however it is.
func (a *agent) stop() {
	if a.cmd.ProcessState == nil {
		a.cmd.Process.Kill()
		a.cmd.Wait()
	}
}

// do makes a call.  An agent that is gone answers with ESRCH.
func (a *agent) do(op string, args ...any) reply {
	q := request{Op: op}
	for _, arg := range args {
		q.Args = append(q.Args, fmt.Sprint(arg))
	}
	var r reply
	if err := a.in.Encode(q); err != nil {
		return reply{Errno: unix.ESRCH, Err: err.Error()}
	}
	if err := a.out.Decode(&r); err != nil {
		return reply{Errno: unix.ESRCH, Err: err.Error()}
	}
	return r
}

// must makes a call that has to succeed and returns its value.
func (a *agent) must(t testing.TB, op string, args ...any) string {
	t.Helper()
	r := a.do(op, args...)
	if !r.done() {
		t.Fatalf("%s %v: %s", op, args, r)
	}
	return r.Value
}

// usr1 counts the signals that an agent received.
var usr1 atomic.Int64

// serve is the agent's side: become who the argument says, then answer.
func serve() {
	err := become()
	go countSignals()
	go stir()
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	if err := out.Encode(answer("", err)); err != nil {
		return
	}
	for {
		var q request
		if in.Decode(&q) != nil {
			return
		}
		var value string
		err := fmt.Errorf("no operation %q", q.Op)
		if op := ops[q.Op]; op != nil {
			value, err = op(q.Args)
		}
		if out.Encode(answer(value, err)) != nil {
			return
		}
	}
}

// signals is where the signals that an agent counts arrive.
var signals = make(chan os.Signal, 1024)

func countSignals() {
	for range signals {
		usr1.Add(1)
	}
}

// stir makes system calls, so that there is something to trace.
func stir() {
	for {
		time.Sleep(50 * time.Millisecond)
		unix.Getppid()
	}
}

// answer makes a reply of what a call returned.
func answer(value string, err error) reply {
	r := reply{Value: value}
	if err != nil && !errors.As(err, &r.Errno) {
		r.Err = err.Error()
	}
	if errors.Is(err, kern.ErrNotPermitted) {
		r.Errno = unix.EPERM
	}
	return r
}

// become enters the cell and drops to the user.  It then executes the program
// anew, since a process that has changed its user counts as set-uid until it
// does, and nobody may trace such a process.
//
// setuid(2) miscounts a thread that is being made just then, and the kernel
// asserts the count at execve(2).  So nothing here starts one, and the
// runtime is given the time to finish its own.
func become() error {
	signal.Notify(signals, unix.SIGUSR1)
	var w who
	if err := json.Unmarshal([]byte(os.Args[1]), &w); err != nil {
		return err
	}
	if w.Cell != cell.Host {
		c, err := kern.Open()
		if err != nil {
			return err
		}
		if err := c.Attach(w.Cell); err != nil {
			return fmt.Errorf("attach: %w", err)
		}
		c.Close()
	}
	if w.UID == 0 {
		return nil
	}
	debug.SetGCPercent(-1)
	runtime.LockOSThread()
	time.Sleep(20 * time.Millisecond)
	if err := unix.Setgroups([]int{w.UID}); err != nil {
		return err
	}
	if err := unix.Setgid(w.UID); err != nil {
		return err
	}
	if err := unix.Setuid(w.UID); err != nil {
		return err
	}
	return unix.Exec(self, []string{self, "{}"}, os.Environ())
}

// until waits for a condition that has to come true within a time.
func until(t testing.TB, limit time.Duration, what string, met func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		last := time.Now().After(end) // before it is asked: that may take long
		if met() {
			return
		}
		if last {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}
