package work

import (
	"context"
	"fmt"
	"slices"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/words"
)

// Progress hears how far something has got, in bytes.
type Progress interface {
	Expect(total int64)
	Moved(n int64)
}

// Store is the store of backups of a host.
func Store(s *manifest.Set) *backup.Store { return &backup.Store{Dir: s.Conf.Backups} }

// WithStore takes the lock for what changes the store alone.  A mistake in a
// manifest does not keep anybody from the backups.
func (a *Asker) WithStore(f func(st *backup.Store) error) error {
	s, _ := Load()
	l, err := a.acquire(s.Conf)
	if err != nil {
		return err
	}
	defer l.Release()
	return f(Store(s))
}

// Resolve finds what an operand names: a cell, or a volume.  Its errors are
// usage errors.
func Resolve(s *manifest.Set, operand string) (kind, name string, err error) {
	kind, name, stamp, err := backup.Split(operand)
	if err != nil {
		return "", "", cli.AsUsage(err)
	}
	if stamp != "" {
		return "", "", cli.Usagef("%q: a name without a time expected", operand)
	}
	isCell, isVolume := s.Cells[name] != nil, s.Volumes[name] != nil
	switch {
	case kind == "" && isCell && isVolume:
		return "", "", cli.Usagef("%s is a cell and a volume: cell:%s or volume:%s expected", name, name, name)
	case isCell && kind != backup.KindVolume:
		return backup.KindCell, name, nil
	case isVolume && kind != backup.KindCell:
		return backup.KindVolume, name, nil
	}
	return "", "", &NoCellError{name, slices.Concat(s.Names(), s.VolumeNames())}
}

// Named tells which backup an error is about.
func Named(what fmt.Stringer, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Backup says how backups are made.
type Backup struct {
	How     string // backup.Stop, Pause or Live
	Level   int
	Volumes bool
	Force   bool
}

// DefaultBackup is what is done where nothing else is asked for; the level
// is as small as gzip -6, within some percent.
func DefaultBackup() Backup { return Backup{How: backup.Stop, Level: 4} }

// MakeBackup makes one.  Where there is an error there may be a backup all
// the same: then it has a Stamp.
func (a *Asker) MakeBackup(ctx context.Context, e *engine.Engine, operand string, o Backup, p Progress) (backup.Backup, error) {
	kind, name, err := Resolve(e.Set, operand)
	if err != nil {
		return backup.Backup{}, err
	}
	src, err := backup.NewSource(e, kind, name, o.Volumes)
	if err != nil {
		return backup.Backup{}, err
	}
	return Store(e.Set).Create(ctx, e, src, backup.Making{How: o.How, Force: o.Force, Total: p.Expect,
		Writing: backup.Writing{Level: o.Level, Warn: a.Warn, Moved: p.Moved}})
}

// Restore brings a backup back; it returns what was done.
func (a *Asker) Restore(ctx context.Context, operand string, o backup.Restoring,
	begin func(b backup.Backup) Progress) (b backup.Backup, res *backup.Restored, err error) {
	err = a.WithLock(nil, func(e *engine.Engine) error {
		st := Store(e.Set)
		if b, err = st.Find(operand); err != nil {
			return err
		}
		o.Moved = begin(b).Moved
		res, err = st.Restore(ctx, e, &b, o)
		if err != nil {
			return Named(b.ID, err)
		}
		if res.Stripped > 0 {
			a.Warn("%s: set-id bits were taken off %s; -u keeps them", b.ID, words.Count(res.Stripped, "file"))
		}
		for _, left := range res.Head.Left {
			a.Warn("%s: it does not hold volume %s", b.ID, left)
		}
		return nil
	})
	return b, res, err
}

// Drill tries one.
func (a *Asker) Drill(ctx context.Context, e *engine.Engine, b *backup.Backup, p Progress) error {
	if err := Store(e.Set).Drill(ctx, e, b, p.Moved); err != nil {
		return Named(b.ID, fmt.Errorf("drill failed: %w", err))
	}
	return nil
}
