package enter

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var (
	passwd = []string{"root:*:0:0:Charlie &:/root:/bin/sh", "www:*:80:80:Web:/var/www:/sbin/nologin",
		"80:*:1080:1080:a number for a name:/:/bin/sh", "short:*:1", "", "bad:*:x:1::/:/bin/sh",
		"neg:*:-1:1::/:/bin/sh", "big:*:4294967295:1::/:/bin/sh"}
	group = []string{"wheel:*:0:root", "www:*:80:", "mail:*:6:www,root", "log:*:70:www", "bad:*:x:www"}
)

func TestFindUser(t *testing.T) {
	for key, want := range map[string]account{
		"":     {name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/sh"},
		"root": {name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/sh"},
		"www":  {name: "www", uid: 80, gid: 80, home: "/var/www", shell: "/sbin/nologin"},
		"80":   {name: "80", uid: 1080, gid: 1080, home: "/", shell: "/bin/sh"},
		"1080": {name: "80", uid: 1080, gid: 1080, home: "/", shell: "/bin/sh"},
		"4711": {name: "4711", uid: 4711, gid: 4711},
	} {
		got, err := findUser(passwd, key)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", key, got, err)
		}
	}
	for _, bad := range []string{"nobody", "short", "bad", "neg", "big", "-1", "4294967295"} {
		if a, err := findUser(passwd, bad); err == nil {
			t.Errorf("%q: %+v", bad, a)
		}
	}
	if a, err := findUser(nil, "root"); err != nil || a.uid != 0 {
		t.Errorf("root without passwd: %+v, %v", a, err)
	}
	if _, err := findUser(nil, "www"); err == nil || !strings.Contains(err.Error(), "no /etc/passwd") {
		t.Errorf("www without passwd: %v", err)
	}
}

func TestGroups(t *testing.T) {
	www, _ := findUser(passwd, "www")
	if got := memberships(group, www); !reflect.DeepEqual(got, []int{80, 6, 70}) {
		t.Errorf("groups of www: %v", got)
	}
	for key, want := range map[string]int{"mail": 6, "6": 6, "99": 99} {
		if got, err := findGroup(group, key); err != nil || got != want {
			t.Errorf("%s: %d, %v", key, got, err)
		}
	}
	for _, bad := range []string{"", "nogroup", "bad", "-1"} {
		if g, err := findGroup(group, bad); err == nil {
			t.Errorf("%q: %d", bad, g)
		}
	}
	many := make([]string, 100)
	for i := range many {
		many[i] = "g:*:" + string(rune('0'+i%10)) + string(rune('0'+i/10)) + ":www"
	}
	if got := memberships(many, www); len(got) != maxGroups {
		t.Errorf("%d groups", len(got))
	}
}

// TestDatabase reads what a cell could leave where a file should be.
func TestDatabase(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	big, err := os.Create(file("big"))
	if err != nil {
		t.Fatal(err)
	}
	big.Truncate(maxDatabase + 1)
	big.Close()
	for _, err := range []error{os.WriteFile(file("good"), []byte("a:b\n"), 0o600),
		os.Symlink(file("good"), file("link")), unix.Mkfifo(file("fifo"), 0o600), os.Mkdir(file("dir"), 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if lines, err := database(file("good")); err != nil || lines[0] != "a:b" {
		t.Errorf("good: %v, %v", lines, err)
	}
	if lines, err := database(file("none")); err != nil || lines != nil {
		t.Errorf("missing: %v, %v", lines, err)
	}
	for _, bad := range []string{"big", "link", "fifo", "dir"} {
		done := make(chan error, 1)
		go func() {
			_, err := database(file(bad))
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil {
				t.Errorf("%s is read", bad)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s blocks", bad)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TERM", "vt220")
	t.Setenv("SECRET", "1")
	a := account{name: "www", home: "/var/www", shell: "/sbin/nologin"}
	got := environment(a, []string{"PATH=/bin", "A=b=c", "A=d"})
	want := []string{"PATH=/bin", "HOME=/var/www", "SHELL=/sbin/nologin", "USER=www", "LOGNAME=www",
		"TERM=vt220", "A=d"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{"", "A", "=b", "A=\x00"} {
		if CheckEnv([]string{bad}) == nil {
			t.Errorf("%q is taken for a variable", bad)
		}
	}
}

func TestCloseInherited(t *testing.T) {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	// High above what the test's own files use: nobody gets that number
	// while we look.
	high, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD, 200)
	if err != nil {
		t.Fatal(err)
	}
	if err := closeInherited(); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(uintptr(high), unix.F_GETFD, 0); err == nil {
		t.Error("an inherited descriptor is still open")
	}
}
