package regress

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// From <sys/event.h>, <sys/syscall.h> and <sys/fcntl.h>.
const (
	evfiltSignal  = 5
	sysGetpgid    = 207
	sysGetsid     = 286
	sysPosixSpawn = 474
	sysVfork      = 282
	oAsync        = 0x40
	ktrfacNamei   = 1 << 3
)

func init() {
	probes["F_SETOWN: SIGIO to a process outside"] = probeSigio
	probes["kqueue(2): EVFILT_PROC on a process outside"] = func(s *stage) reply { return s.in.do("kevent", s.host.pid) }
	probes["kqueue(2): EVFILT_SIGNAL on another's signals"] = probeSignalEvents
	probes["ktrace(2): begin a trace within the cell"] = probeKtrace
	probes["ktrace(2): a trace that began before the process entered"] = probeKtraceInherited
	probes["Core dumps outside the root directory"] = probeCore
	probes["vfork(2) and posix_spawn(3) beyond maxproc"] = probeSpawn
	probes["sched_setparam(2) on a process outside"] = func(s *stage) reply { return s.in.do("setparam", s.host.pid) }
	probes["CPU-time clock of a process outside"] = func(s *stage) reply { return s.in.do("cpuclock", s.host.pid) }
	probes["getpgid(2), getsid(2) and getpriority(2) on a process outside"] = probeGetters
	probes["kill(2): learn whether a process id is in use outside"] = probePIDs
	ops["sigio"] = opSigio
	ops["gotsigio"] = opGotSigio
	ops["signalwatch"] = opSignalWatch
	ops["signalevents"] = opSignalEvents
	ops["dump"] = opDump
	ops["again"] = opAgain
	ops["vfork"] = func([]string) (string, error) { return "", vfork() }
	ops["posix_spawn"] = opPosixSpawn
}

// sigios counts the signals of that kind that an agent received; nil until it
// is asked the first time.
var sigios *atomic.Int64

// opGotSigio: how many SIGIO there were since the first time.
func opGotSigio([]string) (string, error) {
	if sigios == nil {
		sigios = new(atomic.Int64)
		c := make(chan os.Signal, 16)
		signal.Notify(c, unix.SIGIO)
		go func() {
			for range c {
				sigios.Add(1)
			}
		}()
	}
	return strconv.FormatInt(sigios.Load(), 10), nil
}

// opSigio makes a process the owner of a socket and lets something arrive.
func opSigio(a []string) (string, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	if _, err := unix.FcntlInt(uintptr(fds[0]), unix.F_SETOWN, number(a[0])); err != nil {
		return "", err
	}
	if _, err := unix.FcntlInt(uintptr(fds[0]), unix.F_SETFL, oAsync); err != nil {
		return "", fmt.Errorf("O_ASYNC: %v", err)
	}
	_, err = unix.Write(fds[1], []byte("x"))
	time.Sleep(100 * time.Millisecond)
	return "", err
}

func probeSigio(s *stage) reply {
	s.host.must(s, "gotsigio")
	if r := s.in.do("sigio", s.host.pid); !r.done() {
		return r
	}
	return yes(s.host.must(s, "gotsigio") != "0")
}

// signalQueue is where the events of an agent's SIGUSR1 arrive.
var signalQueue int

// opSignalWatch asks for the events of a SIGUSR1.
func opSignalWatch([]string) (string, error) {
	var err error
	if signalQueue, err = unix.Kqueue(); err != nil {
		return "", err
	}
	change := unix.Kevent_t{Ident: uint64(unix.SIGUSR1), Filter: evfiltSignal, Flags: unix.EV_ADD}
	_, err = unix.Kevent(signalQueue, []unix.Kevent_t{change}, nil, &unix.Timespec{})
	return "", err
}

// opSignalEvents waits so many seconds for such an event and says whether
// there was one.
func opSignalEvents(a []string) (string, error) {
	seconds, err := strconv.Atoi(a[0])
	if err != nil {
		return "", err
	}
	for {
		n, err := unix.Kevent(signalQueue, nil, make([]unix.Kevent_t, 1),
			&unix.Timespec{Sec: int64(seconds)})
		if err != unix.EINTR {
			return strconv.Itoa(n), err
		}
	}
}

// probeSignalEvents signals a process while the one in the cell waits for
// such events: its own arrive, others' do not.
func probeSignalEvents(s *stage) reply {
	s.in.must(s, "signalwatch")
	seen := func(pid, seconds int) bool {
		if err := unix.Kill(pid, unix.SIGUSR1); err != nil {
			s.Fatal(err)
		}
		return s.in.must(s, "signalevents", seconds) == "1"
	}
	foreign := seen(s.host.pid, 1)
	if !seen(s.in.pid, 60) {
		s.Fatal("not even the own signals")
	}
	return yes(foreign)
}

func probeKtrace(s *stage) reply {
	peer := start(s, who{s.id, 0})
	return s.in.do("ktracenow", peer.pid)
}

// probeKtraceInherited: host root traces a process, which then enters the
// cell and opens a file there.  Entries are written some time after they are
// made, but in that order: one of another process tells that all are there.
func probeKtraceInherited(s *stage) reply {
	const mark = "/boundary-mark"
	file := filepath.Join(s.TempDir(), "trace")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		s.Fatal(err)
	}
	other := start(s, who{cell.Host, 0})
	for _, a := range []*agent{s.host, other} {
		if _, err := sys(unix.SYS_KTRACE, file, ktropSet, ktrfacNamei, a.pid); err != nil {
			s.Fatal(err)
		}
		defer sys(unix.SYS_KTRACE, file, ktropClear, ktrfacNamei, a.pid)
	}
	s.host.do("filesize", mark+".before")
	s.host.must(s, "attach", s.id)
	s.host.do("filesize", mark+".after")
	other.do("filesize", mark+".end")
	traced := func(when string) bool {
		trace, _ := os.ReadFile(file)
		return strings.Contains(string(trace), mark+when)
	}
	until(s, 10*time.Second, "a trace", func() bool { return traced(".end") })
	if !traced(".before") {
		s.Fatal("not even what was outside of the cell is in the trace")
	}
	return yes(traced(".after"))
}

