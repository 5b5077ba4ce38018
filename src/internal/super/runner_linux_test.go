package super

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cells/src/internal/cell"
)

func TestStartAndStop(t *testing.T) {
	s := start(t, `echo out; echo err >&2; trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done`, nil)
	st := s.await(Ready)
	if st.Supervisor != s.cmd.Process.Pid || dead(strconv.Itoa(st.Service)) || st.Restarts != 0 || st.LastExit != "-" {
		t.Errorf("%+v", st)
	}
	if pid, err := Holder(s.cfg.Dir, "web"); err != nil || pid != st.Supervisor {
		t.Errorf("lock: %d, %v", pid, err)
	}
	s.within("its first lines", func() bool { return len(s.printed()) == 2 })
	s.stop()
	s.exit(true)
	got := s.printed()
	slices.Sort(got[:2])
	if want := []string{"err", "out", "bye"}; !slices.Equal(got, want) {
		t.Errorf("printed %q, expected %q", got, want)
	}
	if names, _ := filepath.Glob(s.cfg.Dir + "/*"); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if !dead(strconv.Itoa(st.Service)) {
		t.Error("the service lives")
	}
}

// TestNoLineLostOrDoubled restarts a service many times, each run of which
// prints to both streams and ends in the middle of a line.
func TestNoLineLostOrDoubled(t *testing.T) {
	const runs = 25
	s := start(t, `n=$(($(cat "$W/n" 2>/dev/null || echo 0) + 1)); echo $n >"$W/n"
		i=0; while [ $i -lt 40 ]; do echo "$n.$i"; echo "e$n.$i" >&2; i=$((i+1)); done
		printf "$n.last"; [ $n -ge 25 ]`, func(c *Config) { c.Restart = OnFailure })
	s.exit(true)
	seen := make(map[string]int)
	for _, l := range s.printed() {
		seen[l]++
	}
	for n := 1; n <= runs; n++ {
		for i := range 40 {
			for _, want := range []string{fmt.Sprintf("%d.%d", n, i), fmt.Sprintf("e%d.%d", n, i)} {
				if seen[want] != 1 {
					t.Errorf("%s: %d times", want, seen[want])
				}
			}
		}
		if last := fmt.Sprintf("%d.last", n); seen[last] != 1 {
			t.Errorf("%s: %d times", last, seen[last])
		}
	}
	if len(seen) != runs*81 {
		t.Errorf("%d different lines, expected %d", len(seen), runs*81)
	}
}

