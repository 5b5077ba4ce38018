package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// one is a member of an archive that somebody else has made.
type one struct {
	h    tar.Header
	text string
}

func dirAt(name string) one {
	return one{tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755}, ""}
}

func fileAt(name, text string) one {
	return one{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644}, text}
}

func linkAt(name, to string, kind byte) one {
	return one{tar.Header{Name: name, Linkname: to, Typeflag: kind, Mode: 0o777}, ""}
}

const goodHead = "cells-backup 1\nkind cell\nname web\nmade 1700000000\n"

// forge makes an archive with any members between those that have to be.
func forge(t testing.TB, head string, digests bool, members ...one) []byte {
	t.Helper()
	var plain, sums bytes.Buffer
	w := tar.NewWriter(&plain)
	put := func(m one) {
		m.h.Size, m.h.Format = int64(len(m.text)), tar.FormatPAX
		if err := w.WriteHeader(&m.h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(m.text)); err != nil {
			t.Fatal(err)
		}
	}
	put(fileAt(headName, head))
	for _, m := range members {
		put(m)
		if m.h.Typeflag == tar.TypeReg {
			sum := sha256.Sum256([]byte(m.text))
			sums.WriteString(digestLine(m.h.Name, sum[:]))
		}
	}
	if digests {
		put(fileAt(digestsName, sums.String()))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return zip(plain.Bytes())
}

// What is not an archive of ours is refused in one line, and what was there
// stays.
func TestHostile(t *testing.T) {
	data, etc := dirAt("data"), dirAt("data/etc")
	deep := strings.Repeat("x/", 400)
	device := linkAt("data/etc/null", "", tar.TypeChar)
	device.h.Devmajor, device.h.Devminor = 1, 3
	for name, c := range map[string]struct {
		lim  Limits
		head string
		ms   []one
		why  string
	}{
		"traversal":      {ms: []one{data, fileAt("data/../../evil", "x")}, why: "no path below"},
		"traversal up":   {ms: []one{fileAt("../evil", "x")}, why: "no path below"},
		"absolute":       {ms: []one{fileAt("/tmp/evil", "x")}, why: "no path below"},
		"dot":            {ms: []one{data, fileAt("data/./x", "x")}, why: "no path below"},
		"double slash":   {ms: []one{data, dirAt("data//etc")}, why: "no path below"},
		"strange place":  {ms: []one{dirAt("evil"), fileAt("evil/x", "x")}, why: "does not belong"},
		"file as part":   {ms: []one{fileAt("data", "x")}, why: "does not belong"},
		"file as data":   {ms: []one{data, fileAt("data/etc", "x")}, why: "does not belong"},
		"hidden data":    {ms: []one{data, dirAt("data/.cells-new.etc")}, why: "does not belong"},
		"other manifest": {ms: []one{dirAt("manifest"), fileAt("manifest/db.cell", "x")}, why: "does not belong"},
		"conf":           {ms: []one{dirAt("manifest"), fileAt("manifest/cells.conf", "x")}, why: "does not belong"},
		"stamp":          {ms: []one{dirAt("stamps"), fileAt("stamps/x", "x")}, why: "does not belong"},
		"no directory":   {ms: []one{data, fileAt("data/etc/x", "x")}, why: "below no directory"},
		"twice":          {ms: []one{data, etc, fileAt("data/etc/x", "1"), fileAt("data/etc/x", "2")}, why: "twice"},
		"twice a dir":    {ms: []one{data, etc, etc}, why: "twice"},
		"order":          {ms: []one{data, etc, fileAt("data/etc/b", ""), fileAt("data/etc/a", "")}, why: "out of order"},
		"below a link": {ms: []one{data, etc, linkAt("data/etc/l", "/tmp", tar.TypeSymlink), fileAt("data/etc/l/x", "x")},
			why: "below no directory"},
		"link out":       {lim: StrangeLimits, ms: []one{data, etc, linkAt("data/etc/l", "../../../x", tar.TypeSymlink)}, why: "leads out"},
		"link out later": {lim: StrangeLimits, ms: []one{data, etc, linkAt("data/etc/l", "a/../../../x", tar.TypeSymlink)}, why: "leads out"},
		"empty link":     {ms: []one{data, etc, linkAt("data/etc/l", "", tar.TypeSymlink)}, why: "leads out"},
		"link in files": {ms: []one{dirAt("manifest"), dirAt("manifest/web.d"),
			linkAt("manifest/web.d/l", "/etc/master.passwd", tar.TypeSymlink)}, why: "leads out"},
		"hard link out":   {ms: []one{data, etc, linkAt("data/etc/l", "/etc/passwd", tar.TypeLink)}, why: "no file before it"},
		"hard link later": {ms: []one{data, etc, linkAt("data/etc/a", "data/etc/b", tar.TypeLink)}, why: "no file before it"},
		"hard link to link": {ms: []one{data, etc, linkAt("data/etc/a", "/etc/passwd", tar.TypeSymlink),
			linkAt("data/etc/b", "data/etc/a", tar.TypeLink)}, why: "no file before it"},
		"hard link over": {ms: []one{data, etc, fileAt("data/etc/a", ""), dirAt("data/var"),
			linkAt("data/var/b", "data/etc/a", tar.TypeLink)}, why: "no file before it"},
		"device":      {ms: []one{data, etc, device}, why: "no file, directory, link or pipe"},
		"too deep":    {ms: []one{data, dirAt("data/" + deep + "x")}, why: "too long"},
		"too many":    {lim: Limits{Entries: 2, Bytes: 9}, ms: []one{data, etc, fileAt("data/etc/a", "")}, why: "more than 2 entries"},
		"too much":    {lim: Limits{Entries: 9, Bytes: 9}, ms: []one{data, etc, fileAt("data/etc/a", "0123456789")}, why: "more than 9 bytes"},
		"volume name": {ms: []one{dirAt("volumes"), dirAt("volumes/..x"), dirAt("volumes/a b")}, why: "does not belong"},
		"format":      {head: "cells-backup 2\n", why: "does not begin"},
		"kind":        {head: strings.Replace(goodHead, "cell\n", "x\n", 1), why: "neither cell nor volume"},
		"name":        {head: strings.Replace(goodHead, "web", "../web", 1), why: "name"},
		"no name":     {head: "cells-backup 1\nkind cell\nmade 1\n", why: "missing"},
		"name twice":  {head: goodHead + "name db\n", why: "unexpected line"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.lim == (Limits{}) {
				c.lim = NoLimits
			}
			if c.head == "" {
				c.head = goodHead
			}
			work := t.TempDir()
			stage := filepath.Join(work, "a", "stage")
			if err := os.MkdirAll(stage, 0o700); err != nil {
				t.Fatal(err)
			}
			u := &unpacker{places: map[string]string{dataPart: stage}}
			_, err := readArchive(context.Background(), bytes.NewReader(forge(t, c.head, true, c.ms...)), c.lim, u, nil)
			u.close()
			if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), c.why) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %q", err, c.why)
			}
			for _, dir := range []string{work, filepath.Join(work, "a")} {
				if names, _ := readDir(dir); len(names) != 1 {
					t.Errorf("%s holds %q", dir, names)
				}
			}
		})
	}
}

