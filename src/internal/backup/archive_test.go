package backup

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var made = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sampleTree makes a directory with everything that an archive can hold.
func sampleTree(t testing.TB, files int) string {
	t.Helper()
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rnd := rand.New(rand.NewSource(1))
	for i := range files {
		at := filepath.Join(dir, fmt.Sprintf("d%02d", i%7), fmt.Sprintf("f%05d", i))
		must(os.MkdirAll(filepath.Dir(at), 0o755))
		b := make([]byte, rnd.Intn(3000))
		rnd.Read(b)
		must(os.WriteFile(at, b, fs.FileMode(0o600|rnd.Intn(0o200))))
	}
	long := filepath.Join(dir, strings.Repeat("long-name/", 20))
	must(os.MkdirAll(long, 0o755))
	must(os.WriteFile(filepath.Join(long, "a file, \u00fcml\u00e4ut, new\nline and \\"), []byte("x"), 0o644))
	must(os.WriteFile(filepath.Join(dir, "latin-\xfc"), []byte("y"), 0o644))
	nobody := fs.FileMode(0)
	if os.Geteuid() != 0 {
		nobody = 0o400 // or we could not read it either
	}
	must(os.WriteFile(filepath.Join(dir, "empty"), nil, nobody))
	must(os.Symlink("/etc/localtime", filepath.Join(dir, "link")))
	must(os.Symlink(strings.Repeat("../", 60)+"gone", filepath.Join(dir, "long link")))
	must(os.Link(filepath.Join(dir, "latin-\xfc"), filepath.Join(dir, "second name")))
	must(os.Mkdir(filepath.Join(dir, "sticky"), 0o755))
	must(os.Chmod(filepath.Join(dir, "sticky"), 0o777|fs.ModeSticky|fs.ModeSetgid))
	must(unix.Mkfifo(filepath.Join(dir, "pipe"), 0o620))
	must(os.WriteFile(filepath.Join(dir, "setid"), []byte("#!"), 0o755))
	must(os.Chmod(filepath.Join(dir, "setid"), 0o755|fs.ModeSetuid))
	f, err := os.Create(filepath.Join(dir, "sparse"))
	must(err)
	must(f.Truncate(64 << 20))
	for _, at := range []int64{0, 5<<20 + 77, 40 << 20} {
		_, err = f.WriteAt([]byte(strings.Repeat("data", 3000)), at)
		must(err)
	}
	must(f.Close())
	f, err = os.Create(filepath.Join(dir, "all hole"))
	must(err)
	must(f.Truncate(1<<20 + 1))
	must(f.Close())
	if os.Geteuid() == 0 {
		must(os.Lchown(filepath.Join(dir, "link"), 12, 3000000))
		must(os.Chown(filepath.Join(dir, "empty"), 70000, 2500000))
	}
	at := time.Unix(1234567890, 123456789)
	for _, n := range []string{"empty", "sparse", "sticky", "pipe", "link"} {
		ts := []unix.Timespec{{Sec: 1111111111, Nsec: 5}, {Sec: at.Unix(), Nsec: 123456789}}
		if n == "sparse" {
			ts[1] = unix.Timespec{Sec: -5, Nsec: 250000000}
		}
		must(unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Join(dir, n), ts, unix.AT_SYMLINK_NOFOLLOW))
	}
	return dir
}

