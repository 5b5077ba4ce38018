package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
	"cells/src/internal/work"
)

// editing is a manifest on its way: what it was, and what it is to be.
type editing struct {
	name, file   string // of the cell; below the directory of manifests
	before, text []byte
	opts         plan.Options
}

// edit edits the manifest of a cell: a copy of it, which takes its place
// when it is without mistakes and its plan was seen.
func (a *App) edit(string) {
	c := a.declared()
	if c == nil {
		return
	}
	text, err := os.ReadFile(c.Manifest.File)
	if err != nil {
		a.complain(err)
		return
	}
	a.editMore(&editing{name: c.Name, file: filepath.Base(c.Manifest.File), before: text, text: text,
		opts: plan.Options{Names: []string{c.Name}}})
}

// editor is how $VISUAL and $EDITOR are run, as vipw(8) does: they may have
// arguments.
const editor = `exec ${VISUAL:-${EDITOR:-vi}} "$1"`

// editMore opens the editor.
func (a *App) editMore(ed *editing) {
	text, err := a.edited(ed)
	switch {
	case err != nil:
		a.complain(fmt.Errorf("edit %s: %w", ed.name, err))
		return
	case bytes.Equal(text, ed.before):
		a.say(screen.Plain, ed.name+": not changed")
		return
	}
	ed.text = text
	a.checkEdit(ed)
}

// edited is what the user has made of the text.
func (a *App) edited(ed *editing) ([]byte, error) {
	dir, err := os.MkdirTemp("", "cellui.")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, ed.file)
	if err := os.WriteFile(file, ed.text, 0o600); err != nil {
		return nil, err
	}
	if err := a.foreground(exec.Command("/bin/sh", "-c", editor, "sh", file), ""); err != nil {
		return nil, fmt.Errorf("the editor: %w", err)
	}
	text, err := os.ReadFile(file)
	if err == nil && len(text) > manifest.MaxFile {
		err = fmt.Errorf("larger than %d bytes", manifest.MaxFile)
	}
	return text, err
}

// changes are what is new in the directory of manifests.
func (ed *editing) changes() map[string][]byte { return map[string][]byte{ed.file: ed.text} }

// checkEdit reads the manifests as they would be and makes the plan.
func (a *App) checkEdit(ed *editing) {
	a.say(screen.Busy, "edit "+ed.name+": looking...")
	a.Terminal.Go(func() {
		var p *plan.Plan
		set, err := manifest.LoadWith(manifest.EtcDir(), ed.changes())
		mistakes := err
		if err == nil {
			p, err = planOf(set, ed.opts)
		}
		a.Terminal.Post(func() {
			a.said = note{}
			a.offerEdit(ed, p, mistakes, err)
		})
	})
}

// planOf plans for manifests that are not there yet.
func planOf(set *manifest.Set, o plan.Options) (*plan.Plan, error) {
	as := asker(nil, "edit")
	e, err := as.Open(set)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	return as.Planned(e, o)
}

// offerEdit says what is wrong with the text, or what it would lead to.
func (a *App) offerEdit(ed *editing, p *plan.Plan, mistakes, err error) {
	again := answer{"e", "edit again", func() { a.editMore(ed) }}
	var lines []screen.Line
	if err != nil {
		for l := range strings.Lines(err.Error()) {
			lines = append(lines, a.Set.Line(screen.Bad, "  ! "+strings.TrimRight(l, "\n")))
		}
	}
	if mistakes != nil {
		a.ask("edit "+ed.name+": mistakes", lines, again).discard()
		return
	}
	answers := []answer{{"w", "only write", func() { a.writeEdit(ed, "", false) }}, again}
	if p != nil {
		lines = append(lines, view.PlanLines(a.Set, p)...)
		if p.Held() && !ed.opts.Restart {
			answers = append([]answer{{"r", "with restarts", func() { ed.opts.Restart = true; a.checkEdit(ed) }}}, answers...)
		}
		if p.Active() {
			shown := p.Text()
			answers = append([]answer{{"y", "write and apply", func() { a.writeEdit(ed, shown, true) }}}, answers...)
		}
		if p.Empty() {
			lines = append(lines, a.Set.Line(screen.Plain, "  nothing has to be done for it"))
		}
	}
	a.ask("edit "+ed.name, lines, answers...).discard()
}

// discard renames the answer that leaves everything as it is.
func (q *question) discard() { q.answers[len(q.answers)-1].does = "discard" }

// writeEdit writes the manifest, and applies it where that was asked for.
func (a *App) writeEdit(ed *editing, shown string, apply bool) {
	a.job("edit "+ed.name, func(ctx context.Context, j *jobs.Job) error {
		as := asker(j, "edit")
		as.Check = func(p *plan.Plan) error {
			if p.Text() != shown {
				return errors.Join(errChanged, fmt.Errorf("%s was written, and not applied", ed.file))
			}
			return nil
		}
		return as.WithLock(nil, func(e *engine.Engine) error {
			now, err := os.ReadFile(filepath.Join(e.Set.Dir, ed.file))
			if err != nil {
				return err
			}
			if !bytes.Equal(now, ed.before) {
				return fmt.Errorf("%s was changed by somebody else meanwhile; nothing is written", ed.file)
			}
			if err := e.WriteManifests(ed.changes()); err != nil {
				return err
			}
			j.Say("%s written", ed.file)
			if !apply {
				return nil
			}
			p, err := as.Apply(ctx, e, ed.opts)
			if err == nil && p.Held() {
				j.Say("left as it is: %s", work.List(heldCells(p)))
			}
			return err
		})
	})
}