// TestSyslogEndToEnd: lines of the service and of the supervisor, over a
// restart of syslogd in the middle, reach it once each and in order.
func TestSyslogEndToEnd(t *testing.T) {
	var path string
	s := newSupervisor(t, "", func(c *Config) {
		path = filepath.Join(c.Dir, "syslog")
		c.LogFile, c.Syslog, c.Priority, c.Restart = "", path, 16<<3|5, Never
		c.Service.Argv = []string{"/bin/sh", "-c", `
			i=0; while [ $i -lt 300 ]; do
				[ $i -ne 150 ] || while [ ! -f "$W/go" ]; do sleep 0.01; done
				echo "line $i \303\274"; i=$((i+1)); done`}
	})
	l := listen(t, path)
	cmd := s.command("run-test")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(got) < 300 {
		p := receive(t, l)
		head, text, _ := strings.Cut(p, "]: ")
		if strings.HasPrefix(text, "supervise: ") {
			continue
		}
		if !strings.HasPrefix(head, "<133>") || !strings.Contains(head, " web[") {
			t.Fatalf("%q", p)
		}
		if got = append(got, text); len(got) == 150 {
			l.Close()
			os.Remove(path)
			os.WriteFile(filepath.Join(s.cfg.Dir, "go"), nil, 0o644)
			s.within("the end of the service", func() bool { return s.status().Exits == 1 || !s.status().Alive })
			l = listen(t, path)
		}
	}
	for _, want := range []string{"exited with status 0", "stopped"} {
		if p := receive(t, l); !strings.HasPrefix(p, "<133>") || !strings.HasSuffix(p, want) && !strings.Contains(p, want+" after") {
			t.Errorf("%q, expected %s", p, want)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	for i, g := range got {
		if want := fmt.Sprintf(`line %d \303\274`, i); g != want {
			t.Fatalf("line %d is %q, expected %q", i, g, want)
		}
	}
}

// TestLeftovers: what a service leaves behind, in whatever session, is gone
// before it is started again and when it is over.
func TestLeftovers(t *testing.T) {
	s := start(t, `setsid sh -c 'trap "" TERM HUP; (sleep 1000 & echo $! >"$W/pid.new"; mv "$W/pid.new" "$W/pid"; wait) & exit' &
		while [ ! -f "$W/pid" ]; do sleep 0.01; done
		if [ -f "$W/old" ]; then while :; do sleep 1; done; fi
		mv "$W/pid" "$W/old"; exit 3`, nil)
	s.within("the second run", func() bool { return s.status().Restarts == 1 && s.file("pid") != "" })
	first := s.file("old")
	if !dead(first) {
		t.Errorf("process %s of the first run lives in the second", first)
	}
	if st := s.await(Ready); st.Restarts != 1 || st.LastExit != "status 3" || st.Failures != 1 {
		t.Errorf("%+v", st)
	}
	second := s.file("pid")
	s.stop()
	s.exit(true)
	if !dead(second) {
		t.Errorf("process %s lives on", second)
	}
}

func TestStopNeedsForce(t *testing.T) {
	s := start(t, `trap 'echo no' TERM; echo up; while :; do sleep 0.02; done`, func(c *Config) {
		c.Grace = time.Second // for its trap, on a machine with other work
	})
	s.within("its line", func() bool { return len(s.printed()) == 1 })
	pid := s.status().Service
	s.stop()
	s.exit(true)
	if !dead(strconv.Itoa(pid)) || !strings.Contains(s.log(), "did not stop within 1s") ||
		!strings.Contains(s.log(), "ended by SIGKILL") || !slices.Contains(s.printed(), "no") {
		t.Error("was not killed after its grace time")
	}
}

// TestStopSignalReachesTheStopped: SIGSTOP is no way to outlast the signal.
func TestStopSignalReachesTheStopped(t *testing.T) {
	s := start(t, `trap 'echo bye; exit 0' INT; echo up; while :; do sleep 0.02; done`, func(c *Config) {
		c.StopSignal = syscall.SIGINT
	})
	s.within("its line", func() bool { return len(s.printed()) == 1 })
	syscall.Kill(s.status().Service, syscall.SIGSTOP)
	s.stop()
	s.exit(true)
	if !slices.Contains(s.printed(), "bye") {
		t.Error("did not see its signal")
	}
}

func TestOnlyOne(t *testing.T) {
	s := start(t, `sleep 1000`, nil)
	st := s.await(Ready)
	other := &supervisor{t: t, cfg: s.cfg}
	cmd := other.command("run-test")
	if cmd.Run() == nil {
		t.Fatal("a second supervisor ran")
	}
	want := (&HeldError{"web", st.Supervisor}).Error() + "\n"
	if other.err.String() != want {
		t.Errorf("%q, expected %q", other.err.String(), want)
	}
	if now := s.status(); !now.Alive || now.State != Ready {
		t.Errorf("the second one disturbed the first: %+v", now)
	}
}

// TestSupervisorIsKilled: the service dies with it, the lock is free at once,
// the state is not believed, and the next supervisor starts anew.
func TestSupervisorIsKilled(t *testing.T) {
	s := start(t, `sleep 1000 & echo $! >"$W/pid"; wait`, nil)
	st := s.await(Ready)
	s.within("its child", func() bool { return s.file("pid") != "" })
	left := s.file("pid")
	s.cmd.Process.Kill()
	<-s.done
	s.within("the end of the service", func() bool { return dead(strconv.Itoa(st.Service)) })
	now := s.status()
	if now.Alive || now.State != Ready || now.Service != st.Service {
		t.Errorf("%+v", now)
	}
	if err := Restart(s.cfg.Dir, "web"); !errors.Is(err, ErrNotRunning) {
		t.Errorf("restart: %v", err)
	}
	next := &supervisor{t: t, cfg: s.cfg, done: make(chan error, 1)}
	next.cmd = next.command("run-test")
	next.cmd.Start()
	go func() { next.done <- next.cmd.Wait() }()
	defer next.cmd.Process.Kill()
	if again := next.await(Ready); again.Service == st.Service || again.Restarts != 0 {
		t.Errorf("%+v", again)
	}
	if !dead(left) {
		t.Errorf("process %s of the first service lives beside the second", left)
	}
	next.stop()
	next.exit(true)
}

// TestEndSession: only members, and none that is older than the service.
func TestEndSession(t *testing.T) {
	cmd := exec.Command("/bin/sleep", "1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	pid := cmd.Process.Pid
	if n := endSession(pid+1, time.Now()); n != 0 {
		t.Errorf("%d processes of another session were killed", n)
	}
	if n := endSession(pid, time.Now().Add(time.Minute)); n != 0 {
		t.Errorf("%d processes older than the service were killed", n)
	}
	select {
	case <-done:
		t.Fatal("it is dead already")
	default:
	}
	if n := endSession(pid, time.Now()); n != 1 {
		t.Errorf("%d processes were killed, expected 1", n)
	}
	<-done
}

func TestRestartAndReopen(t *testing.T) {
	s := start(t, `echo up; exec sleep 1000`, func(c *Config) { c.Restart, c.First, c.Max = Never, time.Hour, time.Hour })
	first := s.await(Ready)
	if err := Restart(s.cfg.Dir, "web"); err != nil {
		t.Fatal(err)
	}
	s.within("the second run", func() bool {
		st := s.status()
		return st.State == Ready && st.Service != first.Service && st.Restarts == 1
	})
	log := s.cfg.LogFile
	os.Rename(log, log+".0")
	if err := Reopen(s.cfg.Dir, "web"); err != nil {
		t.Fatal(err)
	}
	s.within("a new log", func() bool { _, err := os.Stat(log); return err == nil })
	s.stop()
	if !strings.Contains(s.log(), "stopped") || strings.Contains(s.file("log.0"), "stopped") {
		t.Error("did not go on in the new file")
	}
}

func TestSignalsArePassedOn(t *testing.T) {
	s := start(t, `trap 'echo quit' QUIT; trap 'echo usr2' USR2; trap 'echo alrm' ALRM; echo up; while :; do sleep 0.02; done`, nil)
	s.within("its line", func() bool { return len(s.printed()) == 1 })
	for i, sig := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGUSR2, syscall.SIGALRM} {
		s.cmd.Process.Signal(sig)
		s.within(sig.String(), func() bool { return len(s.printed()) == i+2 })
	}
	if got := s.printed(); !slices.Equal(got, []string{"up", "quit", "usr2", "alrm"}) {
		t.Errorf("%q", got)
	}
	s.stop()
}

func TestReadiness(t *testing.T) {
	s := start(t, `while [ ! -f "$W/go" ]; do sleep 0.02; done; touch "$W/up"; exec sleep 1000`, func(c *Config) {
		c.Ready, c.ReadyCmd = true, []string{"/bin/sh", "-c", `test -f "$W/up" || { echo "not yet"; exit 7; }`}
	})
	s.within("a check", func() bool { return strings.Contains(s.log(), "check exited with status 7: not yet") })
	if st := s.status(); st.State != Running {
		t.Errorf("%+v", st)
	}
	os.WriteFile(filepath.Join(s.cfg.Dir, "go"), nil, 0o644)
	s.await(Ready)
	s.stop()
}

func TestNotReadyInTime(t *testing.T) {
	s := start(t, `exec sleep 1000`, func(c *Config) {
		c.Ready, c.ReadyCmd, c.ReadyIn = true, []string{"/bin/false"}, 100*time.Millisecond
	})
	s.exit(false)
	if want := "not ready within 100ms"; !strings.Contains(s.err.String(), want) &&
		!strings.Contains(s.log(), want) {
		t.Errorf("stderr %q", s.err.String())
	}
}

func TestHealthRestarts(t *testing.T) {
	s := start(t, `echo up; exec sleep 1000`, func(c *Config) {
		c.Health, c.HealthCmd, c.Interval, c.Retries = true,
			[]string{"/bin/sh", "-c", `test ! -f "$W/ill"`}, 10*time.Millisecond, 2
	})
	s.within("health", func() bool { return s.status().Health == "ok" })
	os.WriteFile(filepath.Join(s.cfg.Dir, "ill"), nil, 0o644)
	s.within("a restart", func() bool { return s.status().Restarts >= 1 })
	os.Remove(filepath.Join(s.cfg.Dir, "ill"))
	s.within("health again", func() bool { st := s.status(); return st.State == Ready && st.Health == "ok" })
	if st := s.status(); st.ChecksOK == 0 || st.ChecksBad < 2 || st.LastExit != "signal SIGTERM" {
		t.Errorf("%+v", st)
	}
	s.stop()
}

func TestHealthReports(t *testing.T) {
	s := start(t, `exec sleep 1000`, func(c *Config) {
		c.Health, c.HealthCmd, c.Interval, c.Retries, c.OnFailing = true,
			[]string{"/bin/sh", "-c", `test ! -f "$W/ill"`}, 10*time.Millisecond, 2, ReportIt
	})
	first := s.await(Ready)
	os.WriteFile(filepath.Join(s.cfg.Dir, "ill"), nil, 0o644)
	if st := s.await(Unhealthy); st.Health != "failing" || st.Service != first.Service {
		t.Errorf("%+v", st)
	}
	os.Remove(filepath.Join(s.cfg.Dir, "ill"))
	s.within("health", func() bool { st := s.status(); return st.State == Ready && st.Health == "ok" })
	s.stop()
}

// TestCheckThatHangs is killed with everything in its process group.
func TestCheckThatHangs(t *testing.T) {
	s := start(t, `exec sleep 1000`, func(c *Config) {
		c.Health, c.HealthCmd, c.Interval, c.Timeout, c.Retries, c.OnFailing = true,
			[]string{"/bin/sh", "-c", `echo $$ >"$W/c1"; sleep 1000 & echo $! >"$W/c2"; wait`},
			time.Millisecond, 300*time.Millisecond, 1, ReportIt
	})
	s.within("two processes", func() bool { return s.file("c2") != "" })
	pids := []string{s.file("c1"), s.file("c2")}
	s.await(Unhealthy)
	for _, p := range pids {
		s.within("the end of process "+p, func() bool { return dead(p) })
	}
	s.stop()
}

// TestInheritedChildren: what this process had for children before is not
// the service's and stays.
func TestInheritedChildren(t *testing.T) {
	s := newSupervisor(t, `echo up; exit 1`, func(c *Config) { c.Restart = OnFailure })
	self := s.command("run-test")
	cmd := exec.Command("/bin/sh", "-c", `sleep 1000 & echo $! >"$W/mine"; exec "$0" run-test`, os.Args[0])
	cmd.Env = self.Env
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	s.within("restarts", func() bool { return s.status().Restarts > 2 })
	s.stop()
	<-done
	mine := s.file("mine")
	if dead(mine) {
		t.Error("it was killed")
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(mine))
	syscall.Kill(pid, syscall.SIGKILL)
}

// TestDetach: the parent's exit status tells what came of the start.
func TestDetach(t *testing.T) {
	ready := func(argv ...string) func(*Config) {
		return func(c *Config) { c.Ready, c.ReadyCmd, c.ReadyIn = true, argv, 200*time.Millisecond }
	}
	cases := []struct {
		name, script string
		tune         func(*Config)
		want         string // on stderr; "" is success
	}{
		{"started", `exec sleep 1000`, nil, ""},
		{"ready", `exec sleep 1000`, ready("/bin/true"), ""},
		{"no command", "", func(c *Config) { c.Service.Argv = []string{"/no/such"} }, "/no/such: no such file or directory\n"},
		{"exits before ready", `exit 4`, ready("/bin/sh", "-c", "sleep 0.1; exit 1"), "exited with status 4"},
		{"never ready", `exec sleep 1000`, ready("/bin/false"), "not ready within 200ms"},
		{"cell gone", "", func(c *Config) { c.Service.Argv = []string{"gone"} }, "the cell is dying\n"},
		{"log", `exec sleep 1000`, func(c *Config) { c.LogFile = "/dev/null" }, "not a regular file\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newSupervisor(t, c.script, c.tune)
			err := s.command("detach-test").Run()
			if (err == nil) != (c.want == "") || !strings.Contains(s.err.String(), c.want) {
				t.Errorf("%v, stderr %q, expected %q", err, s.err.String(), c.want)
			}
			st := s.status()
			if st.Alive != (err == nil) {
				t.Errorf("alive: %v", st.Alive)
			}
			if err == nil {
				if st.State != Ready {
					t.Errorf("%+v", st)
				}
				s.stop()
			}
		})
	}
}

// TestDetachInterrupted: who interrupts the start undoes it.
func TestDetachInterrupted(t *testing.T) {
	s := newSupervisor(t, `exec sleep 1000`, func(c *Config) {
		c.Ready, c.ReadyCmd, c.ReadyIn = true, []string{"/bin/false"}, time.Hour
	})
	cmd := s.command("detach-test")
	cmd.Start()
	s.await(Running)
	cmd.Process.Signal(syscall.SIGINT)
	if cmd.Wait() == nil || !strings.Contains(s.err.String(), "stopped before it was ready") {
		t.Errorf("stderr %q", s.err.String())
	}
	if s.status().Alive {
		t.Error("the supervisor is alive")
	}
}

func TestStatusErrors(t *testing.T) {
	dir := t.TempDir()
	if st, err := ReadStatus(dir, "web"); err != nil || st.Alive || st.State != Stopped {
		t.Errorf("nothing there: %+v, %v", st, err)
	}
	os.WriteFile(StatusFile(dir, "web"), []byte("state ready\n"), 0o644)
	if _, err := ReadStatus(dir, "web"); err == nil {
		t.Error("half a status was believed")
	} else if want := "web.status: damaged: cell is missing; `rm "; !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want %q in it", err, want)
	}
	os.Mkdir(lockFile(dir, "db"), 0o755)
	os.WriteFile(lockFile(dir, "x"), nil, 0)
	if _, err := Holder(dir, "../web"); err == nil {
		t.Error("a name led out of the directory")
	}
	os.Symlink("/etc/passwd", lockFile(dir, "link"))
	if _, err := Holder(dir, "link"); err == nil {
		t.Error("a symbolic link was followed")
	}
	if err := Stop(dir, "web", time.Second); !errors.Is(err, ErrNotRunning) {
		t.Errorf("stop: %v", err)
	}
}

func TestStatusRoundTrip(t *testing.T) {
	in := Status{Supervisor: 1, Cell: cell.ID(2), State: Unhealthy, Service: 3, Since: 4, Started: 5, Restarts: 6,
		Exits: 7, Failures: 8, LastExit: "signal SIGTERM", Health: "failing", ChecksOK: 9, ChecksBad: 10,
		Next: 11, Lines: 12, Lost: 13, Why: "two\nlines", MaxProc: "7"}
	out, err := parseStatus(append(in.format(), "later 1\n"...))
	in.Why = "two lines"
	if err != nil || *out != in {
		t.Errorf("%+v, %v; expected %+v", out, err, in)
	}
	// What a supervisor of an earlier version does not know it does not tell.
	lines := strings.SplitAfter(string(in.format()), "\n")
	out, err = parseStatus([]byte(strings.Join(lines[:needed], "")))
	if want := (Status{Supervisor: 1, Cell: 2, State: Unhealthy, Service: 3}); err != nil || *out != want {
		t.Errorf("%+v, %v; expected %+v", out, err, want)
	}
}
