package backup

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"path"
	"strconv"
	"time"
	"unicode/utf8"
)

const tarBlock = 512

// extent is a part of a file that holds data, in bytes.
type extent struct{ at, size int64 }

// member is one member of the archive.
type member struct {
	name     string // directories without a slash at the end
	kind     byte   // tar.TypeReg ...
	mode     int64  // permissions, set-id and sticky bits
	uid, gid int
	mtime    time.Time
	atime    time.Time
	link     string
	flags    string   // of chflags(1), "" for none
	size     int64    // of the file
	data     []extent // where not all of it is data
	sparse   bool
}

// tarWriter writes the pax format of POSIX.1-2001 and, for files with holes,
// what GNU tar calls format 1.0 of its sparse files.  Package archive/tar
// writes no sparse files.
type tarWriter struct {
	w    io.Writer
	rec  bytes.Buffer
	size int64 // written so far
}

func (t *tarWriter) Write(p []byte) (int, error) {
	n, err := t.w.Write(p)
	t.size += int64(n)
	return n, err
}

// record adds one pax record: its length, which counts itself, and the rest.
func (t *tarWriter) record(key, value string) {
	rest := len(key) + len(value) + 3 // blank, equals sign, newline
	n := rest + len(strconv.Itoa(rest))
	if rest+len(strconv.Itoa(n)) != n {
		n = rest + len(strconv.Itoa(n))
	}
	fmt.Fprintf(&t.rec, "%d %s=%s\n", n, key, value)
}

// header writes what comes before a member's content and returns how many
// bytes of content have to follow.
func (t *tarWriter) header(m *member) (content int64, err error) {
	t.rec.Reset()
	name, size := m.name, m.size
	var sparseMap []byte
	if m.kind == tar.TypeDir {
		name += "/"
	}
	if m.sparse {
		sparseMap = formatMap(m)
		t.record("GNU.sparse.major", "1")
		t.record("GNU.sparse.minor", "0")
		t.record("GNU.sparse.name", m.name)
		t.record("GNU.sparse.realsize", strconv.FormatInt(m.size, 10))
		name = path.Join(path.Dir(m.name), "GNUSparseFile.0", path.Base(m.name))
		size = int64(len(sparseMap))
		for _, e := range m.data {
			size += e.size
		}
	}
	t.times(m)
	if m.flags != "" {
		t.record("SCHILY.fflags", m.flags)
	}
	head := t.ustar(name, m, size)
	if t.rec.Len() > 0 {
		if err := t.extended(name); err != nil {
			return 0, err
		}
	}
	if _, err := t.Write(head[:]); err != nil {
		return 0, err
	}
	_, err = t.Write(sparseMap)
	return size - int64(len(sparseMap)), err
}

// times records what the header has no room for: fractions of seconds, and
// the time of the last access.
func (t *tarWriter) times(m *member) {
	if m.mtime.Nanosecond() != 0 || m.mtime.Unix() < 0 || m.mtime.Unix() >= 1<<33 {
		t.record("mtime", formatTime(m.mtime))
	}
	if !m.atime.IsZero() {
		t.record("atime", formatTime(m.atime))
	}
}

// formatTime writes seconds since 1970 as pax(1) has them.
func formatTime(at time.Time) string {
	sec, nsec, sign := at.Unix(), int64(at.Nanosecond()), ""
	if nsec == 0 {
		return strconv.FormatInt(sec, 10)
	}
	if sec < 0 {
		sign, sec, nsec = "-", -(sec + 1), 1e9-nsec
	}
	return fmt.Sprintf("%s%d.%09d", sign, sec, nsec)
}

// formatMap is the list of a sparse file's data, filled up to whole blocks.
// A file that ends in a hole has an empty extent at its end.
func formatMap(m *member) []byte {
	data := m.data
	if n := len(data); n == 0 || data[n-1].at+data[n-1].size < m.size {
		data = append(data[:n:n], extent{m.size, 0})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d\n", len(data))
	for _, e := range data {
		fmt.Fprintf(&b, "%d\n%d\n", e.at, e.size)
	}
	b.Write(make([]byte, padding(int64(b.Len()))))
	return b.Bytes()
}

// padding is what is missing to whole blocks.
func padding(n int64) int64 { return -n & (tarBlock - 1) }

// ustar makes the header block; what does not fit becomes a record.
func (t *tarWriter) ustar(name string, m *member, size int64) (h [tarBlock]byte) {
	t.text(h[0:100], "path", name)
	octal(h[100:108], m.mode)
	t.number(h[108:116], "uid", int64(m.uid))
	t.number(h[116:124], "gid", int64(m.gid))
	t.number(h[124:136], "size", size)
	octal(h[136:148], min(max(m.mtime.Unix(), 0), 1<<33-1))
	h[156] = m.kind
	t.text(h[157:257], "linkpath", m.link)
	copy(h[257:], "ustar\x0000")
	octal(h[329:337], 0)
	octal(h[337:345], 0)
	if !utf8.ValidString(name) || !utf8.ValidString(m.link) {
		t.record("hdrcharset", "BINARY")
	}
	checksum(&h)
	return h
}

// checksum fills in the sum of a header.
func checksum(h *[tarBlock]byte) {
	copy(h[148:156], "        ")
	var sum int64
	for _, c := range h {
		sum += int64(c)
	}
	octal(h[148:155], sum)
}

// text puts s into a field or, where it is too long or no ASCII, a record.
func (t *tarWriter) text(field []byte, key, s string) {
	plain := len(s) <= len(field)
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x80
	}
	if !plain {
		t.record(key, s)
	}
	copy(field, s)
}

// number puts n into a field or, where it is too large, a record.
func (t *tarWriter) number(field []byte, key string, n int64) {
	if n >= 1<<(3*(len(field)-1)) {
		t.record(key, strconv.FormatInt(n, 10))
		n = 0
	}
	octal(field, n)
}

// octal fills a field with digits and a NUL.
func octal(field []byte, n int64) {
	copy(field, fmt.Sprintf("%0*o", len(field)-1, n))
}

// extended writes the records as a member of their own.
func (t *tarWriter) extended(name string) error {
	var h [tarBlock]byte
	copy(h[:100], path.Join("PaxHeaders", path.Base(name)))
	for i, c := range h[:100] {
		if c >= 0x80 {
			h[i] = '_'
		}
	}
	octal(h[100:108], 0o644)
	octal(h[108:116], 0)
	octal(h[116:124], 0)
	octal(h[124:136], int64(t.rec.Len()))
	octal(h[136:148], 0)
	h[156] = tar.TypeXHeader
	copy(h[257:], "ustar\x0000")
	checksum(&h)
	if _, err := t.Write(h[:]); err != nil {
		return err
	}
	t.rec.Write(make([]byte, padding(int64(t.rec.Len()))))
	_, err := t.Write(t.rec.Bytes())
	return err
}

// end writes the two empty blocks that end an archive, filled up to the
// record of 20 blocks that tapes had.
func (t *tarWriter) end() error {
	n := int64(2 * tarBlock)
	n += (20*tarBlock - (t.size+n)%(20*tarBlock)) % (20 * tarBlock)
	_, err := t.Write(make([]byte, n))
	return err
}
