package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// CopyTree copies what lies below the directory from of src to the directory
// to of dst, which exists: directories, files and symbolic links, with
// owners, modes and times.  Sockets, pipes and devices are left out.  keep,
// where not nil, says which entries are taken, by their path below from.
func CopyTree(dst *os.Root, to string, src *os.Root, from string, keep func(rel string) bool) error {
	dir, err := src.Open(from)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	dir.Close()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if keep != nil && !keep(e.Name()) {
			continue
		}
		below := func(rel string) bool { return keep == nil || keep(path.Join(e.Name(), rel)) }
		if err := copyEntry(dst, path.Join(to, e.Name()), src, path.Join(from, e.Name()), below); err != nil {
			return err
		}
	}
	return copyMeta(dst, to, src, from)
}

func copyEntry(dst *os.Root, to string, src *os.Root, from string, keep func(string) bool) error {
	st, err := src.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case st.IsDir():
		return copyDir(dst, to, src, from, keep)
	case st.Mode()&fs.ModeSymlink != 0:
		link, err := src.Readlink(from)
		if err != nil {
			return err
		}
		if err := replacing(dst, to, func() error { return dst.Symlink(link, to) }); err != nil {
			return err
		}
		uid, gid := Owner(st)
		return ignorePermission(dst.Lchown(to, uid, gid))
	case st.Mode().IsRegular():
		return copyFile(dst, to, src, from)
	}
	return nil
}

// copyDir makes a directory and goes on below it, from descriptors of its own
// so that no path is walked again for each entry.
func copyDir(dst *os.Root, to string, src *os.Root, from string, keep func(string) bool) error {
	if err := dst.Mkdir(to, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	out, err := OpenBelow(dst, to)
	if err != nil {
		return err
	}
	defer out.Close()
	in, err := OpenBelow(src, from)
	if err != nil {
		return err
	}
	defer in.Close()
	return CopyTree(out, ".", in, ".", keep)
}

// replacing calls create, and once more with what is in its way removed.
func replacing(dst *os.Root, name string, create func() error) error {
	err := create()
	if errors.Is(err, fs.ErrExist) {
		if err = dst.RemoveAll(name); err == nil {
			err = create()
		}
	}
	return err
}

func copyFile(dst *os.Root, to string, src *os.Root, from string) error {
	r, err := src.OpenFile(from, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return err
	}
	defer r.Close()
	if st, err := r.Stat(); err != nil || !st.Mode().IsRegular() {
		return errors.Join(err, fmt.Errorf("%s: changed while it was copied", from))
	}
	var w *os.File
	err = replacing(dst, to, func() (err error) {
		w, err = dst.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return copyMeta(dst, to, src, from)
}

// copyMeta gives a copy its owner, mode and times, in this order: chown(2)
// takes set-id bits away.
func copyMeta(dst *os.Root, to string, src *os.Root, from string) error {
	st, err := src.Stat(from)
	if err != nil {
		return err
	}
	uid, gid := Owner(st)
	if err := ignorePermission(dst.Chown(to, uid, gid)); err != nil {
		return err
	}
	if err := dst.Chmod(to, st.Mode()&^fs.ModeType); err != nil {
		return err
	}
	return dst.Chtimes(to, st.ModTime(), st.ModTime())
}

// ignorePermission lets copies of an ordinary user belong to that user.
func ignorePermission(err error) error {
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return nil
	}
	return err
}
