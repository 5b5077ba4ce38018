package regress

import (
	"archive/tar"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/kern"
)

// cellmgr is where vm puts the program.
const cellmgr = "/usr/sbin/cellmgr"

func init() { roles["tenant"] = tenant }

// tenant is what runs in the cells of these tests: it does what its arguments
// say, one line about each.
func tenant() {
	for _, arg := range os.Args[1:] {
		switch what, value, _ := strings.Cut(arg, "="); what {
		case "listen":
			l, err := net.Listen("tcp", "127.0.0.1:"+value)
			fmt.Println(what, err)
			if err == nil {
				defer l.Close()
			}
		case "write":
			fmt.Println(what, os.WriteFile(value, []byte("tenant\n"), 0o644))
		case "read":
			b, err := os.ReadFile(value)
			fmt.Println(what, strings.TrimSpace(string(b)), err)
		case "list":
			entries, err := os.ReadDir(value)
			for _, e := range entries {
				fmt.Print(e.Name(), " ")
			}
			fmt.Println(err)
		case "serve":
			time.Sleep(time.Hour)
		}
	}
}

// site is a directory of manifests with state of its own, on the root file
// system.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) *site {
	t.Helper()
	if _, err := os.Stat(cellmgr); err != nil {
		t.Skip("cellmgr is not in the image")
	}
	dir, err := os.MkdirTemp("/var/db", "site")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t, dir}
	for name, sub := range map[string]string{"CELLS_ETC": "etc", "CELLS_DB": "db", "CELLS_RUN": "run", "CELLS_BACKUP": "backup"} {
		t.Setenv(name, filepath.Join(dir, sub))
	}
	if err := os.Mkdir(filepath.Join(dir, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		finish(t, exec.Command(cellmgr, "stop", "-a", "-w", "1s"))
		os.RemoveAll(dir)
	})
	return s
}

func (s *site) write(name string, lines ...string) {
	s.t.Helper()
	file := filepath.Join(s.dir, "etc", name)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// must runs cellmgr, wants this status, and returns what it prints.
func (s *site) must(status int, args ...string) string {
	s.t.Helper()
	got := finish(s.t, exec.Command(cellmgr, args...))
	if got.status != status {
		s.t.Fatalf("cellmgr %s: status %d, want %d\n%s%s", strings.Join(args, " "), got.status, status, got.out, got.err)
	}
	return got.out
}

// in has a tenant do something in a running cell.
func (s *site) in(name string, deeds ...string) string {
	s.t.Helper()
	args := append([]string{"exec", "-e", roleEnv + "=tenant", name, self}, deeds...)
	got := finish(s.t, exec.Command(cellctl, args...))
	return strings.TrimSpace(got.out + got.err)
}

// mounted lists what is mounted below the site.
func (s *site) mounted() []string {
	s.t.Helper()
	buf := make([]unix.Statvfs_t, 200)
	n, err := unix.Getvfsstat(buf, unix.ST_NOWAIT)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for i := range buf[:n] {
		on := unix.ByteSliceToString(buf[i].Mntonname[:])
		if strings.HasPrefix(on, s.dir) {
			out = append(out, on)
		}
	}
	return out
}

// set makes an archive with this program and a little more.
func (s *site) set() string {
	s.t.Helper()
	path := filepath.Join(s.dir, "base.tar")
	f, err := os.Create(path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	w := tar.NewWriter(f)
	program, err := os.Open(self)
	if err != nil {
		s.t.Fatal(err)
	}
	defer program.Close()
	st, err := program.Stat()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range []string{"./sbin/", "./etc/", "./var/", "./tmp/", "./dev/"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: d, Mode: 0o755}); err != nil {
			s.t.Fatal(err)
		}
	}
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "./sbin/init", Mode: 0o755, Size: st.Size()})
	if _, err := io.Copy(w, program); err != nil {
		s.t.Fatal(err)
	}
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "./etc/seeded", Mode: 0o644, Size: 7})
	w.Write([]byte("by set\n"))
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// ports tells which ports the kernel has for a cell, and its id.
func ports(t *testing.T, c *kern.Client, name string) string {
	t.Helper()
	in, err := c.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(in.ID, in.Config.Ports)
}

