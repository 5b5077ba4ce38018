package host

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	r, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// TestWriteFile: content, mode and nothing beside it, also over what a
// killed program left; and never through a symbolic link that leaves.
func TestWriteFile(t *testing.T) {
	outside := t.TempDir()
	dir := t.TempDir()
	r := openRoot(t, dir)
	os.Mkdir(filepath.Join(dir, "d"), 0o755)
	os.WriteFile(filepath.Join(dir, "d", NewPrefix+"f"), []byte("left"), 0o600)
	steps := 0
	if err := WriteFile(r, "d/f", []byte("new"), File{0o640, -1, -1}, func() { steps++ }); err != nil {
		t.Fatal(err)
	}
	b, st, err := ReadFile(r, "d/f")
	if err != nil || string(b) != "new" || st.Mode() != 0o640 || steps != 3 {
		t.Errorf("%q %v %v after %d steps", b, st.Mode(), err, steps)
	}
	if es, _ := os.ReadDir(filepath.Join(dir, "d")); len(es) != 1 {
		t.Errorf("left behind: %v", es)
	}
	os.WriteFile(filepath.Join(outside, "passwd"), []byte("host"), 0o600)
	os.Symlink(filepath.Join(outside, "passwd"), filepath.Join(dir, "f"))
	os.Symlink(outside, filepath.Join(dir, "out"))
	if err := WriteFile(r, "f", []byte("new"), File{0o644, -1, -1}, nil); err != nil {
		t.Errorf("a link in the last place is not replaced: %v", err)
	}
	if err := WriteFile(r, "out/passwd", []byte("new"), File{0o644, -1, -1}, nil); err == nil {
		t.Error("written outside")
	}
	if b, _ := os.ReadFile(filepath.Join(outside, "passwd")); string(b) != "host" {
		t.Errorf("a file outside became %q", b)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	r := openRoot(t, dir)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Symlink("/etc/passwd", filepath.Join(dir, "link"))
	for _, name := range []string{"pipe", "link", "."} {
		if _, _, err := ReadFile(r, name); !errors.Is(err, ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := ReadFile(r, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}

// TestOpenDir: a pipe in the place of a directory is refused, not waited for;
// a link that stays below is followed, one that leaves is not.
func TestOpenDir(t *testing.T) {
	dir := t.TempDir()
	r := openRoot(t, dir)
	os.Mkdir(filepath.Join(dir, "d"), 0o755)
	os.WriteFile(filepath.Join(dir, "d", "f"), nil, 0o600)
	os.Symlink("d", filepath.Join(dir, "in"))
	os.Symlink(t.TempDir(), filepath.Join(dir, "out"))
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"d": nil, "in": nil, ".": nil, "pipe": syscall.ENOTDIR,
		"d/f": syscall.ENOTDIR, "none": fs.ErrNotExist} {
		f, err := OpenDir(r, name)
		if !errors.Is(err, want) {
			t.Errorf("OpenDir %s: %v, want %v", name, err, want)
		}
		f.Close()
		sub, err := OpenBelow(r, name)
		if !errors.Is(err, want) {
			t.Errorf("OpenBelow %s: %v, want %v", name, err, want)
		}
		if err == nil {
			sub.Close()
		}
	}
	if _, err := OpenDir(r, "out"); err == nil {
		t.Error("OpenDir followed a link that leaves")
	}
	if _, err := OpenBelow(r, "out"); err == nil {
		t.Error("OpenBelow followed a link that leaves")
	}
}

func TestAccount(t *testing.T) {
	passwd := []byte("root:x:0:0::/root:/bin/sh\nwww:*:80:81::/:/x\nbad:x:y:z\n7:x:1007:7::/:/x\nshort:x\n")
	group := []byte("wheel:*:0:root\nweb:*:90:\n")
	tests := []struct {
		spec     string
		uid, gid int
		ok       bool
	}{
		{"root", 0, 0, true}, {"www", 80, 81, true}, {"www:web", 80, 90, true}, {"80", 80, 81, true},
		{"1234", 1234, 1234, true}, {"1234:5", 1234, 5, true}, {"7", 1007, 7, true},
		{"nobody", 0, 0, false}, {"bad", 0, 0, false}, {"www:nogroup", 0, 0, false},
		{"short", 0, 0, false}, {"-1", 0, 0, false}, {"4294967295", 0, 0, false},
	}
	for _, test := range tests {
		uid, gid, err := Account(passwd, group, test.spec)
		if (err == nil) != test.ok || err == nil && (uid != test.uid || gid != test.gid) {
			t.Errorf("%s: %d %d %v", test.spec, uid, gid, err)
		}
	}
}

func TestCopyTree(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	os.MkdirAll(filepath.Join(from, "a/b"), 0o750)
	os.WriteFile(filepath.Join(from, "a/b/f"), []byte("x"), 0o604)
	os.Chmod(filepath.Join(from, "a/b"), 0o750) // whatever the umask
	os.Chmod(filepath.Join(from, "a/b/f"), 0o604)
	os.Symlink("/nowhere", filepath.Join(from, "a/l"))
	os.WriteFile(filepath.Join(from, "a/no"), nil, 0o600)
	syscall.Mkfifo(filepath.Join(from, "p"), 0o600)
	keep := func(rel string) bool { return rel != "a/no" }
	for range 2 { // again over itself
		if err := CopyTree(openRoot(t, to), ".", openRoot(t, from), ".", keep); err != nil {
			t.Fatal(err)
		}
	}
	if st, err := os.Stat(filepath.Join(to, "a/b/f")); err != nil || st.Mode() != 0o604 {
		t.Errorf("file: %v %v", st, err)
	}
	if st, err := os.Stat(filepath.Join(to, "a/b")); err != nil || st.Mode().Perm() != 0o750 {
		t.Errorf("directory: %v %v", st, err)
	}
	if l, _ := os.Readlink(filepath.Join(to, "a/l")); l != "/nowhere" {
		t.Errorf("link: %q", l)
	}
	for _, n := range []string{"a/no", "p"} {
		if _, err := os.Lstat(filepath.Join(to, n)); err == nil {
			t.Errorf("%s was copied", n)
		}
	}
}

// pack makes an archive.
func pack(t testing.TB, hs ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range hs {
		if h.Mode == 0 {
			h.Mode = 0o755
		}
		h.Uid, h.Gid = os.Getuid(), os.Getgid()
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		w.Write(bytes.Repeat([]byte("x"), int(h.Size)))
	}
	w.Close()
	return b.Bytes()
}

func dirEntry(name string) tar.Header { return tar.Header{Typeflag: tar.TypeDir, Name: name} }
func fileEntry(name string, n int64) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Size: n}
}
func linkEntry(name, to string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to}
}

