package host

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Limits bound what an archive may make.
type Limits struct {
	Entries int
	Bytes   int64 // of all files together
}

// BaseLimits are ample for every set of NetBSD.
var BaseLimits = Limits{Entries: 1 << 20, Bytes: 64 << 30}

const (
	maxDepth = 64
	maxPath  = 1024
)

// ErrArchive is an archive that is not what it should be.
var ErrArchive = errors.New("bad archive")

// Unpacker unpacks archives below one directory.  Archives are untrusted:
// nothing outside the directory is reached, names that leave it are errors,
// and so is more than the limits.
type Unpacker struct {
	Root    *os.Root
	Limits  Limits
	Skipped int // devices, pipes and sockets, which are left out
	entries int
	bytes   int64
	dirs    []*tar.Header
}

// Unpack unpacks a tar file, which may be compressed with gzip, bzip2 or xz.
func (u *Unpacker) Unpack(r io.Reader) error {
	plain, err := decompress(r)
	if err != nil {
		return err
	}
	defer plain.Close()
	t := tar.NewReader(plain)
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if err := u.entry(t, h); err != nil {
			return err
		}
	}
	if err := plain.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return u.finishDirs()
}

// decompress finds the compression by the first bytes.
func decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	magic, _ := b.Peek(6)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrArchive, err)
		}
		return z, nil
	case bytes.HasPrefix(magic, []byte("BZh")):
		return io.NopCloser(bzip2.NewReader(b)), nil
	case bytes.Equal(magic, []byte("\xfd7zXZ\x00")):
		return xz(b)
	}
	return io.NopCloser(b), nil
}

// entry takes one entry of the archive.
func (u *Unpacker) entry(t *tar.Reader, h *tar.Header) error {
	name, err := entryName(h.Name)
	if err != nil || name == "." {
		return err
	}
	if u.entries++; u.entries > u.Limits.Entries {
		return fmt.Errorf("%w: more than %d entries", ErrArchive, u.Limits.Entries)
	}
	if h.Typeflag != tar.TypeDir {
		if err := u.clear(name); err != nil {
			return err
		}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		err = u.dir(name, h)
	case tar.TypeReg:
		err = u.file(t, name, h)
	case tar.TypeSymlink:
		err = u.symlink(name, h)
	case tar.TypeLink:
		var old string
		if old, err = entryName(h.Linkname); err == nil {
			err = u.hardlink(old, name)
		}
	case tar.TypeXGlobalHeader:
	default:
		u.Skipped++
	}
	if err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	return nil
}

// entryName makes the name of an entry one below the root.
func entryName(name string) (string, error) {
	clean := path.Clean(strings.TrimPrefix(name, "./"))
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("%w: %q leaves the directory", ErrArchive, name)
		}
	}
	switch {
	case !filepath.IsLocal(clean), strings.ContainsRune(name, 0):
		return "", fmt.Errorf("%w: %q leaves the directory", ErrArchive, name)
	case len(clean) > maxPath, strings.Count(clean, "/") > maxDepth:
		return "", fmt.Errorf("%w: %.60q... is too long", ErrArchive, name)
	}
	return clean, nil
}

// clear makes room for what is not a directory.
func (u *Unpacker) clear(name string) error {
	if err := MakeDirs(u.Root, path.Dir(name)); err != nil {
		return err
	}
	st, err := u.Root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && st.IsDir() {
		return fmt.Errorf("%w: a directory is to become something else", ErrArchive)
	}
	return errors.Join(err, u.Root.Remove(name))
}

func (u *Unpacker) dir(name string, h *tar.Header) error {
	st, err := u.Root.Lstat(name)
	switch {
	case err == nil && !st.IsDir():
		return fmt.Errorf("%w: something else is to become a directory", ErrArchive)
	case errors.Is(err, fs.ErrNotExist):
		if err := MakeDirs(u.Root, name); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	u.dirs = append(u.dirs, h)
	return nil
}

func (u *Unpacker) file(t *tar.Reader, name string, h *tar.Header) error {
	if u.bytes += h.Size; h.Size < 0 || u.bytes > u.Limits.Bytes {
		return fmt.Errorf("%w: more than %d bytes", ErrArchive, u.Limits.Bytes)
	}
	w, err := u.Root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(w, t); err == nil {
		err = ignorePermission(w.Chown(h.Uid, h.Gid))
	}
	if err == nil {
		err = w.Chmod(entryMode(h))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return u.Root.Chtimes(name, time.Now(), h.ModTime)
}

func entryMode(h *tar.Header) fs.FileMode { return h.FileInfo().Mode() &^ fs.ModeType }

// symlink makes links relative, so that they mean the same inside a cell and
// outside, and refuses those that climb above the root.
func (u *Unpacker) symlink(name string, h *tar.Header) error {
	to := h.Linkname
	up := strings.Count(name, "/")
	if path.IsAbs(to) {
		to = strings.Repeat("../", up) + strings.TrimPrefix(path.Clean(to), "/")
	}
	if to == "" || !filepath.IsLocal(path.Join(path.Dir(name), to)) && path.Join(path.Dir(name), to) != "." {
		return fmt.Errorf("%w: a link to %q leaves the directory", ErrArchive, h.Linkname)
	}
	if err := u.Root.Symlink(to, name); err != nil {
		return err
	}
	return ignorePermission(u.Root.Lchown(name, h.Uid, h.Gid))
}

// hardlink refuses what is no regular file: a link to a symbolic link would
// be followed by some systems.
func (u *Unpacker) hardlink(old, name string) error {
	st, err := u.Root.Lstat(old)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%w: a hard link to something that is no file", ErrArchive)
	}
	return u.Root.Link(old, name)
}

// finishDirs gives directories their modes, the innermost first.
func (u *Unpacker) finishDirs() error {
	for i := len(u.dirs) - 1; i >= 0; i-- {
		h := u.dirs[i]
		name, err := entryName(h.Name)
		if err == nil {
			err = PlainDir(u.Root, name)
		}
		if err == nil {
			err = ignorePermission(u.Root.Chown(name, h.Uid, h.Gid))
		}
		if err == nil {
			err = u.Root.Chmod(name, entryMode(h))
		}
		if err == nil {
			err = u.Root.Chtimes(name, time.Now(), h.ModTime)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	u.dirs = nil
	return nil
}