// TestCellmgr: two cells, one on the host's base and one on a base of its
// own, with data, a volume and ports, by nothing but our programs.
func TestCellmgr(t *testing.T) {
	c := open(t)
	s := newSite(t)
	s.must(0, "base", "add", "nb", s.set())
	s.write("shared.volume", "mode 0755")
	db := []string{"base host", "data /var", "volume shared /srv/shared", "ports 18001",
		"env " + roleEnv + "=tenant", "command " + self + " listen=18001 write=/srv/shared/db serve",
		"health interval=1s " + self + " read=/srv/shared/db", "log " + s.dir + "/db.log"}
	web := []string{"base nb", "data /etc", "volume shared /shared ro", "ports 18002", "depend sitedb",
		"env " + roleEnv + "=tenant", "command " + self + " listen=18002 read=/shared/db serve",
		"log " + s.dir + "/web.log"}
	s.write("sitedb.cell", db...)
	s.write("siteweb.cell", web...)
	s.must(3, "plan")
	s.must(0, "apply")
	if out := s.must(0, "apply"); out != "nothing to do\n" {
		t.Errorf("the second apply: %s", out)
	}
	if out := s.must(0, "status", "-H", "-o", "name,state,drift"); out != "sitedb\tready\t0\nsiteweb\tready\t0\n" {
		t.Errorf("status: %q", out)
	}
	// Without a check of its own it is ready before it has said so.
	until(t, 30*time.Second, "the tenant's own words", func() bool {
		log, _ := os.ReadFile(s.dir + "/web.log")
		return strings.Contains(string(log), "listen <nil>") && strings.Contains(string(log), "read tenant <nil>")
	})
	s.looksAround()
	s.editsAndGoesBack(c, web)

	s.must(0, "stop", "-a")
	if left := s.mounted(); len(left) != 0 {
		t.Errorf("left mounted: %q", left)
	}
	if _, err := c.Get("siteweb"); err == nil {
		t.Error("siteweb is still there")
	}
	if b, err := os.ReadFile(s.dir + "/db/cells/siteweb/data/etc/mine"); string(b) != "tenant\n" {
		t.Errorf("private data: %q %v", b, err)
	}
}

// looksAround holds the roots against what the manifests say.
func (s *site) looksAround() {
	for _, test := range []struct{ name, deed, want string }{
		{"siteweb", "read=/etc/seeded", "read by set <nil>"},
		{"siteweb", "write=/etc/mine", "write <nil>"},
		{"siteweb", "write=/sbin/x", "write open /sbin/x: read-only file system"},
		{"siteweb", "write=/shared/x", "write open /shared/x: read-only file system"},
		{"siteweb", "write=/dev/null", "write <nil>"},
		{"sitedb", "write=/usr/x", "write open /usr/x: read-only file system"},
		{"sitedb", "write=/x", "write open /x: read-only file system"},
		{"sitedb", "write=/var/run/x", "write <nil>"},
		{"sitedb", "write=/tmp/x", "write <nil>"},
		{"sitedb", "read=/tmp/y", "read  open /tmp/y: no such file or directory"},
		{"siteweb", "list=/tmp", "<nil>"},
		{"siteweb", "listen=18001", "listen listen tcp 127.0.0.1:18001: bind: permission denied"},
	} {
		if got := s.in(test.name, test.deed); got != test.want {
			s.t.Errorf("%s %s: %q, want %q", test.name, test.deed, got, test.want)
		}
	}
	devices := s.in("siteweb", "list=/dev")
	for _, d := range strings.Fields(devices) {
		if !strings.Contains(" null zero full random urandom tty stdin stdout stderr <nil> ", " "+d+" ") {
			s.t.Errorf("/dev has %s", d)
		}
	}
	if n := len(s.mounted()); n < 10 {
		s.t.Errorf("only %d file systems: %q", n, s.mounted())
	}
}

// editsAndGoesBack edits a manifest, applies that live, and rolls it back.
func (s *site) editsAndGoesBack(c *kern.Client, web []string) {
	before := ports(s.t, c, "siteweb")
	s.write("siteweb.cell", append(web, "profile medium", "maxproc 50")...)
	if out := s.must(3, "plan"); !strings.Contains(out, "~ siteweb: profile high -> medium (live)\n") {
		s.t.Errorf("plan: %s", out)
	}
	s.must(0, "apply")
	if in, err := c.Get("siteweb"); err != nil || in.Config.MaxProc != 50 || ports(s.t, c, "siteweb") != before {
		s.t.Errorf("after the edit: %+v %v", in.Config, err)
	}
	s.must(0, "rollback")
	if in, err := c.Get("siteweb"); err != nil || in.Config.MaxProc != 0 || ports(s.t, c, "siteweb") != before {
		s.t.Errorf("after the rollback: %+v %v", in.Config, err)
	}
	if out := s.must(0, "history", "-H", "-o", "verb,result"); !strings.HasSuffix(out, "apply\tok\nrollback\tok\n") {
		s.t.Errorf("history: %s", out)
	}
}
