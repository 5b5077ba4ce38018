package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/manifest"
)

// accept looks at what the archive says that it is, and finds places for its
// volumes.
func (r *restorer) accept(h *Head) error {
	if h.Kind != r.b.Kind || h.Name != r.b.Name {
		return bad("it is of %s %s", h.Kind, h.Name)
	}
	if h.Kind == KindCell && !r.o.Volumes {
		return nil
	}
	for _, v := range h.Volumes {
		path, err := r.volume(v)
		if err != nil {
			return err
		}
		if err := r.stage(volumesPart+"/"+v, filepath.Dir(path), v); err != nil {
			return err
		}
		r.src.Volumes = append(r.src.Volumes, v)
		if h.Kind == KindVolume {
			if err := r.room(filepath.Dir(path)); err != nil {
				return err
			}
		}
	}
	return nil
}

// room reports a file system that will be full.
func (r *restorer) room(dir string) error {
	r.disk = dir
	return checkSpace(dir, r.b.Stream, r.b.Entries)
}

// volumePath is where a volume is, or will be when its file is restored.
func (r *restorer) volumePath(name string) string {
	if f := r.e.Set.Volumes[name]; f != nil {
		return f.Path
	}
	return filepath.Join(r.e.Set.Conf.Volumes, name)
}

// volume is the path of a volume that can be swapped.
func (r *restorer) volume(name string) (string, error) {
	f := r.e.Set.Volumes[name]
	if f == nil && r.o.Manifest {
		return r.volumePath(name), os.MkdirAll(r.e.Set.Conf.Volumes, 0o700)
	}
	if f == nil {
		return "", fmt.Errorf("no volume %s is declared here; -m restores its file, too", name)
	}
	if f.Own() {
		return f.Path, os.MkdirAll(filepath.Dir(f.Path), 0o700)
	}
	path, err := filepath.EvalSymlinks(f.Path)
	if err != nil {
		return "", err
	}
	here, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	above, err := os.Stat(filepath.Dir(path))
	if err == nil && factsOf(here).dev != factsOf(above).dev {
		err = fmt.Errorf("%s: a file system of its own, which cannot be swapped", path)
	}
	return path, err
}

// moves lists what takes the place of what.
func (r *restorer) moves(h *Head) error {
	home := r.e.Layout.Home(r.b.Name)
	for _, part := range []string{dataPart, stampsPart, manifestPart} {
		at, ok := r.u.places[part]
		if !ok || !exists(filepath.Join(at, freshName)) {
			continue
		}
		switch part {
		case stampsPart:
			r.move(filepath.Join(at, freshName), filepath.Join(home, "stamps"), at)
		case dataPart:
			if err := r.each(at, filepath.Join(home, "data")); err != nil {
				return err
			}
		case manifestPart:
			if err := r.checkManifests(filepath.Join(at, freshName)); err != nil {
				return err
			}
			if err := r.each(at, r.e.Set.Dir); err != nil {
				return err
			}
		}
	}
	for _, v := range r.src.Volumes {
		at := r.u.places[volumesPart+"/"+v]
		path, err := r.volume(v)
		if err != nil {
			return err
		}
		if exists(filepath.Join(at, freshName)) {
			r.move(filepath.Join(at, freshName), path, at)
		}
	}
	return nil
}

func (r *restorer) move(fresh, place, stage string) {
	r.swap.moves = append(r.swap.moves, move{fresh, place, filepath.Join(stage, "old", filepath.Base(place))})
}

// each moves every entry of what was unpacked at a stage to a directory.
func (r *restorer) each(stage, dir string) error {
	names, err := readDir(filepath.Join(stage, freshName))
	for _, n := range names {
		r.move(filepath.Join(stage, freshName, n), filepath.Join(dir, n), stage)
	}
	return err
}

// checkManifests refuses manifests with which there would be mistakes, and
// drops those of volumes that are not restored.
func (r *restorer) checkManifests(dir string) error {
	names, err := readDir(dir)
	if err != nil {
		return err
	}
	changes, files := map[string][]byte{}, map[string]string{}
	for _, n := range names {
		name, isVolume := strings.CutSuffix(n, manifest.VolumeSuffix)
		at := filepath.Join(dir, n)
		switch {
		case isVolume && !slices.Contains(r.src.Volumes, name):
			err = os.Remove(at)
		case strings.HasSuffix(n, manifest.FilesSuffix):
			files[r.b.Name] = at
		default:
			changes[n], err = os.ReadFile(at)
		}
		if err != nil {
			return err
		}
	}
	set, err := manifest.LoadWithFiles(r.e.Set.Dir, changes, files)
	if err != nil {
		return fmt.Errorf("with its manifest there would be mistakes: %w", err)
	}
	if c := set.Cells[r.b.Name]; r.b.Kind == KindCell && c != nil && !r.b.Trusts() {
		if err := reaches(c); err != nil {
			return err
		}
	}
	for _, v := range r.src.Volumes {
		if at := r.volumePath(v); set.Volumes[v].Path != at {
			return fmt.Errorf("volume %s: its file says %s, and its content would go to %s; declare it there first",
				v, set.Volumes[v].Path, at)
		}
	}
	return nil
}

// reaches refuses a manifest that somebody else may have written and that
// makes more of the host than a root directory of the cell's own.
func reaches(c *manifest.Cell) error {
	what := ""
	if c.Base == manifest.BaseNone {
		what = "runs on the host's own files (base none)"
	}
	if strings.HasPrefix(c.Log, "/") {
		what = "writes to a file of the host (log " + c.Log + ")"
	}
	for _, v := range c.Volumes {
		if v.Host() {
			what = "mounts a directory of the host (volume " + v.Source + ")"
		}
	}
	if what == "" {
		return nil
	}
	return fmt.Errorf("its manifest, which was imported, %s; `backup import -t' trusts it", what)
}
