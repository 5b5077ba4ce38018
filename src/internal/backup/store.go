package backup

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/host"
)

// Suffixes of the files of one backup.  The archive comes last: where it is,
// the others are.
const (
	archiveSuffix = ".tar.gz"
	sumSuffix     = ".tar.gz.sha256"
	infoSuffix    = ".info"
)

// stampForm is a time in the name of a backup, UTC.
const stampForm = "20060102T150405Z"

// ID names a backup.
type ID struct {
	Kind, Name, Stamp string
}

// String is how people name it: NAME@STAMP, volume:NAME@STAMP.
func (id ID) String() string {
	s := id.Name + "@" + id.Stamp
	if id.Kind != KindCell {
		s = id.Kind + ":" + s
	}
	return s
}

// Made is the time in the name.
func (id ID) Made() time.Time {
	stamp, _, _ := strings.Cut(id.Stamp, "-")
	at, _ := time.Parse(stampForm, stamp)
	return at
}

// checkStamp reports whether s can be the STAMP of a backup.
func checkStamp(s string) bool {
	stamp, n, more := strings.Cut(s, "-")
	_, err := time.Parse(stampForm, stamp)
	return err == nil && (!more || n != "" && len(n) <= 3 && strings.Trim(n, "0123456789") == "")
}

// Backup is one that is in the store.
type Backup struct {
	ID
	Info
	Size int64 // of the archive, in bytes
}

// Store is the directory of backups: KIND/NAME/STAMP.tar.gz.
type Store struct {
	Dir string
}

// NoneError says that there is no such backup.
type NoneError struct{ What string }

func (e *NoneError) Error() string { return "no backup of " + e.What }

func (s *Store) dir(kind, name string) string { return filepath.Join(s.Dir, kind, name) }

func (s *Store) file(id ID, suffix string) string {
	return filepath.Join(s.dir(id.Kind, id.Name), id.Stamp+suffix)
}

// Path is where the archive is.
func (s *Store) Path(id ID) string { return s.file(id, archiveSuffix) }

// make makes the directory for the backups of one thing.  Nobody else may
// look into the store: it holds what cells hold.
func (s *Store) make(kind, name string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(s.Dir), 0o755); err != nil {
		return "", err
	}
	dir := s.dir(kind, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	st, err := os.Stat(s.Dir)
	if err != nil {
		return "", err
	}
	if st.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s: others may write there (mode %04o)", s.Dir, st.Mode().Perm())
	}
	return dir, nil
}

// List lists the backups of everything by kind, name and time.
func (s *Store) List() ([]Backup, error) {
	var out []Backup
	for _, kind := range []string{KindCell, KindVolume} {
		names, err := readDir(filepath.Join(s.Dir, kind))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if cell.CheckName(name) != nil {
				continue
			}
			of, err := s.Of(kind, name)
			if err != nil {
				return nil, err
			}
			out = append(out, of...)
		}
	}
	return out, nil
}

// Of lists the backups of one cell or volume, the oldest first.
func (s *Store) Of(kind, name string) ([]Backup, error) {
	files, err := readDir(s.dir(kind, name))
	if err != nil {
		return nil, err
	}
	var out []Backup
	for _, f := range files {
		stamp, ok := strings.CutSuffix(f, archiveSuffix)
		if !ok || !checkStamp(stamp) {
			continue
		}
		b, err := s.get(ID{kind, name, stamp})
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has just been deleted
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Backup) int {
		return cmp.Or(a.Made().Compare(b.Made()), len(a.Stamp)-len(b.Stamp), cmp.Compare(a.Stamp, b.Stamp))
	})
	return out, nil
}

// get reads what is known of one.
func (s *Store) get(id ID) (Backup, error) {
	b := Backup{ID: id}
	st, err := os.Lstat(s.Path(id))
	if err != nil {
		return b, err
	}
	if !st.Mode().IsRegular() {
		return b, fmt.Errorf("%s: not a regular file", s.Path(id))
	}
	b.Size = st.Size()
	text, err := os.ReadFile(s.file(id, infoSuffix))
	if errors.Is(err, fs.ErrNotExist) {
		b.Lost = true
		return b, nil
	}
	if err == nil {
		err = b.parse(text)
	}
	if err != nil {
		return b, fmt.Errorf("%s: %w", s.file(id, infoSuffix), err)
	}
	return b, nil
}

// Update changes what is known of a backup.
func (s *Store) Update(b *Backup) error {
	return host.WriteHost(s.file(b.ID, infoSuffix), b.text(), 0o600, fault)
}

// readDir lists a directory; a missing one is empty.
func readDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

// Split takes apart [volume:]NAME[@STAMP]; kind is "" where it is not said.
// Its errors are usage errors.
func Split(operand string) (kind, name, stamp string, err error) {
	kind, name, ok := strings.Cut(operand, ":")
	if !ok {
		kind, name = "", operand
	} else if kind != KindCell && kind != KindVolume {
		return "", "", "", cli.Usagef("%q: cell: or volume: expected", operand)
	}
	name, stamp, ok = strings.Cut(name, "@")
	if err := cell.CheckName(name); err != nil {
		return "", "", "", cli.AsUsage(err)
	}
	if ok && !checkStamp(stamp) {
		return "", "", "", cli.Usagef("%q: NAME@YYYYMMDDTHHMMSSZ expected", operand)
	}
	return kind, name, stamp, nil
}

// Find returns the backup that an operand names: without a time the newest.
// A name alone is that of a cell where a cell of that name was backed up.
func (s *Store) Find(operand string) (Backup, error) {
	kind, name, stamp, err := Split(operand)
	if err != nil {
		return Backup{}, err
	}
	for _, k := range []string{KindCell, KindVolume} {
		if kind != "" && kind != k {
			continue
		}
		all, err := s.Of(k, name)
		if err != nil {
			return Backup{}, err
		}
		for _, b := range slices.Backward(all) {
			if stamp == b.Stamp || stamp == "" && !b.Lost && b.Bad.IsZero() {
				return b, nil
			}
		}
	}
	return Backup{}, &NoneError{operand}
}

// newID finds a name for a backup that is made now.
func (s *Store) newID(kind, name string, made time.Time) ID {
	id := ID{kind, name, made.UTC().Format(stampForm)}
	for n, stamp := 2, id.Stamp; ; n++ {
		if _, err := os.Lstat(s.Path(id)); errors.Is(err, fs.ErrNotExist) {
			return id
		}
		id.Stamp = fmt.Sprintf("%s-%d", stamp, n)
	}
}

// Sum reads the digest of the whole that is kept beside the archive.
func (s *Store) Sum(id ID) ([]byte, error) {
	f, err := os.Open(s.file(id, sumSuffix))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 4096).ReadString('\n')
	_, text, ok := strings.Cut(line, ") = ")
	sum, err := hex.DecodeString(strings.TrimSpace(text))
	if !ok || err != nil || len(sum) != 32 {
		return nil, fmt.Errorf("%s: no SHA-256 in it", f.Name())
	}
	return sum, nil
}

// Delete removes a backup, the archive first: what is left of a killed one is
// no backup.
func (s *Store) Delete(id ID) error {
	if err := os.Remove(s.Path(id)); err != nil {
		return err
	}
	fault()
	for _, suffix := range []string{sumSuffix, infoSuffix} {
		if err := os.Remove(s.file(id, suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		fault()
	}
	return nil
}
