package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// NewPrefix begins the name of a file that is being written; it is renamed
// when it is complete.  The name is always the same for the same file, so
// that what a killed program left is replaced by the next one.
const NewPrefix = ".cells-new."

// File is what is written at once, or not at all.
type File struct {
	Mode     fs.FileMode
	UID, GID int // below 0: the program's own
}

// WriteFile replaces a file below root: it is written beside, flushed, and
// renamed.  step, where not nil, is called between these.
func WriteFile(root *os.Root, name string, data []byte, f File, step func()) error {
	if step == nil {
		step = func() {}
	}
	tmp := path.Join(path.Dir(name), NewPrefix+path.Base(name))
	if err := root.RemoveAll(tmp); err != nil {
		return err
	}
	step()
	if err := writeNew(root, tmp, data, f); err != nil {
		root.Remove(tmp)
		return err
	}
	step()
	if err := root.Rename(tmp, name); err != nil {
		root.RemoveAll(tmp)
		return err
	}
	step()
	return SyncDir(root, path.Dir(name))
}

// writeNew makes a file with its content, owner and mode and flushes it.
func writeNew(root *os.Root, name string, data []byte, f File) error {
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	if err == nil && (f.UID >= 0 || f.GID >= 0) {
		err = w.Chown(f.UID, f.GID)
	}
	if err == nil {
		err = w.Chmod(f.Mode)
	}
	if err == nil {
		err = w.Sync()
	}
	return errors.Join(err, w.Close())
}

// OpenDir opens a directory below root for reading.  Only a directory has an
// entry ".": a pipe that a cell has put there is an error, and not a wait for
// somebody to open its other end.
func OpenDir(root *os.Root, name string) (*os.File, error) { return root.Open(name + "/.") }

// OpenBelow is os.Root.OpenRoot, with the care of OpenDir.
func OpenBelow(root *os.Root, name string) (*os.Root, error) { return root.OpenRoot(name + "/.") }

// SyncDir flushes a directory below root.  A file system that cannot is no
// error.
func SyncDir(root *os.Root, name string) error {
	d, err := OpenDir(root, name)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errInvalid) {
		return err
	}
	return nil
}

// WriteHost is WriteFile for a path of the host's own.
func WriteHost(file string, data []byte, mode fs.FileMode, step func()) error {
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer root.Close()
	return WriteFile(root, filepath.Base(file), data, File{mode, -1, -1}, step)
}

// MaxRead is how much of a file of a cell is read, in bytes.
const MaxRead = 16 << 20

// ErrKind is a file that is something else than it should be.
var ErrKind = errors.New("not a regular file")

// ReadFile reads a regular file below root and says what it is.  A file that
// does not exist is fs.ErrNotExist; a symbolic link at its end is ErrKind.
func ReadFile(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	st, err := root.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, st, fmt.Errorf("%s: %w", name, ErrKind)
	}
	f, err := root.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if st, err = f.Stat(); err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w", name, ErrKind)
	}
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, MaxRead+1))
	if err == nil && len(b) > MaxRead {
		err = fmt.Errorf("%s: larger than %d bytes", name, MaxRead)
	}
	return b, st, err
}

// MakeDirs makes the directories of a path below root that are missing, with
// mode 0755; each component must be a directory or a link that stays below.
func MakeDirs(root *os.Root, name string) error {
	if name == "." || name == "" {
		return nil
	}
	return root.MkdirAll(name, 0o755)
}

// PlainDir reports whether name is a directory below root that is reached
// without any symbolic link, so that its path means the same to mount(2).
func PlainDir(root *os.Root, name string) error {
	for at := name; at != "." && at != "/" && at != ""; at = path.Dir(at) {
		st, err := root.Lstat(at)
		if err != nil {
			return err
		}
		if !st.IsDir() {
			return fmt.Errorf("%s: not a directory", at)
		}
	}
	return nil
}

func readlink(p string) (string, error) { return os.Readlink(p) }

func isDir(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.IsDir()
}