// The same archives without their faults are accepted, or the test above
// would say nothing.
func TestForged(t *testing.T) {
	ms := []one{dirAt("data"), dirAt("data/etc"), fileAt("data/etc/a", "x"), linkAt("data/etc/b", "data/etc/a", tar.TypeLink),
		linkAt("data/etc/l", "../../x", tar.TypeSymlink), linkAt("data/etc/m", "/x", tar.TypeSymlink)}
	if _, err := unpackAll(t, forge(t, goodHead, true, ms[:4]...), StrangeLimits, false); err != nil {
		t.Fatal(err)
	}
	if _, err := unpackAll(t, forge(t, goodHead, true, ms...), NoLimits, false); err != nil {
		t.Fatal(err)
	}
	if _, err := unpackAll(t, forge(t, goodHead, false, ms...), NoLimits, false); !errors.Is(err, ErrArchive) {
		t.Errorf("without digests: %v", err)
	}
}

// A bomb is given up long before it has burst.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks 256 MiB")
	}
	archive := forge(t, goodHead, true, dirAt("data"), dirAt("data/etc"), fileAt("data/etc/a", string(make([]byte, 400<<20))))
	_, err := readArchive(context.Background(), bytes.NewReader(archive), StrangeLimits, &checker{}, nil)
	if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), "times its size") {
		t.Errorf("%v", err)
	}
	if _, err := readArchive(context.Background(), bytes.NewReader(archive), NoLimits, &checker{}, nil); err != nil {
		t.Errorf("without limits: %v", err)
	}
}

