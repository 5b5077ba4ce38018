package super

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func fixedClock() time.Time { return time.Date(2025, 3, 7, 4, 5, 6, 7e6, time.UTC) }

func TestLogfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.log")
	l, err := openLogfile(path, "web")
	if err != nil {
		t.Fatal(err)
	}
	l.now = fixedClock
	l.put(record{DaemonInfo, 7, []byte("one")})
	if err := os.Rename(path, path+".0"); err != nil {
		t.Fatal(err)
	}
	l.put(record{DaemonInfo, 7, []byte("two")})
	if err := l.reopen(); err != nil {
		t.Fatal(err)
	}
	l.put(record{DaemonInfo, 7, []byte("three")})
	l.close(0)
	const head = "2025-03-07T04:05:06.007+00:00 web[7]: "
	expectFile(t, path+".0", head+"one\n"+head+"two\n")
	expectFile(t, path, head+"three\n")
	if st, _ := os.Stat(path); st.Mode().Perm()&^0o640 != 0 {
		t.Errorf("mode %v", st.Mode())
	}
}

func expectFile(t *testing.T, path, want string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil || string(b) != want {
		t.Errorf("%s: %q, %v; expected %q", path, b, err, want)
	}
}

func TestLogfileRefuses(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	link := filepath.Join(dir, "link")
	fifo := filepath.Join(dir, "fifo")
	os.WriteFile(target, nil, 0o644)
	os.Symlink(target, link)
	syscall.Mkfifo(fifo, 0o644)
	for _, p := range []string{link, fifo, dir, "/dev/null", filepath.Join(dir, "no", "such")} {
		if l, err := openLogfile(p, "x"); err == nil {
			l.close(0)
			t.Errorf("%s was opened", p)
		}
	}
}

// TestLogfileReopenFails: the old file is kept, and nothing is lost.
func TestLogfileReopenFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "web.log")
	l, err := openLogfile(path, "web")
	if err != nil {
		t.Fatal(err)
	}
	l.now = fixedClock
	os.Rename(path, path+".0")
	os.Mkdir(path, 0o755)
	if l.reopen() == nil {
		t.Error("a directory was opened")
	}
	l.put(record{DaemonInfo, 7, []byte("still")})
	expectFile(t, path+".0", "2025-03-07T04:05:06.007+00:00 web[7]: still\n")
}

// fullDisk takes only so many bytes.
type fullDisk struct {
	bytes.Buffer
	room int
}

func (d *fullDisk) Write(b []byte) (int, error) {
	n := min(len(b), d.room)
	d.room -= n
	d.Buffer.Write(b[:n])
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}
func (d *fullDisk) Close() error { return nil }

func TestLogfileFull(t *testing.T) {
	d := &fullDisk{room: 50}
	l := newLogstream(d, "web")
	l.now = fixedClock
	for _, s := range []string{"one", "two", "three"} {
		l.put(record{DaemonInfo, 7, []byte(s)})
	}
	d.room = 1 << 20
	l.put(record{DaemonInfo, 7, []byte("four")})
	got := strings.Split(d.String(), "\n")
	if len(got) != 5 || !strings.HasSuffix(got[0], "one") ||
		!strings.HasSuffix(got[2], "2 lines were lost: "+error(syscall.ENOSPC).Error()) ||
		!strings.HasSuffix(got[3], ": four") || l.lost() != 2 {
		t.Errorf("%q, lost %d", got, l.lost())
	}
	if !errors.Is(l.why, syscall.ENOSPC) {
		t.Error(l.why)
	}
}
