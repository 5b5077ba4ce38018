package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"cells/src/internal/host"
)

// Totals count what an archive holds.
type Totals struct {
	Entries int64 // members, but for BACKUP and DIGESTS
	Files   int64 // of them regular files
	Bytes   int64 // of the files, holes included
	Stream  int64 // of the tar file before it is compressed
}

// packer writes an archive.
type packer struct {
	ctx     context.Context
	tar     tarWriter
	digests bytes.Buffer
	sum     hash.Hash
	buf     []byte
	links   map[[2]uint64]string // of files with several names, the first
	total   Totals
	warn    func(format string, args ...any)
	moved   func(n int64) // tells of progress
}

func newPacker(ctx context.Context, w io.Writer, warn func(string, ...any), moved func(int64)) *packer {
	return &packer{ctx: ctx, tar: tarWriter{w: w}, sum: sha256.New(), buf: make([]byte, 256<<10),
		links: map[[2]uint64]string{}, warn: warn, moved: moved}
}

// head writes the first member.
func (p *packer) head(h *Head) error {
	return p.bytes(&member{name: headName, kind: tar.TypeReg, mode: 0o644, mtime: h.Made}, h.text())
}

// bytes writes a member whose content is in memory.
func (p *packer) bytes(m *member, content []byte) error {
	m.size = int64(len(content))
	if _, err := p.tar.header(m); err != nil {
		return err
	}
	_, err := p.tar.Write(append(slices.Clone(content), make([]byte, padding(m.size))...))
	return err
}

// finish writes the last member and the end.
func (p *packer) finish(made time.Time) error {
	err := p.bytes(&member{name: digestsName, kind: tar.TypeReg, mode: 0o644, mtime: made}, p.digests.Bytes())
	if err == nil {
		err = p.tar.end()
	}
	p.total.Stream = p.tar.size
	return err
}

// dir writes a directory of the archive itself.
func (p *packer) dir(name string, made time.Time) error {
	p.total.Entries++
	_, err := p.tar.header(&member{name: name, kind: tar.TypeDir, mode: 0o755, mtime: made})
	return err
}

// tree writes the directory root and all below it as name.
func (p *packer) tree(root *os.Root, name string) error {
	st, err := root.Lstat(".")
	if err != nil {
		return err
	}
	m, _, err := p.member(st, name)
	if err != nil {
		return err
	}
	if _, err := p.tar.header(m); err != nil {
		return err
	}
	p.total.Entries++
	d, err := root.Open(".")
	if err != nil {
		return err
	}
	entries, err := d.ReadDir(-1)
	d.Close()
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if err := p.ctx.Err(); err != nil {
			return context.Cause(p.ctx)
		}
		if err := p.entry(root, e.Name(), path.Join(name, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// entry writes one entry of a directory.  What vanishes meanwhile was not
// there.
func (p *packer) entry(root *os.Root, base, name string) error {
	st, err := root.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if st.IsDir() {
		sub, err := host.OpenBelow(root, base)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer sub.Close()
		return p.tree(sub, name)
	}
	return p.leaf(root, st, base, name)
}

// leaf writes what is no directory.
func (p *packer) leaf(root *os.Root, st fs.FileInfo, base, name string) error {
	m, f, err := p.member(st, name)
	if err != nil {
		return err
	}
	switch {
	case m.kind == 0:
		p.warn("%s: a %s is not backed up", name, describe(st.Mode()))
		return nil
	case m.kind == tar.TypeSymlink:
		if m.link, err = root.Readlink(base); err != nil {
			return err
		}
	case f.links > 1:
		id := [2]uint64{f.dev, f.ino}
		if m.link = p.links[id]; m.link != "" {
			m.kind, m.size = tar.TypeLink, 0
		} else if m.kind == tar.TypeReg {
			p.links[id] = name
		}
	}
	p.total.Entries++
	if m.kind == tar.TypeReg {
		return p.file(root, base, m, f)
	}
	_, err = p.tar.header(m)
	return err
}

func describe(m fs.FileMode) string {
	switch {
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device node"
	}
	return "file of an unknown kind"
}

// member is what is known of a file; of kind 0 where it cannot be kept.
func (p *packer) member(st fs.FileInfo, name string) (*member, facts, error) {
	if tooLong(name) {
		return nil, facts{}, fmt.Errorf("%.60q...: a backup holds no path beyond %d bytes or %d directories",
			name, maxPath, maxDepth)
	}
	if err := checkName(name); err != nil {
		return nil, facts{}, err
	}
	uid, gid := host.Owner(st)
	f := factsOf(st)
	m := &member{name: name, mode: modeBits(st.Mode()), uid: max(uid, 0), gid: max(gid, 0),
		mtime: st.ModTime(), atime: f.atime, flags: f.flags}
	switch {
	case st.Mode().IsRegular():
		m.kind, m.size = tar.TypeReg, st.Size()
	case st.IsDir():
		m.kind = tar.TypeDir
	case st.Mode()&fs.ModeSymlink != 0:
		m.kind = tar.TypeSymlink
	case st.Mode()&fs.ModeNamedPipe != 0:
		m.kind = tar.TypeFifo
	}
	return m, f, nil
}

// modeBits is the mode as chmod(2) has it.
func modeBits(m fs.FileMode) int64 {
	n := int64(m.Perm())
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if m&bit != 0 {
			n |= 0o1000 << i
		}
	}
	return n
}

// file writes a regular file.
func (p *packer) file(root *os.Root, base string, m *member, f facts) error {
	r, err := root.OpenFile(base, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	st, err := r.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() || factsOf(st).ino != f.ino {
		return fmt.Errorf("%s: became something else while it was read", m.name)
	}
	m.size, m.mtime = st.Size(), st.ModTime()
	if m.data, m.sparse, err = dataOf(r, m.size, f.allocated); err != nil {
		return fmt.Errorf("%s: %w", m.name, err)
	}
	content, err := p.tar.header(m)
	if err != nil {
		return err
	}
	data := m.data
	if !m.sparse {
		data = []extent{{0, m.size}}
	}
	p.sum.Reset()
	if err := p.extents(r, m, data); err != nil {
		return err
	}
	p.digests.WriteString(digestLine(m.name, p.sum.Sum(nil)))
	p.total.Files++
	p.total.Bytes += m.size
	_, err = p.tar.Write(zeros[:padding(content)])
	return err
}

// extents writes the data of a file and sums all of it up, holes as zeros.
func (p *packer) extents(r *os.File, m *member, data []extent) error {
	at, short := int64(0), false
	for _, e := range data {
		p.sumZeros(e.at - at)
		for at = e.at; at < e.at+e.size; {
			if p.ctx.Err() != nil {
				return context.Cause(p.ctx)
			}
			b := p.buf[:min(int64(len(p.buf)), e.at+e.size-at)]
			n, err := r.ReadAt(b, at)
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			if n < len(b) {
				clear(b[n:])
				short = true
			}
			p.sum.Write(b)
			if _, err := p.tar.Write(b); err != nil {
				return err
			}
			at += int64(len(b))
			p.moved(int64(len(b)))
		}
	}
	p.sumZeros(m.size - at)
	if st, err := r.Stat(); short || err == nil && (st.Size() != m.size || !st.ModTime().Equal(m.mtime)) {
		p.warn("%s: changed while it was read", m.name)
	}
	return nil
}

// sumZeros sums up a hole.
func (p *packer) sumZeros(n int64) {
	for n > 0 {
		k := min(n, int64(len(zeros)))
		p.sum.Write(zeros[:k])
		n -= k
	}
}

var zeros [64 << 10]byte
