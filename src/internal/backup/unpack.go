package backup

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// level is a directory that is being filled; one without a root is passed
// over with all that is in it.
type level struct {
	root  *os.Root
	fd    *os.File // the same, for what os.Root cannot do
	above *os.File // the directory that it is in
	head  *tar.Header
	name  string // in the archive
	base  string // in the directory above
}

// freshName is what a part is unpacked as in the directory that places says.
const freshName = "new"

// unpacker is a sink that unpacks parts of an archive.  Nothing that it makes
// is reached by a path: each directory is opened once, below the one above.
type unpacker struct {
	places   map[string]string // directory of the archive -> one of the host
	setID    bool              // keep such bits of files
	accept   func(h *Head) error
	levels   []*level
	part     *level // the innermost that places names
	opened   []io.Closer
	buf      []byte
	stripped int64 // files that have lost their set-id bits
	flagged  []flagged
}

// flagged is an entry with flags of chflags(1).
type flagged struct {
	root        *os.Root
	name, flags string
}

func (u *unpacker) begin(h *Head) error {
	u.buf = make([]byte, 256<<10)
	if u.accept != nil {
		return u.accept(h)
	}
	return nil
}

// at is the directory that is being filled, nil where it is passed over.
func (u *unpacker) at() *level {
	if n := len(u.levels); n > 0 && u.levels[n-1].root != nil {
		return u.levels[n-1]
	}
	return nil
}

// enter makes a directory that only we can look into until it is complete.
func (u *unpacker) enter(name string, h *tar.Header) error {
	l := &level{head: h, name: name, base: path.Base(name)}
	above := u.at()
	if dir, ok := u.places[name]; ok {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return err
		}
		fd, err := root.Open(".")
		if err != nil {
			root.Close()
			return err
		}
		above = &level{root: root, fd: fd}
		u.opened = append(u.opened, root, fd)
		l.base, u.part = freshName, l
	}
	if above != nil {
		if err := l.open(above); err != nil {
			return err
		}
	}
	u.levels = append(u.levels, l)
	return nil
}

// open makes the directory of a level.
func (l *level) open(above *level) (err error) {
	l.above = above.fd
	if err = above.root.Mkdir(l.base, 0o700); err != nil {
		return err
	}
	if l.root, err = above.root.OpenRoot(l.base); err != nil {
		return err
	}
	if l.fd, err = l.root.Open("."); err != nil {
		l.root.Close()
		l.root = nil
	}
	return err
}

// shut lets go of a directory; the root of a part is needed until the end.
func (u *unpacker) shut(l *level) {
	if l.root == nil {
		return
	}
	l.fd.Close()
	if _, part := u.places[l.name]; part {
		u.opened = append(u.opened, l.root)
	} else {
		l.root.Close()
	}
}

// leave gives a directory its owner, mode and times.
func (u *unpacker) leave() error {
	l := u.levels[len(u.levels)-1]
	u.levels = u.levels[:len(u.levels)-1]
	defer u.shut(l)
	if l.root == nil {
		return nil
	}
	if err := u.chown(l.fd, l.name, l.head); err != nil {
		return err
	}
	if err := l.fd.Chmod(fileMode(mode(l.name, l.head))); err != nil {
		return err
	}
	u.later(l.name, l.head)
	return times(l.above, l.base, l.head)
}

// chown gives a file its owner; what an ordinary user unpacks is that user's.
func (u *unpacker) chown(f *os.File, name string, h *tar.Header) error {
	if ours(name) {
		return nil
	}
	return ignorePermission(f.Chown(h.Uid, h.Gid))
}

// later remembers an entry with flags: what is immutable cannot be worked
// on.  The directories that are swapped have none, since they are renamed.
func (u *unpacker) later(name string, h *tar.Header) {
	flags := h.PAXRecords["SCHILY.fflags"]
	if rel := u.within(name); flags != "" && strings.Count(name, "/") >= 2 && !ours(name) {
		u.flagged = append(u.flagged, flagged{u.part.root, rel, flags})
	}
}

