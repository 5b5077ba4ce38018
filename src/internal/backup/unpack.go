package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// checker is a sink that keeps nothing: it reads every file.
type checker struct{ buf []byte }

func (c *checker) begin(*Head) error               { return nil }
func (c *checker) enter(string, *tar.Header) error { return nil }
func (c *checker) leave() error                    { return nil }
func (c *checker) other(string, *tar.Header) error { return nil }

func (c *checker) file(name string, h *tar.Header, r io.Reader) error {
	if c.buf == nil {
		c.buf = make([]byte, 256<<10)
	}
	for {
		_, err := r.Read(c.buf)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return asArchive(name, err)
		}
	}
}

// asArchive says of an error of reading a member where it was.
func asArchive(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it is cut off")
	}
	if !errors.Is(err, ErrArchive) && !errors.Is(err, context.Canceled) {
		err = fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return fmt.Errorf("%.200q: %w", name, err)
}

// level is a directory that is being filled.
type level struct {
	root *os.Root
	fd   *os.File // the same, for what os.Root cannot do
	head *tar.Header
	base string // in the directory above
}

// unpacker is a sink that unpacks below a directory, which is empty.
type unpacker struct {
	top      *os.Root
	setID    bool                // keep such bits of files
	room     func(n int64) error // asks whether so much may be written
	accept   func(h *Head) error // may refuse the archive
	levels   []*level
	buf      []byte
	stripped int64         // files that have lost their set-id bits
	flagged  []*tar.Header // entries that have flags
}

func (u *unpacker) begin(h *Head) error {
	u.buf = make([]byte, 256<<10)
	if err := u.push(u.top, nil, ""); err != nil {
		return err
	}
	if u.accept != nil {
		return u.accept(h)
	}
	return nil
}

// push opens a directory for the entries that follow.
func (u *unpacker) push(root *os.Root, h *tar.Header, base string) error {
	fd, err := root.Open(".")
	if err != nil {
		return err
	}
	u.levels = append(u.levels, &level{root: root, fd: fd, head: h, base: base})
	return nil
}

func (u *unpacker) at() *level { return u.levels[len(u.levels)-1] }

// enter makes a directory that only we can look into until it is complete.
func (u *unpacker) enter(name string, h *tar.Header) error {
	base := path.Base(name)
	if err := u.at().root.Mkdir(base, 0o700); err != nil {
		return err
	}
	root, err := u.at().root.OpenRoot(base)
	if err != nil {
		return err
	}
	return u.push(root, h, base)
}

// leave gives a directory its owner, mode and times.
func (u *unpacker) leave() error {
	l := u.at()
	u.levels = u.levels[:len(u.levels)-1]
	defer l.root.Close()
	defer l.fd.Close()
	if err := chown(l.fd, l.head); err != nil {
		return err
	}
	if err := l.fd.Chmod(fileMode(l.head.Mode & 0o7777)); err != nil {
		return err
	}
	if err := u.times(l.base, l.head); err != nil {
		return err
	}
	u.later(path.Clean(l.head.Name), l.head)
	return nil
}

// later remembers an entry with flags: what is immutable cannot be worked
// on.  The directories that are swapped have none, since they are renamed.
func (u *unpacker) later(name string, h *tar.Header) {
	if h.PAXRecords["SCHILY.fflags"] != "" && strings.Count(name, "/") >= 2 {
		u.flagged = append(u.flagged, h)
	}
}

// flags sets those of chflags(1), what is innermost first.
func (u *unpacker) flags() error {
	for _, h := range slices.Backward(u.flagged) {
		name := path.Clean(h.Name)
		dir, err := u.top.Open(path.Dir(name))
		if err == nil {
			err = errors.Join(setFlags(dir, path.Base(name), h.PAXRecords["SCHILY.fflags"]), dir.Close())
		}
		if err != nil {
			return fmt.Errorf("%s: flags: %w", name, err)
		}
	}
	return nil
}

// close lets go of the directories that an error has left open.
func (u *unpacker) close() {
	for i, l := range u.levels {
		l.fd.Close()
		if i > 0 {
			l.root.Close()
		}
	}
	u.levels = nil
}

// file writes a regular file, with holes where it had some.
func (u *unpacker) file(name string, h *tar.Header, r io.Reader) error {
	base := path.Base(name)
	w, err := u.at().root.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = u.copy(w, name, h, r); err == nil {
		err = chown(w, h)
	}
	mode := h.Mode & 0o7777
	if mode&0o6000 != 0 && !u.setID {
		mode &^= 0o6000
		u.stripped++
	}
	if err == nil {
		err = w.Chmod(fileMode(mode))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	u.later(name, h)
	return u.times(base, h)
}

// copy writes the content.
func (u *unpacker) copy(w *os.File, name string, h *tar.Header, r io.Reader) error {
	holes := sparse(h)
	if !holes {
		if err := u.room(h.Size); err != nil {
			return err
		}
	}
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
			if err := u.room(int64(k)); err != nil {
				return err
			}
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
	base := path.Base(name)
	switch h.Typeflag {
	case tar.TypeSymlink:
		if err := u.at().root.Symlink(h.Linkname, base); err != nil {
			return err
		}
	case tar.TypeLink:
		return u.hardlink(h.Linkname, name)
	case tar.TypeFifo:
		if err := unix.Mkfifoat(int(u.at().fd.Fd()), base, uint32(h.Mode&0o777)); err != nil {
			return &fs.PathError{Op: "mkfifo", Path: name, Err: err}
		}
		if err := unix.Fchmodat(int(u.at().fd.Fd()), base, uint32(h.Mode&0o777), 0); err != nil {
			return &fs.PathError{Op: "chmod", Path: name, Err: err}
		}
	}
	if err := ignorePermission(u.at().root.Lchown(base, h.Uid, h.Gid)); err != nil {
		return err
	}
	return u.times(base, h)
}

// hardlink gives a file that is there another name.
func (u *unpacker) hardlink(old, name string) error {
	st, err := u.top.Lstat(old)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return bad("%.80q: a link to something that is no file", name)
	}
	return u.top.Link(old, name)
}

// times sets those of an entry of the directory; the archive's root has none.
func (u *unpacker) times(base string, h *tar.Header) error {
	atime := h.AccessTime
	if atime.IsZero() {
		atime = h.ModTime
	}
	ts := []unix.Timespec{timespec(atime), timespec(h.ModTime)}
	if err := unix.UtimesNanoAt(int(u.at().fd.Fd()), base, ts, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return &fs.PathError{Op: "utimensat", Path: h.Name, Err: err}
	}
	return nil
}

// timespec is a time for utimensat(2); what it cannot hold becomes 1970.
func timespec(t time.Time) unix.Timespec {
	s, err := unix.TimeToTimespec(t)
	if err != nil {
		s, _ = unix.TimeToTimespec(time.Unix(0, 0))
	}
	return s
}

func fileMode(bits int64) fs.FileMode {
	m := fs.FileMode(bits & 0o777)
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if bits&(0o1000<<i) != 0 {
			m |= bit
		}
	}
	return m
}

// chown gives a file its owner; what an ordinary user unpacks is that user's.
func chown(f *os.File, h *tar.Header) error { return ignorePermission(f.Chown(h.Uid, h.Gid)) }

func ignorePermission(err error) error {
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return nil
	}
	return err
}
