package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// read reads a backup from its first to its last byte, hands it to the sink,
// and compares the digest of the whole.
func (s *Store) read(ctx context.Context, b *Backup, to sink, moved func(int64)) (*Summary, error) {
	f, err := os.Open(s.Path(b.ID))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	want, err := s.Sum(b.ID)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, bad("there is no digest beside it; `cellmgr backup import' takes an archive from elsewhere")
	}
	if err != nil {
		return nil, err
	}
	whole := sha256.New()
	in := io.TeeReader(f, whole)
	sum, err := readArchive(ctx, in, b.limits(), to, moved)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return nil, err
	}
	switch {
	case !bytes.Equal(whole.Sum(nil), want):
		return nil, bad("it is not what it was: the digest of the whole differs")
	case sum.Head.Kind != b.Kind || sum.Head.Name != b.Name:
		return nil, bad("it is of %s %s", sum.Head.Kind, sum.Head.Name)
	}
	return sum, nil
}

// Verify reads everything and notes the outcome beside the archive.
func (s *Store) Verify(ctx context.Context, b *Backup, moved func(int64)) (*Summary, error) {
	sum, err := s.read(ctx, b, &checker{}, moved)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	now := time.Now().UTC().Truncate(time.Second)
	switch {
	case err == nil:
		if b.Lost {
			// Where it comes from is not known any more, either.
			b.Info = Info{Totals: sum.Totals, How: sum.Head.How, SetID: sum.SetID, Origin: Strange}
		}
		b.Verified, b.Bad = now, time.Time{}
	case errors.Is(err, ErrArchive):
		b.Bad = now
	default:
		return nil, err
	}
	if !b.Lost {
		err = errors.Join(err, s.Update(b))
	}
	return sum, err
}

// Head reads what an archive says about itself, and nothing more.
func (s *Store) Head(ctx context.Context, b *Backup) (*Head, error) {
	f, err := os.Open(s.Path(b.ID))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var h headOnly
	_, err = readArchive(ctx, f, b.limits(), &h, nil)
	if h.head != nil {
		return h.head, nil
	}
	return nil, err
}

// headOnly is a sink that has had enough after the first member.
type headOnly struct {
	checker
	head *Head
}

func (h *headOnly) begin(head *Head) error {
	h.head = head
	return ErrArchive
}
