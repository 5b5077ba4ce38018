package super

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fakeWire is a syslogd that does as it is told.
type fakeWire struct {
	got    []string
	fail   error // what sending returns
	away   error // what connecting returns
	dials  int
	closed int
}

func (w *fakeWire) send(b []byte) error {
	if w.fail != nil {
		return w.fail
	}
	w.got = append(w.got, string(b))
	return nil
}
func (w *fakeWire) close() { w.closed++ }

// fakeSyslog has a clock that moves only by sleeping, and retries by hand.
type fakeSyslog struct {
	*syslog
	wire    *fakeWire
	clock   time.Time
	pending []time.Duration
	onSleep func()
}

func newFakeSyslog() *fakeSyslog {
	f := &fakeSyslog{wire: &fakeWire{}, clock: time.Date(2025, 3, 7, 4, 5, 6, 0, time.Local)}
	f.syslog = newSyslog("", "web", DaemonInfo)
	f.dial = func() (packets, error) {
		f.wire.dials++
		if f.wire.away != nil {
			return nil, f.wire.away
		}
		return f.wire, nil
	}
	f.now = func() time.Time { return f.clock }
	f.after = func(d time.Duration, _ func()) { f.pending = append(f.pending, d) }
	f.sleep = func(d time.Duration) {
		f.clock = f.clock.Add(d)
		if f.onSleep != nil {
			f.onSleep()
		}
	}
	return f
}

func (f *fakeSyslog) lines(ts ...string) {
	for _, t := range ts {
		f.put(record{DaemonInfo, 42, []byte(t)})
	}
}

// texts is what arrived, without the headers.
func (w *fakeWire) texts() string {
	var out []string
	for _, g := range w.got {
		_, t, _ := strings.Cut(g, "]: ")
		out = append(out, t)
	}
	return strings.Join(out, ",")
}

func TestSyslogFormat(t *testing.T) {
	f := newFakeSyslog()
	f.lines("hello")
	if want := "<30>Mar  7 04:05:06 web[42]: hello"; len(f.wire.got) != 1 || f.wire.got[0] != want {
		t.Errorf("%q, expected %q", f.wire.got, want)
	}
}

func TestSyslogPacketFits(t *testing.T) {
	f := newFakeSyslog()
	f.tag = "web"
	f.put(record{23<<3 | 7, 1 << 22, []byte(strings.Repeat("x", maxText("web")))})
	if n := len(f.wire.got[0]); n > 1024 {
		t.Errorf("a packet of %d bytes", n)
	}
}

func TestSyslogAway(t *testing.T) {
	f := newFakeSyslog()
	f.wire.away = syscall.ENOENT
	f.lines("a", "b", "c")
	if len(f.pending) != 1 {
		t.Fatalf("%d retries are planned", len(f.pending))
	}
	for range 6 {
		f.retry()
	}
	want := "[200ms 400ms 800ms 1.6s 3.2s 5s 5s]"
	if got := fmt.Sprint(f.pending); got != want {
		t.Errorf("retries after %s, expected %s", got, want)
	}
	f.wire.away = nil
	f.retry()
	f.lines("d")
	if got := f.wire.texts(); got != "a,b,c,d" {
		t.Errorf("arrived: %s", got)
	}
	if f.lost() != 0 {
		t.Errorf("%d lost", f.lost())
	}
}

// TestSyslogRestart: a line that meets a closed socket goes to the new one.
func TestSyslogRestart(t *testing.T) {
	f := newFakeSyslog()
	f.lines("a")
	old := f.wire
	old.fail = syscall.ECONNREFUSED
	f.wire = &fakeWire{}
	f.lines("b")
	if f.wire.texts() != "b" || old.closed != 1 || len(f.pending) != 0 {
		t.Errorf("new %q, old closed %d, retries %v", f.wire.texts(), old.closed, f.pending)
	}
}

