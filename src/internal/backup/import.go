package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"cells/src/internal/host"
)

// Cat writes an archive to w, and fails where it is not what it was.
func (s *Store) Cat(ctx context.Context, b *Backup, w io.Writer) error {
	want, err := s.Sum(b.ID)
	if err != nil {
		return err
	}
	f, err := os.Open(s.Path(b.ID))
	if err != nil {
		return err
	}
	defer f.Close()
	whole := sha256.New()
	buf := make([]byte, 1<<20)
	for {
		n, err := f.Read(buf)
		whole.Write(buf[:n])
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
	}
	if !bytes.Equal(whole.Sum(nil), want) {
		return bad("it is not what it was: the digest of the whole differs")
	}
	return nil
}

// Import takes an archive from elsewhere into the store, once all of it was
// read and found good.
func (s *Store) Import(ctx context.Context, in io.Reader, lim Limits, moved func(int64)) (b Backup, err error) {
	if _, err := s.make("", ""); err != nil {
		return b, err
	}
	f, err := os.CreateTemp(s.Dir, host.NewPrefix+"*")
	if err != nil {
		return b, err
	}
	d := &draft{s, f, sha256.New()}
	fault()
	defer d.drop()
	src := io.TeeReader(in, d)
	sum, err := readArchive(ctx, src, lim, &checker{}, moved)
	if err == nil {
		_, err = io.Copy(io.Discard, src)
	}
	if err != nil {
		return b, full(err, s.Dir)
	}
	return s.adopt(d, sum, lim)
}

// adopt gives an archive that was read its place in the store.
func (s *Store) adopt(d *draft, sum *Summary, lim Limits) (b Backup, err error) {
	h := sum.Head
	dir, err := s.make(h.Kind, h.Name)
	if err != nil {
		return b, err
	}
	if err := s.sweep(dir); err != nil {
		return b, err
	}
	have, err := s.Of(h.Kind, h.Name)
	if err != nil {
		return b, err
	}
	whole := d.sum.Sum(nil)
	if i := slices.IndexFunc(have, func(o Backup) bool {
		old, err := s.Sum(o.ID)
		return err == nil && bytes.Equal(old, whole)
	}); i >= 0 {
		return b, fmt.Errorf("it is here already, as %s", have[i].ID)
	}
	info := Info{Totals: sum.Totals, How: h.How, SetID: sum.SetID, Origin: Strange,
		Verified: time.Now().UTC().Truncate(time.Second)}
	if !lim.Strict {
		info.Origin = Trusted
	}
	b, err = d.keep(s.newID(h.Kind, h.Name, h.Made), info)
	return b, full(err, s.Dir)
}

// Tidy removes what killed programs have left; who calls it holds the lock.
func (s *Store) Tidy() error {
	if err := s.sweep(s.Dir); err != nil {
		return err
	}
	for _, kind := range []string{KindCell, KindVolume} {
		names, err := readDir(s.dir(kind, ""))
		if err != nil {
			return err
		}
		for _, n := range names {
			if err := s.sweep(s.dir(kind, n)); err != nil {
				return err
			}
		}
	}
	return nil
}
