package engine

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// inside tells which directory path leads to, and refuses one that does not
// lie below dir.  Between two looks whoever may write there can put a link in
// the place of a directory, so the answer is what was looked at below dir,
// which no link of his leads out of.
func inside(path, dir string) (fs.FileInfo, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	within, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	if !manifest.Below(real, within) {
		return nil, fmt.Errorf("%s: a symbolic link leads to %s, out of %s", path, real, dir)
	}
	rel, err := filepath.Rel(within, real)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(within)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	st, err := root.Stat(rel)
	if err == nil && !st.IsDir() {
		err = fmt.Errorf("%s: not a directory", path)
	}
	return st, err
}

// insideConf is inside for the path of a volume.
func (e *Engine) insideConf(path string) (st fs.FileInfo, err error) {
	for _, h := range e.Set.Conf.Paths {
		if manifest.Below(path, h.Dir) {
			if st, err = inside(path, h.Dir); err == nil {
				return st, nil
			}
		}
	}
	return nil, err
}

// meant tells which directory a mount has to show.
func (e *Engine) meant(m plan.Mount) (fs.FileInfo, error) {
	if m.Inside != "" {
		return inside(m.Source, m.Inside)
	}
	if v := e.volumeAt(m.Source); v != nil && !v.Own() {
		st, err := e.insideConf(v.Path)
		if err == nil && st == nil {
			err = fmt.Errorf("%s: no hostpath allows it", v.Path)
		}
		return st, err
	}
	return os.Stat(m.Source)
}
