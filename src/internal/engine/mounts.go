package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
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
		return verify(m)
	}
	return nil
}

// verify makes sure that what shows at the mount point is what was meant.
func verify(m plan.Mount) error {
	want, err := os.Stat(m.Source)
	if err != nil {
		return err
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

// prepareSource makes the directory of a volume that is cellmgr's own, and
// makes sure that a path of the host does not leave what cells.conf allows.
func (e *Engine) prepareSource(m plan.Mount) error {
	if m.Inside != "" {
		return inside(m.Source, m.Inside)
	}
	for _, v := range e.Set.Volumes {
		if v.Path == m.Source {
			return e.volumeDir(v)
		}
	}
	if filepath.Dir(m.Source) == e.Layout.Bases {
		return e.haveBase(filepath.Base(m.Source))
	}
	st, err := os.Stat(m.Source)
	if err == nil && !st.IsDir() {
		err = fmt.Errorf("%s: not a directory", m.Source)
	}
	return err
}

// haveBase makes sure that a named base was added.
func (e *Engine) haveBase(name string) error {
	_, err := os.Stat(e.Layout.Base(name))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no base %s; `cellmgr base add' makes one", name)
	}
	return err
}

// inside reports whether path, followed to its end, lies below dir.
func inside(path, dir string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	within, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if !manifest.Below(real, within) {
		return fmt.Errorf("%s: a symbolic link leads to %s, out of %s", path, real, dir)
	}
	return nil
}

// volumeDir makes the directory of a volume, and gives it the owner and mode
// that its file asks for.
func (e *Engine) volumeDir(v *manifest.VolumeFile) error {
	if !v.Own() {
		if err := e.insideConf(v.Path); err != nil {
			return fmt.Errorf("volume %s: %w", v.Name, err)
		}
		return nil
	}
	makingVolume.Lock()
	defer makingVolume.Unlock()
	dir := filepath.Dir(v.Path)
	if err := privateDir(dir); err != nil {
		return err
	}
	if _, err := os.Lstat(v.Path); !errors.Is(err, fs.ErrNotExist) {
		return err // its owner and mode may have been changed on purpose
	}
	tmp := filepath.Join(dir, host.NewPrefix+v.Name)
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return err
	}
	fault()
	if err := ownVolume(v, tmp); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	fault()
	if err := os.Rename(tmp, v.Path); err != nil {
		return err
	}
	return host.SyncHost(dir)
}

// makingVolume keeps two cells from making the same volume at the same time.
var makingVolume sync.Mutex

// ownVolume gives a new directory the owner and mode that its file asks for.
func ownVolume(v *manifest.VolumeFile, dir string) error {
	if v.Owner != "" {
		uid, gid, err := hostAccount(v.Owner)
		if err != nil {
			return fmt.Errorf("%s: owner: %w", v.File, err)
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			return err
		}
	}
	return os.Chmod(dir, v.Mode)
}

// insideConf is inside for the path of a volume.
func (e *Engine) insideConf(path string) error {
	var err error
	for _, h := range e.Set.Conf.Paths {
		if manifest.Below(path, h.Dir) {
			if err = inside(path, h.Dir); err == nil {
				return nil
			}
		}
	}
	return err
}

// hostAccount resolves USER[:GROUP] on the host.
func hostAccount(spec string) (uid, gid int, err error) {
	name, group, hasGroup := strings.Cut(spec, ":")
	if uid, err = strconv.Atoi(name); err == nil {
		gid = uid
	} else {
		u, err := user.Lookup(name)
		if err != nil {
			return 0, 0, err
		}
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
	}
	if !hasGroup {
		return uid, gid, nil
	}
	if gid, err = strconv.Atoi(group); err == nil {
		return uid, gid, nil
	}
	g, err := user.LookupGroup(group)
	if err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(g.Gid)
	return uid, gid, err
}
