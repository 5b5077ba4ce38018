package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
)

// WriteManifests writes, or removes where the text is nil, files of the
// directory of manifests, after the set that they would make was read without
// a mistake.  The new set takes the place of the old one.
func (e *Engine) WriteManifests(changes map[string][]byte) error {
	s, err := manifest.LoadWith(e.Set.Dir, changes)
	if err != nil {
		return err
	}
	if err := e.Save("before " + strings.Join(sortedKeys(changes), " ")); err != nil {
		return err
	}
	root, err := os.OpenRoot(e.Set.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range sortedKeys(changes) {
		if err := writeManifest(root, name, changes[name]); err != nil {
			return err
		}
	}
	e.Set = s
	return nil
}

// writeManifest replaces one file, with the mode that it has.
func writeManifest(root *os.Root, name string, text []byte) error {
	if text == nil {
		err := root.Remove(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		fault()
		return err
	}
	mode := fs.FileMode(0o644)
	uid, gid := -1, -1
	if st, err := root.Stat(name); err == nil {
		mode = st.Mode().Perm()
		uid, gid = host.Owner(st)
	}
	return host.WriteFile(root, name, text, host.File{Mode: mode, UID: uid, GID: gid}, fault)
}

// Save records the files as they are where no generation holds them, so that
// what a verb is about to change can be had back.
func (e *Engine) Save(why string) error {
	now, err := e.snapshot(true)
	if err != nil {
		return err
	}
	last, err := e.latest()
	if err != nil {
		return err
	}
	if len(now) == 0 || last != nil && sameFiles(last.Files, now) {
		return nil
	}
	return e.record(&Generation{Time: time.Now(), User: actor(), Verb: "save", Files: now, Result: "ok",
		Steps: []string{"files as they were " + why}})
}

// RemoveFiles removes a cell's directory of files for provisioning, as far as
// a generation has kept them.
func (e *Engine) RemoveFiles(name string) error {
	root, err := os.OpenRoot(e.Set.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files, err := e.snapshot(true)
	if err != nil {
		return err
	}
	dir := name + manifest.FilesSuffix
	for _, f := range files {
		if strings.HasPrefix(f.Name, dir+"/") {
			if err := root.Remove(f.Name); err != nil {
				return err
			}
		}
	}
	return removeEmpty(root, dir)
}

// removeEmpty removes a directory with the empty ones below it; what is not
// empty stays.
func removeEmpty(root *os.Root, dir string) error {
	d, err := host.OpenDir(root, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := d.ReadDir(-1)
	d.Close()
	if err != nil {
		return err
	}
	for _, s := range entries {
		if s.IsDir() {
			if err := removeEmpty(root, filepath.Join(dir, s.Name())); err != nil {
				return err
			}
		}
	}
	root.Remove(dir)
	return nil
}

// HasData reports whether something is kept for a cell.
func (e *Engine) HasData(name string) bool {
	_, err := os.Lstat(e.Layout.Home(name))
	return cell.CheckName(name) == nil && err == nil
}

// RemoveData removes everything that is kept for a cell that is down: its
// private data, too.
func (e *Engine) RemoveData(name string) error {
	home := e.Layout.Home(name)
	all, err := host.Mounts()
	if err != nil {
		return err
	}
	if ms := host.MountsBelow(all, home); len(ms) > 0 {
		return fmt.Errorf("%s: %s is mounted", name, ms[0].Target)
	}
	return host.RemoveTree(home)
}

// VolumeUsers lists the cells whose manifests mount a volume, and those that
// have its directory mounted.
func (e *Engine) VolumeUsers(v *manifest.VolumeFile) ([]string, error) {
	users := map[string]bool{}
	for _, name := range e.Set.Users(v.Name) {
		users[name] = true
	}
	if _, err := os.Lstat(v.Path); err == nil {
		mounted, err := e.mountedFrom(v.Path)
		if err != nil {
			return nil, err
		}
		for _, name := range mounted {
			users[name] = true
		}
	}
	return sortedKeys(users), nil
}

// RemoveVolume removes the directory of a volume that nobody uses, if it is
// cellmgr's own.
func (e *Engine) RemoveVolume(v *manifest.VolumeFile) error {
	if !v.Own() {
		return fmt.Errorf("volume %s: %s is not cellmgr's own and stays", v.Name, v.Path)
	}
	old := filepath.Join(filepath.Dir(v.Path), host.NewPrefix+v.Name)
	if err := host.RemoveTree(old); err != nil {
		return err
	}
	if err := os.Rename(v.Path, old); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	fault()
	return host.RemoveTree(old)
}