func TestSyslogOverflow(t *testing.T) {
	f := newFakeSyslog()
	f.wire.away = syscall.ECONNREFUSED
	line := strings.Repeat("x", 900)
	const n = 100
	for i := range n {
		f.lines(fmt.Sprintf("%03d%s", i, line))
	}
	lost := f.lost()
	if f.queued > syslogQueue || lost == 0 || f.clock.Second() != 6 {
		t.Fatalf("%d bytes kept, %d lines lost, clock %v", f.queued, lost, f.clock)
	}
	f.wire.away = nil
	f.retry()
	if got := len(f.wire.got); got != n-int(lost)+1 {
		t.Fatalf("%d packets arrived, %d lines were lost", got, lost)
	}
	for i := range n - int(lost) {
		if !strings.Contains(f.wire.got[i], fmt.Sprintf("]: %03dx", i)) {
			t.Fatalf("packet %d: %.40s", i, f.wire.got[i])
		}
	}
	last := f.wire.got[len(f.wire.got)-1]
	if want := fmt.Sprintf("%d lines were lost", lost); !strings.HasPrefix(last, "<28>") || !strings.Contains(last, want) {
		t.Errorf("report %q, expected %q", last, want)
	}
	f.lines("after")
	if f.wire.got[len(f.wire.got)-1] == last || f.unsaid != 0 {
		t.Errorf("reported twice")
	}
}

// TestSyslogSlow: a full receive buffer holds the service back for a while
// and costs no line.
func TestSyslogSlow(t *testing.T) {
	for _, full := range []error{syscall.EAGAIN, syscall.ENOBUFS} {
		f := newFakeSyslog()
		f.wire.fail = full
		line := strings.Repeat("x", 900)
		naps := 0
		f.onSleep = func() {
			if naps++; naps == 3 {
				f.wire.fail = nil
			}
		}
		for i := range 100 {
			f.lines(fmt.Sprint(i, line))
		}
		f.drain()
		if f.lost() != 0 || len(f.wire.got) != 100 || naps != 3 {
			t.Errorf("%v: %d lost, %d arrived, %d naps", full, f.lost(), len(f.wire.got), naps)
		}
		for i, g := range f.wire.got {
			if !strings.Contains(g, fmt.Sprintf("]: %dx", i)) {
				t.Fatalf("packet %d: %.40s", i, g)
			}
		}
	}
}

func TestSyslogTooSlow(t *testing.T) {
	f := newFakeSyslog()
	f.wire.fail = syscall.EAGAIN
	line := strings.Repeat("x", 900)
	start := f.clock
	for f.lost() == 0 {
		f.lines(line)
	}
	if d := f.clock.Sub(start); d < busyLimit || d > busyLimit+time.Second {
		t.Errorf("waited %v for a syslogd that does not read", d)
	}
}

func TestSyslogClose(t *testing.T) {
	f := newFakeSyslog()
	f.wire.away = syscall.ENOENT
	f.lines("a", "b")
	f.onSleep = func() { f.wire.away = nil }
	f.close(time.Second)
	if f.wire.texts() != "a,b" || f.lost() != 0 {
		t.Errorf("arrived %q, lost %d", f.wire.texts(), f.lost())
	}
	f = newFakeSyslog()
	f.wire.away = syscall.ENOENT
	f.lines("a", "b")
	f.close(time.Second)
	if f.lost() != 2 {
		t.Errorf("lost %d, expected 2", f.lost())
	}
}

// TestSyslogSocket goes through a real socket, whose owner restarts and,
// before that, does not read.
func TestSyslogSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	s := newSyslog(path, "web", DaemonInfo)
	s.put(record{DaemonInfo, 1, []byte("early")})
	l := listen(t, path)
	s.mu.Lock()
	s.drain()
	s.mu.Unlock()
	if got := receive(t, l); !strings.HasSuffix(got, "web[1]: early") {
		t.Errorf("got %q", got)
	}
	s.put(record{DaemonInfo, 1, []byte("now")})
	receive(t, l)
	l.Close()
	os.Remove(path)
	s.put(record{DaemonInfo, 1, []byte("between")})
	l = listen(t, path)
	s.put(record{DaemonInfo, 1, []byte("after")})
	s.close(time.Second)
	for _, want := range []string{"between", "after"} {
		if got := receive(t, l); !strings.HasSuffix(got, want) {
			t.Errorf("got %q, expected %s", got, want)
		}
	}
	if s.lost() != 0 {
		t.Errorf("%d lost", s.lost())
	}
}

func listen(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func receive(t *testing.T, l *net.UnixConn) string {
	t.Helper()
	b := make([]byte, 2048)
	l.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := l.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}
