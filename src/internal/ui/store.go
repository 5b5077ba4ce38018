package ui

import (
	"context"
	"fmt"
	"strings"

	"cells/src/internal/backup"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/screen"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

// subject is what a backup is to be made of: its operand, and the cells that
// run and may write to it.
func (a *App) subject() (operand string, busy []string) {
	if p, ok := a.page().(*storagePage); ok {
		it := p.item()
		switch {
		case it.Volume != nil:
			return backup.KindVolume + ":" + it.Volume.Name, a.upOf(it.Volume.Users)
		case it.Backup != nil && it.Backup.Kind == backup.KindVolume:
			return backup.KindVolume + ":" + it.Backup.Name, a.upOf(a.users(it.Backup.Name))
		case it.Backup != nil:
			return it.Backup.Kind + ":" + it.Backup.Name, a.upOf([]string{it.Backup.Name})
		}
		a.say(screen.Bad, "nothing is selected")
		return "", nil
	}
	if c := a.declared(); c != nil {
		return backup.KindCell + ":" + c.Name, a.upOf([]string{c.Name})
	}
	return "", nil
}

// users lists the cells that mount a volume.
func (a *App) users(volume string) []string {
	if set := a.model.Sample.Set; set != nil {
		return set.Users(volume)
	}
	return nil
}

// upOf lists those of the cells that run.
func (a *App) upOf(names []string) []string {
	var out []string
	for _, n := range names {
		if c := a.model.Find(n); c != nil && c.Info != nil {
			out = append(out, n)
		}
	}
	return out
}

// backup makes one; where cells run that may write meanwhile, the user says
// what becomes of them.
func (a *App) backup(string) {
	operand, busy := a.subject()
	if operand == "" {
		return
	}
	title := "backup " + strings.TrimPrefix(operand, backup.KindCell+":")
	run := func(how string) func() {
		return func() {
			a.job(title, func(ctx context.Context, j *jobs.Job) error { return makeBackup(ctx, j, operand, how) })
		}
	}
	if len(busy) == 0 {
		run(backup.Stop)()
		return
	}
	who := work.List(busy)
	a.ask(title, []screen.Line{
		a.Set.Line(screen.Busy, "  y  "+who+" is stopped, copied, and started again: the backup is of one moment"),
		a.Set.Line(screen.Busy, "  p  "+who+" is paused while it is copied: a database may need to recover"),
		a.Set.Line(screen.Plain, "  l  "+who+" runs on while it is copied: files may be of different moments"),
	}, answer{"y", "stop", run(backup.Stop)}, answer{"p", "pause", run(backup.Pause)}, answer{"l", "live", run(backup.Live)})
}

func makeBackup(ctx context.Context, j *jobs.Job, operand, how string) error {
	as := asker(j, "backup create")
	return as.WithLock(nil, func(e *engine.Engine) error {
		o := work.DefaultBackup()
		o.How = how
		b, err := as.MakeBackup(ctx, e, operand, o, j)
		if b.Stamp != "" {
			j.Say("%s made", b.ID)
		}
		return err
	})
}

// picked is the backup that is selected, nil where none is: then that was
// said.
func (a *App) picked() *backup.Backup {
	p, ok := a.page().(*storagePage)
	if ok && p.item().Backup != nil {
		return p.item().Backup
	}
	a.say(screen.Bad, "no backup is selected")
	return nil
}

func (a *App) verify(string) {
	b := a.picked()
	if b == nil {
		return
	}
	id := b.ID.String()
	a.job("verify "+id, func(ctx context.Context, j *jobs.Job) error {
		return asker(j, "backup verify").WithStore(func(st *backup.Store) error {
			b, err := st.Find(id)
			if err != nil {
				return err
			}
			j.Expect(b.Size)
			sum, err := st.Verify(ctx, &b, j.Moved)
			if err == nil {
				j.Say("good: %s, %s", words.Count(sum.Files, "file"), words.Count(sum.Bytes, "byte"))
			}
			return err
		})
	})
}

func (a *App) drill(string) {
	b := a.picked()
	if b == nil {
		return
	}
	id := b.ID.String()
	a.job("drill "+id, func(ctx context.Context, j *jobs.Job) error {
		as := asker(j, "backup drill")
		return as.WithLock(nil, func(e *engine.Engine) error {
			b, err := work.Store(e.Set).Find(id)
			if err != nil {
				return err
			}
			j.Expect(b.Size)
			if err := as.Drill(ctx, e, &b, j); err != nil {
				return err
			}
			j.Say("drilled: it started, was healthy, and is gone again")
			return nil
		})
	})
}

// restore brings a backup back over what there is.
func (a *App) restore(string) {
	b := a.picked()
	if b == nil {
		return
	}
	id := b.ID.String()
	lines := []screen.Line{}
	put := func(style screen.Style, format string, args ...any) {
		lines = append(lines, a.Set.Line(style, fmt.Sprintf(format, args...)))
	}
	busy := a.upOf([]string{b.Name})
	if b.Kind == backup.KindVolume {
		busy = a.upOf(a.users(b.Name))
		put(screen.Bad, "  - what volume %s holds now is replaced", b.Name)
	} else {
		put(screen.Bad, "  - the data of %s is replaced%s", b.Name, dataOf(a.model.Sample.Set, b.Name))
	}
	put(screen.Good, "  + %s, %s, as they were %s", words.Count(b.Files, "file"), words.Count(b.Bytes, "byte"), b.Made().Local().Format("2006-01-02 15:04:05"))
	if len(busy) > 0 {
		put(screen.Busy, "  ~ %s is stopped meanwhile and started again", work.List(busy))
	}
	if b.State() == "bad" {
		put(screen.Bad, "  ! it was found to be bad: nothing is replaced where it still is")
	}
	run := func(manifest bool) func() {
		return func() {
			a.job("restore "+id, func(ctx context.Context, j *jobs.Job) error { return restoreBackup(ctx, j, id, manifest) })
		}
	}
	answers := []answer{{"y", "restore", run(false)}}
	if b.Kind == backup.KindCell {
		answers = append(answers, answer{"m", "with the manifest", run(true)})
	}
	a.ask("restore "+id, lines, answers...)
}

// dataOf names the directories that a restore replaces.
func dataOf(set *manifest.Set, name string) string {
	if set == nil || set.Cells[name] == nil || len(set.Cells[name].Data) == 0 {
		return ""
	}
	return ": " + strings.Join(set.Cells[name].Data, " ")
}

func restoreBackup(ctx context.Context, j *jobs.Job, id string, manifest bool) error {
	_, res, err := asker(j, "backup restore").Restore(ctx, id, backup.Restoring{Manifest: manifest, Stop: true},
		func(b backup.Backup) work.Progress {
			j.Expect(b.Size)
			return j
		})
	if err == nil {
		j.Say("restored: %s, %s", words.Count(res.Files, "file"), words.Count(res.Bytes, "byte"))
	}
	return err
}
