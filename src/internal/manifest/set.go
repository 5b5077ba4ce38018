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

// Set is everything that a directory of manifests declares.
type Set struct {
	Dir     string
	Conf    *Conf
	Cells   map[string]*Cell
	Volumes map[string]*VolumeFile
}

// Names lists the cells by name.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.Cells)) }

// VolumeNames lists the volumes by name.
func (s *Set) VolumeNames() []string { return slices.Sorted(maps.Keys(s.Volumes)) }

// Load reads the directory.  Every mistake of every file is in the error; a
// file that cannot be read is one, too.  A set with mistakes is returned all
// the same, for those who only look.
func Load(dir string) (*Set, error) {
	var errs Errors
	s := &Set{Dir: dir, Cells: map[string]*Cell{}, Volumes: map[string]*VolumeFile{}}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		s.Conf = ParseConf(filepath.Join(dir, ConfName), nil, &errs)
		return s, fmt.Errorf("%s: no such directory", dir)
	}
	if err != nil {
		s.Conf = ParseConf(filepath.Join(dir, ConfName), nil, &errs)
		return s, err
	}
	s.loadConf(entries, &errs)
	for _, e := range entries {
		s.loadEntry(e.Name(), &errs)
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

func (s *Set) loadConf(entries []os.DirEntry, errs *Errors) {
	file := filepath.Join(s.Dir, ConfName)
	var text []byte
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == ConfName }) {
		text = readFile(file, errs)
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
	before := len(*errs)
	text := readFile(file, errs)
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
func readFile(file string, errs *Errors) []byte {
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
