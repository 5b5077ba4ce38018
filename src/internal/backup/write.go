package backup

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"cells/src/internal/host"
	"cells/src/internal/words"
)

// draft is an archive that is being written beside its place.
type draft struct {
	s    *Store
	file *os.File
	sum  hash.Hash
}

// newDraft begins an archive.  What a killed program has left is removed: who
// writes holds the lock.
func (s *Store) newDraft(kind, name string) (*draft, error) {
	dir, err := s.make(kind, name)
	if err != nil {
		return nil, err
	}
	if err := s.sweep(dir); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, host.NewPrefix+"*")
	if err != nil {
		return nil, err
	}
	fault()
	return &draft{s, f, sha256.New()}, nil
}

// sweep removes what killed programs have left in a directory: files on
// their way, and those that belong to no archive.
func (s *Store) sweep(dir string) error {
	names, err := readDir(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		stamp := strings.TrimSuffix(strings.TrimSuffix(n, sumSuffix), infoSuffix)
		_, err := os.Lstat(filepath.Join(dir, stamp+archiveSuffix))
		orphan := stamp != n && checkStamp(stamp) && errors.Is(err, fs.ErrNotExist)
		if orphan || strings.HasPrefix(n, host.NewPrefix) {
			if err := os.Remove(filepath.Join(dir, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *draft) Write(p []byte) (int, error) {
	d.sum.Write(p)
	return d.file.Write(p)
}

// drop gives the draft up.
func (d *draft) drop() {
	d.file.Close()
	os.Remove(d.file.Name())
}

// keep makes the draft a backup: flushed, then the digest and what is known
// of it, then the archive under its name.
func (d *draft) keep(id ID, info Info) (b Backup, err error) {
	b = Backup{ID: id, Info: info}
	if err := d.file.Sync(); err != nil {
		return b, err
	}
	st, err := d.file.Stat()
	if err != nil {
		return b, err
	}
	b.Size = st.Size()
	fault()
	sum := fmt.Sprintf("SHA256 (%s) = %s\n", id.Stamp+archiveSuffix, hex.EncodeToString(d.sum.Sum(nil)))
	err = host.WriteHost(d.s.file(id, sumSuffix), []byte(sum), 0o600, fault)
	if err == nil {
		err = d.s.Update(&b)
	}
	if err == nil {
		err = os.Rename(d.file.Name(), d.s.Path(id))
	}
	if err != nil {
		os.Remove(d.s.file(id, sumSuffix))
		os.Remove(d.s.file(id, infoSuffix))
		return b, err
	}
	fault()
	d.file.Close()
	return b, host.SyncHost(filepath.Dir(d.s.Path(id)))
}

// Writing says how an archive is written.
type Writing struct {
	Level int // of gzip(1), 1 to 9
	Warn  func(format string, args ...any)
	Moved func(n int64) // tells how much was read
}

// Write makes a backup of what fill puts into the archive.
func (s *Store) write(ctx context.Context, h *Head, w Writing, fill func(p *packer) error) (b Backup, err error) {
	d, err := s.newDraft(h.Kind, h.Name)
	if err != nil {
		return b, err
	}
	total, err := pack(ctx, d, h, w, fill)
	if err == nil {
		b, err = d.keep(s.newID(h.Kind, h.Name, h.Made), Info{Totals: total, How: h.How, Origin: Here})
	}
	if err != nil {
		d.drop()
		return b, full(err, s.Dir)
	}
	return b, nil
}

// pack writes the archive itself.
func pack(ctx context.Context, w io.Writer, h *Head, o Writing, fill func(p *packer) error) (Totals, error) {
	level := o.Level
	if level == 0 {
		level = gzip.DefaultCompression
	}
	z, err := newGzip(w, level)
	if err != nil {
		return Totals{}, err
	}
	p := newPacker(ctx, z, o.Warn, o.Moved)
	if err = p.head(h); err == nil {
		err = fill(p)
	}
	if err == nil {
		err = p.finish(h.Made)
	}
	if closed := z.Close(); err == nil {
		err = closed // otherwise it may be the same once more
	}
	return p.total, err
}

// full explains that a disk is.
func full(err error, dir string) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%s: the disk became full; nothing was kept", dir)
	}
	return err
}

// SpaceError says that something will not fit.
type SpaceError struct {
	Dir        string
	Need, Have int64
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("%s: about %s are needed, and %s are free", e.Dir,
		words.FormatSize(uint64(e.Need)), words.FormatSize(uint64(max(e.Have, 0))))
}

// checkSpace reports a disk that cannot hold need bytes and files.
func checkSpace(dir string, need, files int64) error {
	have, inodes, err := space(dir)
	if err != nil {
		return err
	}
	if need > have {
		return &SpaceError{dir, need, have}
	}
	if inodes >= 0 && files > inodes {
		return fmt.Errorf("%s: room for %d files is needed, and there is some for %d", dir, files, inodes)
	}
	return nil
}
