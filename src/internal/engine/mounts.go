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
	if err := privateDir(filepath.Dir(v.Path)); err != nil {
		return err
	}
	err := os.Mkdir(v.Path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil // its owner and mode may have been changed on purpose
	}
	if err != nil {
		return err
	}
	if v.Owner != "" {
		uid, gid, err := hostAccount(v.Owner)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: owner: %w", v.File, err), os.Remove(v.Path))
		}
		if err := os.Chown(v.Path, uid, gid); err != nil {
			return err
		}
	}
	return os.Chmod(v.Path, v.Mode)
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