// within is the path of a member below its part.
func (u *unpacker) within(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, u.part.name), "/")
}

// flags sets those of chflags(1), what is innermost first.
func (u *unpacker) flags() error {
	for _, f := range slices.Backward(u.flagged) {
		dir, err := f.root.Open(path.Dir(f.name))
		if err == nil {
			err = errors.Join(setFlags(dir, path.Base(f.name), f.flags), dir.Close())
		}
		if err != nil {
			return fmt.Errorf("%s: flags: %w", f.name, err)
		}
	}
	return nil
}

// close lets go of what is open.
func (u *unpacker) close() {
	for _, l := range u.levels {
		if l.root != nil {
			l.fd.Close()
			l.root.Close()
		}
	}
	for _, c := range u.opened {
		c.Close()
	}
	u.levels, u.opened = nil, nil
}

// file writes a regular file, with holes where it had some.
func (u *unpacker) file(name string, h *tar.Header, r io.Reader) error {
	at := u.at()
	if at == nil {
		return (&checker{u.buf}).file(name, h, r)
	}
	base := path.Base(name)
	w, err := at.root.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = u.copy(w, name, h, r); err == nil {
		err = u.chown(w, name, h)
	}
	bits := mode(name, h)
	if bits&0o6000 != 0 && !u.setID {
		bits &^= 0o6000
		u.stripped++
	}
	if err == nil {
		err = w.Chmod(fileMode(bits))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	u.later(name, h)
	return times(at.fd, base, h)
}

// copy writes the content.
func (u *unpacker) copy(w *os.File, name string, h *tar.Header, r io.Reader) error {
	holes := sparse(h)
	for at := int64(0); ; {
		n, rerr := io.ReadFull(r, u.buf)
		if err := u.chunk(w, u.buf[:n], at, holes); err != nil {
			return err
		}
		at += int64(n)
		if errors.Is(rerr, io.EOF) || rerr == io.ErrUnexpectedEOF && at == h.Size {
			break
		}
		if rerr != nil {
			return asArchive(name, rerr)
		}
	}
	return w.Truncate(h.Size)
}

// chunk writes a part of a file; of one with holes what is not zero.
func (u *unpacker) chunk(w *os.File, b []byte, at int64, holes bool) error {
	if !holes {
		_, err := w.Write(b)
		return err
	}
	for len(b) > 0 {
		k := min(len(b), holeSize)
		if !bytes.Equal(b[:k], zeros[:k]) {
			if _, err := w.WriteAt(b[:k], at); err != nil {
				return err
			}
		}
		at, b = at+int64(k), b[k:]
	}
	return nil
}

// other makes links and pipes.
func (u *unpacker) other(name string, h *tar.Header) error {
	at, base := u.at(), path.Base(name)
	if at == nil {
		return nil
	}
	switch h.Typeflag {
	case tar.TypeSymlink:
		if err := at.root.Symlink(h.Linkname, base); err != nil {
			return err
		}
	case tar.TypeLink:
		return u.hardlink(h.Linkname, name)
	case tar.TypeFifo:
		if err := unix.Mkfifoat(int(at.fd.Fd()), base, uint32(h.Mode&0o777)); err != nil {
			return &fs.PathError{Op: "mkfifo", Path: name, Err: err}
		}
		if err := unix.Fchmodat(int(at.fd.Fd()), base, uint32(h.Mode&0o777), 0); err != nil {
			return &fs.PathError{Op: "chmod", Path: name, Err: err}
		}
	}
	if !ours(name) {
		if err := ignorePermission(at.root.Lchown(base, h.Uid, h.Gid)); err != nil {
			return err
		}
	}
	return times(at.fd, base, h)
}

// hardlink gives a file of the same part another name.
func (u *unpacker) hardlink(old, name string) error {
	st, err := u.part.root.Lstat(u.within(old))
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return bad("%.80q: a link to something that is no file", name)
	}
	return u.part.root.Link(u.within(old), u.within(name))
}