// copyFile copies a program.
func copyFile(s *stage, from, to string) {
	s.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o755)
	}
	if err != nil {
		s.Fatal(err)
	}
}

// opAgain executes this program anew, to go on as the same agent: its first
// reply answers this request.
func opAgain(a []string) (string, error) {
	return "", unix.Exec(a[0], []string{a[0], "{}"}, os.Environ())
}

// opDump lets this process die of a signal that leaves a core file.
func opDump([]string) (string, error) {
	action := make([]byte, 32) // struct sigaction, SIG_DFL
	// __sigaction_sigtramp(2), with no trampoline for no handler
	if _, err := sys(unix.SYS___SIGACTION_SIGTRAMP, int(unix.SIGSEGV), action, nil, nil, 0); err != nil {
		return "", err
	}
	err := unix.Kill(os.Getpid(), unix.SIGSEGV)
	time.Sleep(5 * time.Second)
	return "", err
}

// probeCore: a name that begins with a slash is one below the process's root
// directory.  A process that has entered a cell, or changed its root, leaves
// no core file before it executes another program.
func probeCore(s *stage) reply {
	root := s.TempDir()
	const name = "/boundary.core"
	defer os.Remove(name)
	copyFile(s, self, filepath.Join(root, "again"))
	s.chroot(root)
	s.in.must(s, "again", "/again")
	s.in.must(s, "setcorename", s.in.pid, name)
	s.in.do("dump")
	s.in.cmd.Wait()
	if _, err := os.Stat(filepath.Join(root, name)); err != nil {
		s.Fatalf("no core file within the root: %v, %v", err, s.in.cmd.ProcessState)
	}
	_, err := os.Stat(name)
	return yes(err == nil)
}

// vfork makes a child that exits at once.  Both calls stand in one place,
// since the child runs on its parent's stack: the parent then returns to
// where the child called last, with its own result.
//
//go:noinline
//go:norace
func vfork() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	calls := [2]uintptr{sysVfork, unix.SYS_EXIT}
	var pid uintptr
	var errno syscall.Errno
	for i := range calls {
		pid, _, errno = syscall.RawSyscall(calls[i], 0, 0, 0)
		if pid != 0 || errno != 0 {
			break
		}
	}
	if errno != 0 {
		return errno
	}
	var status unix.WaitStatus
	_, err := unix.Wait4(int(pid), &status, 0, nil)
	return err
}

// opPosixSpawn runs this program as posix_spawn(2) does, for a role that
// ends at once.
func opPosixSpawn([]string) (string, error) {
	text := func(s string) uint64 { return address(append([]byte(s), 0)) }
	argv := le(text(self), uint64(0))
	envp := le(text(roleEnv+"=none"), uint64(0))
	var pid int32
	// its result is the error
	errno, err := sys(sysPosixSpawn, unsafe.Pointer(&pid), self, nil, nil, argv, envp)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	if err != nil {
		return "", err
	}
	var status unix.WaitStatus
	_, err = unix.Wait4(int(pid), &status, 0, nil)
	return "", err
}

func init() { roles["none"] = func() {} }

// probeSpawn: with a cell that is full, each way of forking fails; before
// that each was counted.
func probeSpawn(s *stage) reply {
	for _, op := range []string{"vfork", "posix_spawn", "spawn"} {
		before := info(s, s.c, s.id)
		s.in.must(s, op, self)
		after := info(s, s.c, s.id)
		if after.Forks != before.Forks+1 || after.Exits != before.Exits+1 || after.Processes != before.Processes {
			s.Fatalf("%s: %d forks and %d exits became %d and %d", op,
				before.Forks, before.Exits, after.Forks, after.Exits)
		}
	}
	most := uint32(1)
	if err := s.c.Set(s.id, cell.Change{MaxProc: &most}); err != nil {
		s.Fatal(err)
	}
	var replies []reply
	for _, op := range []string{"vfork", "posix_spawn", "spawn"} {
		r := s.in.do(op, self)
		if r.Errno == unix.EAGAIN {
			r = yes(false)
		}
		replies = append(replies, r)
	}
	return s.all(replies...)
}

func probeGetters(s *stage) reply {
	return s.all(s.raw(sysGetpgid, s.host.pid), s.raw(sysGetsid, s.host.pid),
		s.in.do("getnice", s.host.pid))
}

// probePIDs: what kill(2) says to a process outside, and to nobody.
func probePIDs(s *stage) reply {
	free := start(s, who{cell.Host, 0})
	free.stop()
	return yes(s.in.do("kill", s.host.pid, 0).Errno != s.in.do("kill", free.pid, 0).Errno)
}

// TestForkRefusalLogged: the kernel logs a fork that was refused as if its
// process table were full; this says so, lest somebody search for long.
func TestForkRefusalLogged(t *testing.T) {
	c := open(t)
	id := create(t, c, func(cf *cell.Config) { cf.MaxProc = 1 })
	a := start(t, who{id, 0})
	if r := a.do("spawn", self); r.Errno != unix.EAGAIN {
		t.Fatalf("a second process of one: %s", r)
	}
	text, err := unix.SysctlRaw("kern.msgbuf")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "proc: table is full") {
		t.Errorf("the kernel says nothing of a full table: %q", text[max(0, len(text)-300):])
	}
}
