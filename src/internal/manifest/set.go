package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/cell"
)

// Suffixes of the files, and the name of the host's own.
const (
	CellSuffix   = ".cell"
	VolumeSuffix = ".volume"
	FilesSuffix  = ".d"
	ConfName     = "cells.conf"
)

// DrillPrefix begins the names of the throw-away cells in which backups are
// tried.  No manifest has such a name: what bears it may be removed.
const DrillPrefix = "drill."

// Set is everything that a directory of manifests declares.
type Set struct {
	Dir     string
	Conf    *Conf
	Cells   map[string]*Cell
	Volumes map[string]*VolumeFile
	changes map[string][]byte // not yet made
	files   map[string]string // FilesDir where it is not yet in its place
}

// Names lists the cells by name.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.Cells)) }

// VolumeNames lists the volumes by name.
func (s *Set) VolumeNames() []string { return slices.Sorted(maps.Keys(s.Volumes)) }

// Load reads the directory.  Every mistake of every file is in the error; a
// file that cannot be read is one, too.  A set with mistakes is returned all
// the same, for those who only look.
func Load(dir string) (*Set, error) { return LoadWith(dir, nil) }

// LoadWith reads the directory as it would be with some files changed: given
// are their names and new texts, nil for a file that is to be removed.
func LoadWith(dir string, changes map[string][]byte) (*Set, error) {
	return LoadWithFiles(dir, changes, nil)
}

// LoadWithFiles is LoadWith where for some cells, too, the directory of files
// for provisioning is to be replaced by another.
func LoadWithFiles(dir string, changes map[string][]byte, files map[string]string) (*Set, error) {
	var errs Errors
	s := &Set{Dir: dir, Cells: map[string]*Cell{}, Volumes: map[string]*VolumeFile{}, changes: changes, files: files}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%s: no such directory", dir)
	}
	if err != nil {
		s.Conf = ParseConf(filepath.Join(dir, ConfName), nil, &errs)
		return s, err
	}
	names := make([]string, 0, len(entries)+len(changes))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for n, text := range changes {
		if text == nil {
			names = slices.DeleteFunc(names, func(o string) bool { return o == n })
		} else if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	s.loadConf(names, &errs)
	for _, n := range names {
		s.loadEntry(n, &errs)
	}
	s.check(&errs)
	return s, errs.Err()
}

// LoadConf reads cells.conf alone.
func LoadConf(dir string) (*Conf, error) {
	var errs Errors
	file := filepath.Join(dir, ConfName)
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		errs.add(file, 0, "%s", cause(err))
	}
	c := ParseConf(file, text, &errs)
	return c, errs.Err()
}

func (s *Set) loadConf(names []string, errs *Errors) {
	file := filepath.Join(s.Dir, ConfName)
	var text []byte
	if slices.Contains(names, ConfName) {
		text = s.readFile(file, errs)
	}
	s.Conf = ParseConf(file, text, errs)
}

// loadEntry reads one file of the directory, if it is a manifest.
func (s *Set) loadEntry(base string, errs *Errors) {
	file := filepath.Join(s.Dir, base)
	name, isCell := strings.CutSuffix(base, CellSuffix)
	if !isCell {
		var isVolume bool
		if name, isVolume = strings.CutSuffix(base, VolumeSuffix); !isVolume {
			return
		}
	}
	if strings.HasPrefix(base, ".") {
		return // an editor's, or our own on its way
	}
	if err := cell.CheckName(name); err != nil {
		errs.add(file, 0, "%s", err)
		return
	}
	if isCell && strings.HasPrefix(name, DrillPrefix) {
		errs.add(file, 0, "names that begin with %q are those of drills, see cellmgr backup", DrillPrefix)
		return
	}
	before := len(*errs)
	text := s.readFile(file, errs)
	if len(*errs) > before {
		return
	}
	if isCell {
		s.Cells[name] = ParseCell(name, file, text, s.Conf, errs)
	} else {
		s.Volumes[name] = ParseVolume(name, file, text, s.Conf, errs)
	}
}

// readFile reads a regular file of at most MaxFile bytes.
func (s *Set) readFile(file string, errs *Errors) []byte {
	if text := s.changes[filepath.Base(file)]; text != nil {
		return text
	}
	st, err := os.Stat(file)
	if err == nil && !st.Mode().IsRegular() {
		errs.add(file, 0, "not a regular file")
		return nil
	}
	if err == nil && st.Size() > MaxFile {
		errs.add(file, 0, "larger than %d bytes", MaxFile)
		return nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		errs.add(file, 0, "vanished while it was read")
	} else if err != nil {
		errs.add(file, 0, "%s", cause(err))
	}
	return text
}

// cause is what an error of package os says beside the path.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// Source is the path of a volume's directory on the host.
func (s *Set) Source(v Volume) string {
	if v.Host() {
		return v.Source
	}
	if f := s.Volumes[v.Source]; f != nil {
		return f.Path
	}
	return ""
}

// Users lists the cells that mount a named volume.
func (s *Set) Users(volume string) []string {
	var out []string
	for _, n := range s.Names() {
		if slices.ContainsFunc(s.Cells[n].Volumes, func(v Volume) bool { return v.Source == volume }) {
			out = append(out, n)
		}
	}
	return out
}
