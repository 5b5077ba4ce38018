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
	"cells/src/internal/words"
)

// prepareSource makes the directory of a volume that is cellmgr's own.
func (e *Engine) prepareSource(m plan.Mount) error {
	if err := e.checkSource(m); err != nil {
		return err
	}
	if v := e.volumeAt(m.Source); v != nil && v.Own() {
		return e.volumeDir(v)
	}
	return nil
}

// volumeAt is the volume whose directory it is, or nil.
func (e *Engine) volumeAt(dir string) *manifest.VolumeFile {
	for _, v := range e.Set.Volumes {
		if v.Path == dir {
			return v
		}
	}
	return nil
}

// checkSource finds out whether a directory can be mounted: it is there, or
// can be made, and does not leave what cells.conf allows.
func (e *Engine) checkSource(m plan.Mount) error {
	v := e.volumeAt(m.Source)
	switch {
	case m.Inside != "":
		_, err := inside(m.Source, m.Inside)
		return err
	case v != nil && v.Own():
		_, _, err := volumeOwner(v)
		return err
	case v != nil:
		if _, err := e.insideConf(v.Path); err != nil {
			return fmt.Errorf("volume %s: %w", v.Name, err)
		}
	case filepath.Dir(m.Source) == e.Layout.Bases:
		return e.haveBase(filepath.Base(m.Source))
	}
	st, err := os.Stat(m.Source)
	if err == nil && !st.IsDir() {
		err = fmt.Errorf("%s: not a directory", m.Source)
	}
	return err
}

// preflight finds, before anything of a cell is taken apart, what would keep
// it from starting again.
func (e *Engine) preflight(steps []*plan.Step) error {
	for _, s := range steps {
		if s.Op != plan.MountOn || s.Mount.Kind != plan.Null || e.isOwn(s) {
			continue
		}
		if err := e.checkSource(s.Mount); err != nil {
			return err
		}
	}
	return nil
}

// isOwn reports whether the source of a mount is in the cell's own directory,
// which earlier steps make.
func (e *Engine) isOwn(s *plan.Step) bool {
	return manifest.Below(s.Mount.Source, e.Layout.Home(s.Cell))
}

// haveBase makes sure that a named base was added.
func (e *Engine) haveBase(name string) error {
	_, err := os.Stat(e.Layout.Base(name))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := []string{manifest.BaseHost, manifest.BaseNone}
	if all, err := e.Bases(); err == nil {
		for _, b := range all {
			known = append(known, b.Name)
		}
	}
	return fmt.Errorf("there is no base %s%s; `cellmgr base add' makes one", name, words.Meant(name, known))
}

// volumeDir makes the directory of a volume that is cellmgr's own, and gives
// it the owner and mode that its file asks for.
func (e *Engine) volumeDir(v *manifest.VolumeFile) error {
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
		uid, gid, err := volumeOwner(v)
		if err != nil {
			return err
		}
		if err := os.Chown(dir, uid, gid); err != nil {
			return err
		}
	}
	return os.Chmod(dir, v.Mode)
}

// volumeOwner resolves whom a volume is made for.
func volumeOwner(v *manifest.VolumeFile) (uid, gid int, err error) {
	if v.Owner == "" {
		return os.Geteuid(), os.Getegid(), nil
	}
	if uid, gid, err = hostAccount(v.Owner); err != nil {
		return 0, 0, fmt.Errorf("%s: owner: %w", v.File, err)
	}
	return uid, gid, nil
}

// hostAccount resolves USER[:GROUP] on the host.
func hostAccount(spec string) (uid, gid int, err error) {
	name, group, hasGroup := strings.Cut(spec, ":")
	if uid, err = strconv.Atoi(name); err == nil {
		gid = uid
	} else {
		u, err := user.Lookup(name)
		if err != nil {
			return 0, 0, unknownName(err, "user", name)
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
		return 0, 0, unknownName(err, "group", group)
	}
	gid, err = strconv.Atoi(g.Gid)
	return uid, gid, err
}

// unknownName says in our words that the host has no such user or group.
func unknownName(err error, what, name string) error {
	var noUser user.UnknownUserError
	var noGroup user.UnknownGroupError
	if errors.As(err, &noUser) || errors.As(err, &noGroup) {
		return fmt.Errorf("no %s %q on this host", what, name)
	}
	return err
}
