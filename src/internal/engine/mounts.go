package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/plan"
)

// mountOn mounts one file system of a cell that has no process yet.
func (e *Engine) mountOn(m plan.Mount) error {
	if m.Kind == plan.Null {
		if err := e.prepareSource(m); err != nil {
			return err
		}
	}
	if err := e.mountPoint(m); err != nil {
		return fmt.Errorf("mount point %s: %w", m.Path, err)
	}
	fault()
	hm := host.Mount{Kind: m.Kind, Source: m.Source, Target: m.Target(), ReadOnly: m.ReadOnly,
		NoSuid: m.NoSuid, Size: m.Size, Devices: m.Kind == plan.Dev, Mode: dirMode(m.Path)}
	if err := host.MountAt(hm); err != nil {
		return err
	}
	fault()
	switch m.Kind {
	case plan.Dev:
		return host.FillDev(m.Target())
	case plan.Null:
		return e.verify(m)
	}
	return nil
}

// verify makes sure that what shows at the mount point is what was meant: the
// source may lie where another cell can write, mount(2) follows what it finds
// there, and this cell has no process yet that could have looked.
func (e *Engine) verify(m plan.Mount) error {
	want, err := e.meant(m)
	if err != nil {
		return errors.Join(fmt.Errorf("mount %s: %w", m.Path, err), host.Unmount(m.Target()))
	}
	have, err := os.Lstat(m.Target())
	if err != nil {
		return err
	}
	if !host.SameFile(want, have) {
		return errors.Join(fmt.Errorf("mount %s: another directory took its place", m.Path),
			host.Unmount(m.Target()))
	}
	return nil
}

// mountPoint makes the mount point where it is missing, or makes sure that
// it is a directory and no symbolic link leads there.
func (e *Engine) mountPoint(m plan.Mount) error {
	if m.Path == "/" {
		return os.MkdirAll(m.Target(), 0o755)
	}
	if m.Store == "" {
		root, err := os.OpenRoot(m.Root)
		if err != nil {
			return err
		}
		defer root.Close()
		err = host.PlainDir(root, strings.TrimPrefix(m.Path, "/"))
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("the base has no such directory, and is read-only")
		}
		return err
	}
	root, err := os.OpenRoot(m.Store)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := host.MakeDirs(root, m.Point); err != nil {
		return err
	}
	return host.PlainDir(root, m.Point)
}

// unmount unmounts one file system of a cell whose processes are gone.  They
// may have moved a directory above the mount point and left a symbolic link
// in its place, which umount(2) would follow to somebody else's.
func unmount(m plan.Mount) error {
	if m.Path == "/" {
		return host.Unmount(m.Target())
	}
	root, err := os.OpenRoot(m.Root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = host.PlainDir(root, strings.TrimPrefix(m.Path, "/"))
	root.Close() // or it is busy
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("unmount %s: the cell has moved it: %w", m.Path, err)
	}
	return host.Unmount(m.Target())
}
