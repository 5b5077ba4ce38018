package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/words"
)

// A swap replaces directories and files by what was unpacked beside them.
// Its journal first names the directories in which that is done, so that
// whoever finds it removes them.  When everything is unpacked and flushed it
// is written anew with the moves: from then on the swap is completed, by this
// program or, where it was killed, by the next one that changes something.
// What is replaced is kept until then.
type swap struct {
	journal   string
	moves     []move
	stages    []string // directories in which things were unpacked
	committed bool     // the moves are in the journal
}

// move is one rename: fresh becomes place, and what was there becomes old.
type move struct{ fresh, place, old string }

// swapDir is where journals are, one a restore.
func swapDir(conf *manifest.Conf) string { return filepath.Join(conf.State, "restore") }

// text is the journal.
func (s *swap) text() []byte {
	var b strings.Builder
	for _, m := range s.moves {
		b.WriteString(words.Join([]string{"move", m.fresh, m.place, m.old}) + "\n")
	}
	for _, d := range s.stages {
		b.WriteString(words.Join([]string{"stage", d}) + "\n")
	}
	return []byte(b.String())
}

// parseSwap reads a journal.
func parseSwap(file string, text []byte) (*swap, error) {
	s := &swap{journal: file}
	for l := range strings.Lines(string(text)) {
		ws, err := words.Fields(strings.TrimSuffix(l, "\n"))
		switch {
		case err == nil && len(ws) == 4 && ws[0] == "move":
			s.moves = append(s.moves, move{ws[1], ws[2], ws[3]})
		case err == nil && len(ws) == 2 && ws[0] == "stage":
			s.stages = append(s.stages, ws[1])
		default:
			return nil, fmt.Errorf("%s: unexpected line %q", file, l)
		}
	}
	return s, nil
}

// write writes the journal.
func (s *swap) write() error {
	dir := filepath.Dir(s.journal)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := host.SyncHost(filepath.Dir(dir)); err != nil {
		return err
	}
	return host.WriteHost(s.journal, s.text(), 0o600, fault)
}

// commit writes the journal and swaps.  Where that cannot be done everything
// is put back.
func (s *swap) commit() error {
	if err := s.write(); err != nil {
		return err
	}
	s.committed = true
	fault()
	if err := s.forward(); err != nil {
		if undone := s.back(); undone != nil {
			return errors.Join(err, undone) // the journal stays
		}
		s.moves = nil
		return errors.Join(err, s.write(), s.clean())
	}
	return s.clean()
}

// forward does what of the moves is not done.
func (s *swap) forward() error {
	for _, m := range s.moves {
		if !exists(m.fresh) {
			continue // it is in its place
		}
		if exists(m.place) {
			if exists(m.old) {
				return fmt.Errorf("%s: something has taken its place; remove that to let the restore go on", m.place)
			}
			if err := os.Rename(m.place, m.old); err != nil {
				return err
			}
			fault()
		}
		if err := os.Rename(m.fresh, m.place); err != nil {
			return err
		}
		fault()
	}
	for _, m := range s.moves {
		if err := host.SyncHost(filepath.Dir(m.place)); err != nil {
			return err
		}
	}
	return nil
}

// back undoes forward.
func (s *swap) back() error {
	for _, m := range slices.Backward(s.moves) {
		if !exists(m.fresh) {
			if err := os.Rename(m.place, m.fresh); err != nil {
				return err
			}
		}
		if exists(m.old) {
			if err := os.Rename(m.old, m.place); err != nil {
				return err
			}
		}
	}
	return nil
}

// clean removes what is not needed any more, and then the journal.  Moves that
// it has are done.
func (s *swap) clean() error {
	for _, d := range s.stages {
		if err := host.RemoveTree(d); err != nil {
			return err
		}
		fault()
	}
	if err := os.Remove(s.journal); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Recover completes restores that were killed after their point of no return.
// Who calls it holds the lock.
func Recover(conf *manifest.Conf) error {
	dir := swapDir(conf)
	names, err := readDir(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, n := range names {
		file := filepath.Join(dir, n)
		if strings.HasPrefix(n, host.NewPrefix) {
			if err := os.Remove(file); err != nil {
				return err
			}
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		s, err := parseSwap(file, text)
		if err == nil {
			err = s.forward()
		}
		if err == nil {
			err = s.clean()
		}
		if err != nil {
			return fmt.Errorf("restore of %s: %w", n, err)
		}
	}
	return nil
}