// sumUp gives every header of a tar file the sum that it needs, so that what
// is fuzzed is not refused for that alone.
func sumUp(b []byte) []byte {
	b = bytes.Clone(b)
	for at := 0; at+tarBlock <= len(b); at += tarBlock {
		h := (*[tarBlock]byte)(b[at:])
		if string(h[257:262]) == "ustar" {
			checksum(h)
		}
	}
	return b
}

// FuzzRestore unpacks anything.  Whatever happens, nothing is made outside
// the directory, nothing is left open, and what is accepted reads again.
func FuzzRestore(f *testing.F) {
	plain := func(b []byte) []byte { return unzip(f, b) }
	src := f.TempDir()
	os.WriteFile(filepath.Join(src, "a"), []byte("text"), 0o644)
	os.Symlink("a", filepath.Join(src, "b"))
	os.Link(filepath.Join(src, "a"), filepath.Join(src, "c"))
	if h, err := os.Create(filepath.Join(src, "d")); err == nil {
		h.Truncate(1 << 20)
		h.WriteAt([]byte("x"), 1<<19)
		h.Close()
	}
	f.Add(plain(packTree(f, src)))
	f.Add(plain(forge(f, goodHead, true, dirAt("data"), dirAt("data/etc"), linkAt("data/etc/l", "../../../x", tar.TypeSymlink))))
	f.Add(plain(forge(f, goodHead, true, dirAt("data"), fileAt("data/../../evil", "x"))))
	f.Add(plain(forge(f, goodHead, true, dirAt("manifest"), fileAt("manifest/web.cell", "command /x\n"))))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = sumUp(b)
		work := t.TempDir()
		u := &unpacker{places: map[string]string{}}
		for _, p := range []string{dataPart, manifestPart, stampsPart, volumesPart} {
			u.places[p] = filepath.Join(work, "a", p)
			if err := os.MkdirAll(u.places[p], 0o700); err != nil {
				t.Fatal(err)
			}
		}
		lim := Limits{Entries: 100, Bytes: 1 << 20, Ratio: 100, Strict: true}
		_, err := readArchive(context.Background(), bytes.NewReader(zip(b)), lim, u, nil)
		u.close()
		if names, _ := readDir(work); len(names) != 1 {
			t.Fatalf("made %q", names)
		}
		for p, at := range u.places {
			if names, _ := readDir(at); len(names) > 1 || len(names) == 1 && names[0] != freshName {
				t.Fatalf("%s: made %q", p, names)
			}
		}
		if names, _ := readDir(filepath.Join(work, "a")); len(names) != 4 {
			t.Fatalf("made %q", names)
		}
		if err == nil {
			if _, err := readArchive(context.Background(), bytes.NewReader(zip(b)), lim, &checker{}, nil); err != nil {
				t.Fatalf("accepted once, then: %v", err)
			}
		} else if strings.Contains(err.Error(), "\n") {
			t.Fatalf("more than a line: %q", err)
		}
	})
}
