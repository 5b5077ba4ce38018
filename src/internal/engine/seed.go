package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// seed makes a data directory from the base, beside its place, and moves it
// there when it is complete.
func (e *Engine) seed(c *manifest.Cell, dir string) error {
	home, err := e.home(c.Name)
	if err != nil {
		return err
	}
	data := filepath.Join(home, "data")
	if err := privateDir(data); err != nil {
		return err
	}
	name := plan.DataName(dir)
	if err := removeNew(data, name); err != nil {
		return err
	}
	root, err := os.OpenRoot(data)
	if err != nil {
		return err
	}
	defer root.Close()
	tmp := host.NewPrefix + name
	if err := root.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	fault()
	if err := e.fill(c, dir, root, tmp); err != nil {
		root.RemoveAll(tmp)
		return fmt.Errorf("data %s: %w", dir, err)
	}
	// It is never copied again: all of it has to be there before its name is.
	if err := host.Flush(data); err != nil {
		return err
	}
	fault()
	if err := root.Rename(tmp, name); err != nil {
		return err
	}
	fault()
	return host.SyncDir(root, ".")
}

// fill copies what the base has at dir, or makes what belongs there.
func (e *Engine) fill(c *manifest.Cell, dir string, root *os.Root, tmp string) error {
	if err := root.Chmod(tmp, dirMode(dir)); err != nil {
		return err
	}
	if c.Base == manifest.BaseHost {
		switch dir {
		case "/etc":
			return fillEtc(root, tmp)
		case "/var":
			return fillVar(root, tmp)
		}
	}
	at, rel := e.baseDir(c, dir)
	if at == "" {
		return nil
	}
	if c.Base != manifest.BaseHost {
		if err := e.haveBase(c.Base); err != nil {
			return err
		}
	}
	src, err := os.OpenRoot(at)
	if err != nil {
		return err
	}
	defer src.Close()
	if _, err := src.Lstat(rel); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := host.PlainDir(src, rel); err != nil {
		return fmt.Errorf("base %s: %w", c.Base, err)
	}
	return host.CopyTree(root, tmp, src, rel, nil)
}

// fillEtc copies those files of the host's /etc that hold no secret.
func fillEtc(root *os.Root, tmp string) error {
	src, err := openHost()
	if err != nil {
		return err
	}
	defer src.Close()
	return host.CopyTree(root, tmp, src, "etc", fromHostEtc)
}

// fillVar makes the directories of an empty /var.
func fillVar(root *os.Root, tmp string) error {
	for _, d := range hostVar {
		if err := root.Mkdir(path.Join(tmp, d), 0o755); err != nil {
			return err
		}
		if err := root.Chmod(path.Join(tmp, d), dirMode("/var/"+d)); err != nil {
			return err
		}
	}
	return nil
}

// skeleton makes or refreshes the directory under the root of a cell on
// `base host': mount points, the links that the host has in its place, and
// an /etc that follows the host's.
func (e *Engine) skeleton(c *manifest.Cell) error {
	home, err := e.home(c.Name)
	if err != nil {
		return err
	}
	top := filepath.Join(home, "top")
	if err := os.Mkdir(top, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return err
	}
	defer root.Close()
	fault()
	dirs := append([]string{"/dev", "/etc", "/home", "/mnt", "/root", "/tmp", "/var"}, e.Layout.Parts...)
	for _, d := range hostVar {
		dirs = append(dirs, "/var/"+d)
	}
	for _, d := range dirs {
		if err := host.MakeDirs(root, d[1:]); err != nil {
			return err
		}
		if err := root.Chmod(d[1:], dirMode(d)); err != nil {
			return err
		}
	}
	for at, to := range e.parts {
		if have, err := root.Readlink(at[1:]); err == nil && have == to {
			continue
		}
		if err := errors.Join(root.RemoveAll(at[1:]), root.Symlink(to, at[1:])); err != nil {
			return err
		}
	}
	if slices.Contains(c.Data, "/etc") {
		return nil // it has an /etc of its own
	}
	return refreshEtc(root)
}

// refreshEtc makes the /etc of the skeleton anew, so that it follows the
// host's.
func refreshEtc(root *os.Root) error {
	const tmp = host.NewPrefix + "etc"
	if err := root.RemoveAll(tmp); err != nil {
		return err
	}
	if err := root.Mkdir(tmp, 0o755); err != nil {
		return err
	}
	if err := fillEtc(root, tmp); err != nil {
		return errors.Join(err, root.RemoveAll(tmp))
	}
	fault()
	if err := root.RemoveAll("etc"); err != nil {
		return err
	}
	return root.Rename(tmp, "etc")
}
