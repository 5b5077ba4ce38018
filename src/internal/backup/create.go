package backup

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"cells/src/internal/engine"
)

// Making says how a backup is made.
type Making struct {
	Writing
	How   string // stop, pause or live, where something runs
	Force bool   // even where the disk may become full
	Total func(bytes int64)
}

// Create makes a backup.  What ran before runs afterwards, and so it does
// where this program is killed.
func (s *Store) Create(ctx context.Context, e *engine.Engine, src *Source, o Making) (b Backup, err error) {
	running, err := Running(e, src.Users())
	if err != nil {
		return b, err
	}
	if err := s.expect(ctx, src, o); err != nil {
		return b, err
	}
	own := src.Kind == KindCell && slices.Contains(running, src.Name)
	h := src.head(o.How, len(running) > 0)
	if !own {
		return s.copyQuietly(ctx, e, src, h, o, running)
	}
	c := e.Set.Cells[src.Name]
	if err := runHooks(ctx, src.Name, c.Before); err != nil {
		return b, errors.Join(err, runHooks(context.WithoutCancel(ctx), src.Name, c.After))
	}
	b, err = s.copyQuietly(ctx, e, src, h, o, running)
	return b, errors.Join(err, runHooks(context.WithoutCancel(ctx), src.Name, c.After))
}

// head describes the backup.
func (s *Source) head(how string, running bool) *Head {
	h := &Head{Kind: s.Kind, Name: s.Name, Made: time.Now().UTC().Truncate(time.Second), How: how,
		Volumes: s.Volumes, Left: s.Left}
	if !running {
		h.How = Down
	}
	if name, err := os.Hostname(); err == nil {
		h.Host = printable(name)
	}
	return h
}

// copyQuietly writes the archive while the cells are stopped or paused.
func (s *Store) copyQuietly(ctx context.Context, e *engine.Engine, src *Source, h *Head, o Making, running []string) (b Backup, err error) {
	write := func() (Backup, error) {
		return s.write(ctx, h, o.Writing, func(p *packer) error { return src.fill(p, h.Made) })
	}
	if o.How == Live || len(running) == 0 {
		return write()
	}
	return b, around(ctx, e, o.How, running, func() (err error) {
		b, err = write()
		return err
	})
}

// around does something while cells are stopped or paused, and brings them
// back: this program while it holds the lock, the guard where it was killed.
func around(ctx context.Context, e *engine.Engine, how string, running []string, do func() error) error {
	q, err := observe(e, how, running)
	if err != nil {
		return err
	}
	g, err := newGuard(how, running)
	if err != nil {
		return err
	}
	fault()
	err = q.hush(ctx)
	fault()
	if err == nil {
		err = do()
	}
	fault()
	if back := q.resume(context.WithoutCancel(ctx)); back != nil {
		err = errors.Join(err, back, errors.New("not everything that ran before runs again"))
	}
	fault()
	return errors.Join(err, g.dismiss())
}

// expect reports a disk that will be full: what the last backup took of what
// it held is what this one will take of what there is.
func (s *Store) expect(ctx context.Context, src *Source, o Making) error {
	bytes, err := src.Measure(ctx)
	if err != nil {
		return err
	}
	if o.Total != nil {
		o.Total(bytes)
	}
	dir, err := s.make(src.Kind, src.Name)
	if err != nil || o.Force {
		return err
	}
	need := bytes
	if old, err := s.Of(src.Kind, src.Name); err == nil && len(old) > 0 {
		if last := old[len(old)-1]; last.Stream > 0 {
			need = int64(float64(bytes) * float64(last.Size) / float64(last.Stream))
		}
	}
	return checkSpace(dir, need, 4)
}
