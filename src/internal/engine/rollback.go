package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sameFiles reports whether two lists of files are one.
func sameFiles(a, b []KeptFile) bool {
	byName := func(x, y KeptFile) int { return strings.Compare(x.Name, y.Name) }
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, byName)
	slices.SortFunc(b, byName)
	return slices.Equal(a, b)
}

// Previous is the newest generation whose files are not those of now.
func (e *Engine) Previous() (*Generation, error) {
	now, err := e.snapshot(false)
	if err != nil {
		return nil, err
	}
	all, err := e.History()
	if err != nil {
		return nil, err
	}
	for _, g := range slices.Backward(all) {
		if !sameFiles(g.Files, now) {
			return g, nil
		}
	}
	return nil, errors.New("there is no earlier generation")
}

// Restore puts the files of a generation in the place of those of now, which
// are recorded first where no generation holds them.  It is carried through
// even if the program is killed: see FinishRestore.
func (e *Engine) Restore(g *Generation) error {
	if err := e.rehearse(g); err != nil {
		return err
	}
	if err := e.Save(fmt.Sprintf("before the rollback to %d", g.Number)); err != nil {
		return err
	}
	err := host.WriteHost(e.restoreFile(), []byte(strconv.Itoa(g.Number)+"\n"), 0o600, fault)
	if err != nil {
		return err
	}
	return e.FinishRestore()
}

func (e *Engine) restoreFile() string { return filepath.Join(e.generations(), "restore") }

// Restoring is the number of the generation to which files are being put
// back, 0 where none is.
func (e *Engine) Restoring() (int, error) {
	b, err := os.ReadFile(e.restoreFile())
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// FinishRestore carries a restore through that was begun, if there is one.
func (e *Engine) FinishRestore() error {
	n, err := e.Restoring()
	if err != nil || n == 0 {
		return err
	}
	g, err := e.Generation(n)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(e.Set.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	wanted := map[string]bool{}
	for _, f := range g.Files {
		wanted[f.Name] = true
		if err := e.putBack(root, f); err != nil {
			return err
		}
	}
	now, err := e.snapshot(false)
	if err != nil {
		return err
	}
	for _, f := range now {
		if !wanted[f.Name] {
			if err := root.Remove(f.Name); err != nil {
				return err
			}
			fault()
		}
	}
	return os.Remove(e.restoreFile())
}

// putBack writes one file of a generation where it differs.
func (e *Engine) putBack(root *os.Root, f KeptFile) error {
	if have, err := e.keepFile(root, f.Name, false); err == nil && have == f {
		return nil
	}
	b, err := e.Content(f)
	if err != nil {
		return err
	}
	if err := host.MakeDirs(root, filepath.Dir(f.Name)); err != nil {
		return err
	}
	return host.WriteFile(root, f.Name, b, host.File{Mode: f.Mode, UID: -1, GID: -1}, fault)
}

// rehearse reads the manifests of a generation in a directory of their own:
// what would be full of mistakes today is not put back.
func (e *Engine) rehearse(g *Generation) error {
	dir := filepath.Join(e.generations(), host.NewPrefix+"rehearsal")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range g.Files {
		if err := e.putBack(root, f); err != nil {
			return err
		}
	}
	if _, err := manifest.Load(dir); err != nil {
		return fmt.Errorf("generation %d would not do today: %w", g.Number, err)
	}
	return nil
}

// Sweep removes what a killed program was writing.  Only the holder of the
// lock may.  Files of cells are left to the next apply, which writes them
// again.
func (e *Engine) Sweep() error {
	for _, dir := range []string{e.Set.Dir, e.generations(), e.objects(), e.Layout.Bases, e.Set.Conf.Volumes} {
		d, err := os.Open(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		names, err := d.Readdirnames(-1)
		d.Close()
		if err != nil {
			return err
		}
		for _, n := range names {
			if !strings.HasPrefix(n, host.NewPrefix) {
				continue
			}
			if err := host.RemoveTree(filepath.Join(dir, n)); err != nil {
				return err
			}
		}
	}
	return nil
}