// listing describes a tree: everything about every entry but its access time.
func listing(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	inodes := map[uint64]string{}
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := os.Lstat(at)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, at)
		sys := st.Sys().(*syscall.Stat_t)
		fmt.Fprintf(&b, "%q %v %d:%d %d", rel, st.Mode(), sys.Uid, sys.Gid, st.ModTime().UnixNano())
		switch {
		case st.Mode().IsRegular():
			text, err := os.ReadFile(at)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %d %x first=%q", st.Size(), sha(text), inodes[sys.Ino])
			if sys.Nlink > 1 {
				inodes[sys.Ino] = rel
			}
		case st.Mode()&fs.ModeSymlink != 0:
			to, _ := os.Readlink(at)
			fmt.Fprintf(&b, " -> %q", to)
		}
		b.WriteString("\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// packTree makes an archive of a cell named web whose only data is dir.
func packTree(t testing.TB, dir string) []byte {
	t.Helper()
	var out bytes.Buffer
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	h := &Head{Kind: KindCell, Name: "web", Made: made, How: "down"}
	w := Writing{Level: 1, Warn: func(f string, a ...any) { t.Errorf(f, a...) }, Moved: func(int64) {}}
	_, err = pack(context.Background(), &out, h, w, func(p *packer) error {
		return errors.Join(p.dir(dataPart, made), p.tree(root, dataPart+"/var"))
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpackAll unpacks into a new directory.
func unpackAll(t testing.TB, archive []byte, lim Limits, setID bool) (string, error) {
	t.Helper()
	dir := t.TempDir()
	u := &unpacker{places: map[string]string{dataPart: dir}, setID: setID}
	defer u.close()
	_, err := readArchive(context.Background(), bytes.NewReader(archive), lim, u, nil)
	if err == nil {
		err = u.flags()
	}
	return filepath.Join(dir, freshName), err
}

func TestRoundTrip(t *testing.T) {
	src := sampleTree(t, 2000)
	want := listing(t, src)
	archive := packTree(t, src)
	if len(archive) > 8<<20 {
		t.Errorf("%d bytes: holes are stored", len(archive))
	}
	dir, err := unpackAll(t, archive, NoLimits, true)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, want, listing(t, filepath.Join(dir, "var")))
	st, err := os.Stat(filepath.Join(dir, "var", "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	if on := factsOf(st).allocated; on > 1<<20 {
		t.Errorf("the sparse file takes %d bytes", on)
	}
}

// compare tells the first line in which two listings differ.
func compare(t *testing.T, want, have string) {
	t.Helper()
	w, h := strings.Split(want, "\n"), strings.Split(have, "\n")
	for i := range min(len(w), len(h)) {
		if w[i] != h[i] {
			t.Fatalf("want %s\nhave %s", w[i], h[i])
		}
	}
	if len(w) != len(h) {
		t.Fatalf("%d entries, not %d", len(h), len(w))
	}
}

// Set-id bits of files go unless they are asked for; those of directories
// give nobody anything and stay.
func TestSetID(t *testing.T) {
	dir, err := unpackAll(t, packTree(t, sampleTree(t, 1)), NoLimits, false)
	if err != nil {
		t.Fatal(err)
	}
	st, _ := os.Stat(filepath.Join(dir, "var/setid"))
	if st.Mode() != 0o755 {
		t.Errorf("mode %v", st.Mode())
	}
	st, _ = os.Stat(filepath.Join(dir, "var/sticky"))
	if st.Mode()&fs.ModeSetgid == 0 {
		t.Errorf("mode %v", st.Mode())
	}
}

// Other programs read what we write.
func TestOthersRead(t *testing.T) {
	src := sampleTree(t, 50)
	// libarchive 3.6 reads fractions before 1970 wrongly.
	if err := os.Chtimes(filepath.Join(src, "sparse"), time.Time{}, time.Unix(-5, 0)); err != nil {
		t.Fatal(err)
	}
	want := listing(t, src)
	file := filepath.Join(t.TempDir(), "a.tar.gz")
	if err := os.WriteFile(file, packTree(t, src), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"tar", "-xpzf"}, {"bsdtar", "-xpzf"}} {
		t.Run(args[0], func(t *testing.T) {
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skip(args[0] + " is not installed")
			}
			dir := t.TempDir()
			cmd := exec.Command(args[0], append(args[1:], file)...)
			cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if os.Geteuid() != 0 {
				return // an ordinary user's files have another owner, and no set-id bits
			}
			compare(t, want, listing(t, filepath.Join(dir, dataPart, "var")))
			if _, err := exec.LookPath("sha256sum"); err != nil {
				return
			}
			cmd = exec.Command("sha256sum", "--quiet", "-c", digestsName)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// Cut off anywhere, an archive is refused.
func TestTruncated(t *testing.T) {
	src := t.TempDir()
	for i := range 5 {
		os.WriteFile(filepath.Join(src, fmt.Sprint(i)), bytes.Repeat([]byte{byte(i)}, 700*i), 0o644)
	}
	archive := packTree(t, src)
	if _, err := readArchive(context.Background(), bytes.NewReader(archive), NoLimits, &checker{}, nil); err != nil {
		t.Fatal(err)
	}
	for n := range archive {
		_, err := readArchive(context.Background(), bytes.NewReader(archive[:n]), NoLimits, &checker{}, nil)
		if !errors.Is(err, ErrArchive) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%d of %d bytes: %v", n, len(archive), err)
		}
	}
}

// The tar file cut off between two members of the gzip file, too.
func TestTruncatedTar(t *testing.T) {
	src := t.TempDir()
	os.WriteFile(filepath.Join(src, "a"), []byte("text"), 0o644)
	plain := unzip(t, packTree(t, src))
	end := bytes.LastIndex(plain, []byte("SHA256 (")) // DIGESTS has one line
	end += tarBlock + 2*tarBlock - end%tarBlock
	for n := 0; n < len(plain); n++ {
		if n >= end && n%tarBlock == 0 {
			break // all that matters is there
		}
		_, err := readArchive(context.Background(), bytes.NewReader(zip(plain[:n])), NoLimits, &checker{}, nil)
		if !errors.Is(err, ErrArchive) {
			t.Fatalf("%d of %d bytes: %v", n, len(plain), err)
		}
	}
}

func sha(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func unzip(t testing.TB, b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

var zippers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(io.Discard, 1); return z }}

func zip(b []byte) []byte {
	var out bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// Whatever bit is wrong is noticed: by gzip, by the order, by a digest.
func TestFlipped(t *testing.T) {
	src := t.TempDir()
	os.WriteFile(filepath.Join(src, "a"), []byte(strings.Repeat("text", 100)), 0o644)
	plain := unzip(t, packTree(t, src))
	i := bytes.Index(plain, []byte("texttext"))
	plain[i] ^= 1
	_, err := readArchive(context.Background(), bytes.NewReader(zip(plain)), NoLimits, &checker{}, nil)
	if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), `"data/var/a"`) {
		t.Errorf("%v", err)
	}
}
