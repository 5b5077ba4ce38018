package super

import (
	"encoding/gob"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// These tests run a whole supervisor, in a process of its own because its
// signals and children are the process's, but without a kernel that knows
// cells: a child becomes its command where it is.

const testConfigEnv = "SUPER_TEST_CONFIG"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "member-test":
			testMember(os.Args[2:])
		case "run-test":
			os.Exit(testRun())
		case "detach-test":
			os.Exit(testDetach())
		case "lock-test-read":
			os.Exit(testLockRead(os.Args[2]))
		case "lock-test":
			os.Exit(testLock(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// testMember does what Member does, without a cell.
func testMember(args []string) {
	unix.CloseOnExec(reportFD)
	_, parent, r, err := parseMember(args)
	if err == nil && r.Argv[0] == "gone" {
		syscall.Write(reportFD, []byte(verdictGone+" the cell is dying"))
		os.Exit(1)
	}
	if err == nil {
		err = dieWith(parent)
	}
	if err == nil {
		err = syscall.Exec(r.Argv[0], r.Argv, append(os.Environ(), r.Env...))
	}
	syscall.Write(reportFD, []byte(verdictFail+" "+r.Argv[0]+": "+err.Error()))
	os.Exit(1)
}

// noCells is a rig that has our cell with nobody in it.
func noCells() (cell.Info, bool, error) { return cell.Info{ID: 1, State: cell.Live}, true, nil }

func testRun() int {
	var c Config
	err := gob.NewDecoder(hex.NewDecoder(strings.NewReader(os.Getenv(testConfigEnv)))).Decode(&c)
	parent := AsDetached()
	ready := func() {}
	if parent != nil {
		ready = parent.Ready
	}
	if err == nil {
		err = runWith(&c, ready, noCells)
	}
	if parent != nil {
		parent.Done(err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// testDetach is the parent of a detached supervisor.
func testDetach() int {
	os.Args[1] = "run-test"
	if err := Detach(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// supervisor is one that a test started.
type supervisor struct {
	t    *testing.T
	cfg  Config
	cmd  *exec.Cmd
	err  strings.Builder
	done chan error
}

// newSupervisor prepares a supervisor of a shell script.
func newSupervisor(t *testing.T, script string, tune func(*Config)) *supervisor {
	t.Helper()
	dir := t.TempDir()
	p := Defaults()
	p.First, p.Max = 10*time.Millisecond, 20*time.Millisecond
	s := &supervisor{t: t, done: make(chan error, 1), cfg: Config{Policy: p, Dir: dir, Name: "web",
		StopSignal: syscall.SIGTERM, Tag: "web", Priority: DaemonInfo,
		LogFile: filepath.Join(dir, "log"), Member: []string{"member-test"}}}
	s.cfg.Service.Cell = 1
	s.cfg.Service.Argv = []string{"/bin/sh", "-c", script}
	s.cfg.Service.Env = []string{"W=" + dir}
	if tune != nil {
		tune(&s.cfg)
	}
	return s
}

func (s *supervisor) command(mode string) *exec.Cmd {
	var b strings.Builder
	if err := gob.NewEncoder(hex.NewEncoder(&b)).Encode(s.cfg); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], mode)
	cmd.Env = append(os.Environ(), testConfigEnv+"="+b.String(), "W="+s.cfg.Dir)
	cmd.Stderr = &s.err
	return cmd
}

// start runs a supervisor in the foreground.
func start(t *testing.T, script string, tune func(*Config)) *supervisor {
	t.Helper()
	s := newSupervisor(t, script, tune)
	s.cmd = s.command("run-test")
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.done <- s.cmd.Wait() }()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("stderr: %s\nlog:\n%s", s.err.String(), s.log())
		}
	})
	return s
}

// within fails the test where cond does not come true.
func (s *supervisor) within(what string, cond func() bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if cond() {
			return
		}
	}
	s.t.Fatalf("not within 20 s: %s", what)
}

func (s *supervisor) status() Status {
	s.t.Helper()
	st, err := ReadStatus(s.cfg.Dir, s.cfg.Name)
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

func (s *supervisor) await(want State) Status {
	s.t.Helper()
	var st Status
	s.within("state "+want.String(), func() bool { st = s.status(); return st.Alive && st.State == want })
	return st
}

// exit waits for the supervisor's end.
func (s *supervisor) exit(ok bool) {
	s.t.Helper()
	select {
	case err := <-s.done:
		if (err == nil) != ok {
			s.t.Fatalf("ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("does not end")
	}
}

func (s *supervisor) stop() {
	s.t.Helper()
	if err := Stop(s.cfg.Dir, s.cfg.Name, 20*time.Second); err != nil {
		s.t.Fatal(err)
	}
}

func (s *supervisor) file(name string) string {
	b, _ := os.ReadFile(filepath.Join(s.cfg.Dir, name))
	return string(b)
}

func (s *supervisor) log() string { return s.file("log") }

// printed is what the service printed, without the supervisor's lines.
func (s *supervisor) printed() []string {
	var out []string
	for line := range strings.Lines(s.log()) {
		_, text, _ := strings.Cut(line, "]: ")
		if !strings.HasPrefix(text, "supervise: ") {
			out = append(out, strings.TrimSuffix(text, "\n"))
		}
	}
	return out
}

// dead reports whether there is no such process, or only its remains.
func dead(pid string) bool {
	b, err := os.ReadFile("/proc/" + strings.TrimSpace(pid) + "/stat")
	return err != nil || strings.Contains(string(b), ") Z ")
}