// TestUnpack: what is right is there, in every compression.
func TestUnpack(t *testing.T) {
	plain := pack(t, dirEntry("./bin"), tar.Header{Typeflag: tar.TypeReg, Name: "./bin/su", Size: 3, Mode: 0o4555},
		linkEntry("./bin/abs", "/bin/su"), linkEntry("./etc/up", "../bin/su"),
		tar.Header{Typeflag: tar.TypeLink, Name: "bin/hard", Linkname: "./bin/su"},
		tar.Header{Typeflag: tar.TypeChar, Name: "dev/null"}, tar.Header{Typeflag: tar.TypeDir, Name: "closed", Mode: 0o500},
		fileEntry("closed/f", 1))
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	z.Write(plain)
	z.Close()
	archives := map[string][]byte{"plain": plain, "gzip": gz.Bytes()}
	for prog, args := range map[string][]string{"xz": {"-c"}, "bzip2": {"-c"}} {
		if path, err := exec.LookPath(prog); err == nil {
			cmd := exec.Command(path, args...)
			cmd.Stdin = bytes.NewReader(plain)
			if archives[prog], err = cmd.Output(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, a := range archives {
		dir := t.TempDir()
		u := &Unpacker{Root: openRoot(t, dir), Limits: BaseLimits}
		if err := u.Unpack(bytes.NewReader(a)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		st, err := os.Stat(filepath.Join(dir, "bin/hard"))
		if err != nil || st.Size() != 3 || st.Mode() != 0o555|fs.ModeSetuid {
			t.Errorf("%s: bin/hard: %v %v", name, st, err)
		}
		if l, _ := os.Readlink(filepath.Join(dir, "bin/abs")); l != "../bin/su" {
			t.Errorf("%s: an absolute link became %q", name, l)
		}
		if st, err := os.Stat(filepath.Join(dir, "closed")); err != nil || st.Mode().Perm() != 0o500 || u.Skipped != 1 {
			t.Errorf("%s: closed: %v %v; %d skipped", name, st, err, u.Skipped)
		}
		os.Chmod(filepath.Join(dir, "closed"), 0o700)
	}
}

// TestHostile: what leaves the directory or breaks the limits is refused.
func TestHostile(t *testing.T) {
	tests := map[string][]byte{
		"absolute":     pack(t, fileEntry("/etc/passwd", 1)),
		"parent":       pack(t, fileEntry("a/../../x", 1)),
		"parent plain": pack(t, fileEntry("..", 0)),
		"link out":     pack(t, linkEntry("a", "../x")),
		"link out abs": pack(t, linkEntry("a/b", "/../../../x"), fileEntry("a/b/../../y", 1)),
		"via link":     pack(t, linkEntry("a", "."), fileEntry("a/../../x", 1)),
		"hard out":     pack(t, tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "../x"}),
		"hard to link": pack(t, linkEntry("l", "x"), tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "l"}),
		"dir to file":  pack(t, dirEntry("a"), fileEntry("a", 1)),
		"file to dir":  pack(t, fileEntry("a", 1), dirEntry("a")),
		"too big":      pack(t, fileEntry("a", 600), fileEntry("b", 600)),
		"too many":     pack(t, fileEntry("1", 0), fileEntry("2", 0), fileEntry("3", 0), fileEntry("4", 0), fileEntry("5", 0)),
		"too deep":     pack(t, fileEntry(strings.Repeat("d/", 70)+"f", 0)),
		"truncated":    pack(t, fileEntry("a", 900))[:1000],
		"no archive":   []byte(strings.Repeat("not an archive", 100)),
		"half gzip":    {0x1f, 0x8b, 8},
		"half xz":      []byte("\xfd7zXZ\x00\x00\x04"),
	}
	for name, a := range tests {
		parent := t.TempDir()
		dir := filepath.Join(parent, "in")
		os.Mkdir(dir, 0o755)
		u := &Unpacker{Root: openRoot(t, dir), Limits: Limits{Entries: 4, Bytes: 1000}}
		if err := u.Unpack(bytes.NewReader(a)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if es, _ := os.ReadDir(parent); len(es) != 1 {
			t.Errorf("%s: outside: %v", name, es)
		}
	}
}

// FuzzUnpack: no archive reaches outside or makes the unpacker crash.
func FuzzUnpack(f *testing.F) {
	f.Add(pack(f, dirEntry("a"), fileEntry("a/b", 3), linkEntry("c", "a"), linkEntry("d", "/a")))
	f.Add(pack(f, linkEntry("a", "../x"), fileEntry("a/x", 1)))
	f.Fuzz(func(t *testing.T, a []byte) {
		if bytes.HasPrefix(a, []byte("\xfd7zXZ")) {
			return // a process each
		}
		parent, err := os.MkdirTemp("", "unpack")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(parent)
		dir := filepath.Join(parent, "in")
		os.Mkdir(dir, 0o755)
		r, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		u := &Unpacker{Root: r, Limits: Limits{Entries: 100, Bytes: 1 << 16}}
		u.Unpack(bytes.NewReader(a))
		if es, _ := os.ReadDir(parent); len(es) != 1 {
			t.Errorf("outside: %v", es)
		}
		filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type()&fs.ModeSymlink != 0 {
				to, _ := os.Readlink(p)
				if at := filepath.Join(filepath.Dir(p), to); filepath.IsAbs(to) || at != dir && !strings.HasPrefix(at, dir+"/") {
					t.Errorf("%s leads to %s", p, to)
				}
			}
			return nil
		})
	})
}

// TestMounts needs root: what was mounted is listed, is what it was asked to
// be, and goes; a busy one is reported with its holder.
func TestMounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	src, dst, dev := filepath.Join(dir, "src dir"), filepath.Join(dir, "dst"), filepath.Join(dir, "dev")
	for _, d := range []string{src, dst, dev} {
		os.Mkdir(d, 0o755)
	}
	os.WriteFile(filepath.Join(src, "f"), []byte("x"), 0o644)
	t.Cleanup(func() { Unmount(dst); Unmount(dev) })
	if err := MountAt(Mount{Kind: "null", Source: src, Target: dst, ReadOnly: true, NoSuid: true}); err != nil {
		t.Skip("cannot mount here: ", err)
	}
	if err := MountAt(Mount{Kind: "dev", Target: dev, Size: 1 << 20, Mode: 0o755, Devices: true}); err != nil {
		t.Fatal(err)
	}
	if err := FillDev(dev); err != nil {
		t.Fatal(err)
	}
	all, err := Mounts()
	if err != nil {
		t.Fatal(err)
	}
	if ms := MountsBelow(all, dir); len(ms) != 2 || ms[0].Target != dst || !ms[0].ReadOnly || ms[1].Target != dev {
		t.Errorf("mounted: %v", ms)
	}
	if err := os.WriteFile(filepath.Join(dst, "g"), nil, 0o644); !errors.Is(err, syscall.EROFS) {
		t.Errorf("read-only: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dev, "null"), []byte("x"), 0); err != nil {
		t.Errorf("null: %v", err)
	}
	if es, _ := os.ReadDir(dev); len(es) > len(DevNames()) {
		t.Errorf("devices: %v", es)
	}
	cmd := exec.Command("sleep", "30")
	cmd.Dir = dst
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	err = Unmount(dst)
	cmd.Process.Kill()
	cmd.Wait()
	if !errors.As(err, &busy) || len(busy.Holders) != 1 || busy.Holders[0].PID != cmd.Process.Pid {
		t.Errorf("busy: %v", err)
	}
	for range 2 {
		if err := errors.Join(Unmount(dst), Unmount(dev)); err != nil {
			t.Error(err)
		}
	}
}
