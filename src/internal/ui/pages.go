package ui

import (
	"time"

	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// page is one view.
type page interface {
	name() string
	draw(w, h int) []screen.Line
	note() string         // what stands at the right of the line of views
	move(key string)      // up, down and their like
	focus(f *model.Focus) // what it wants to be looked at
	target() string       // the cell that actions are about, "" for none
}

// height is what pages remember of the room that they had.
type height struct{ h int }

// step is how far a key moves; whole is far enough for all.
func (p *height) step(key string) int {
	const whole = 1 << 30
	switch key {
	case "up", "k":
		return -1
	case "down", "j":
		return 1
	case "pageup":
		return -max(1, p.h-2)
	case "pagedown":
		return max(1, p.h-2)
	case "home", "g":
		return -whole
	case "end", "G":
		return whole
	}
	return 0
}

// cellsPage is the list of cells.
type cellsPage struct {
	*App
	height
	look view.CellsLook
}

func (p *cellsPage) name() string { return onCells }

func (p *cellsPage) note() string {
	if p.look.Filter != "" {
		return "filter: " + p.look.Filter
	}
	return ""
}

func (p *cellsPage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Cells(p.Set, &p.model, &p.look, w, h)
}

func (p *cellsPage) move(key string) {
	rows := p.look.Rows(&p.model)
	p.look.Select(rows, p.look.At+p.step(key))
}

func (p *cellsPage) focus(*model.Focus) {}

func (p *cellsPage) target() string {
	p.look.Rows(&p.model)
	return p.look.Name
}

// cellPage is one cell.
type cellPage struct {
	*App
	height
	scroll view.Scroll
	lines  int
}

func (p *cellPage) name() string { return onCell }

func (p *cellPage) note() string { return p.cell }

func (p *cellPage) draw(w, h int) []screen.Line {
	p.h = h
	lines := view.Cell(p.Set, &p.model, p.watched, p.cell, w)
	p.lines = len(lines)
	return view.Fill(p.scroll.Window(lines, h), h)
}

func (p *cellPage) move(key string) {
	p.scroll.Top = max(0, min(p.scroll.Top+p.step(key), p.lines-p.h))
}

func (p *cellPage) focus(f *model.Focus) { f.Cell, f.Log = p.cell, p.cell }

func (p *cellPage) target() string { return p.cell }

// logPage is the tail of a cell's log.
type logPage struct {
	*App
	height
	follow view.Follow
}

func (p *logPage) name() string { return onLog }

func (p *logPage) note() string { return p.follow.Note() }

func (p *logPage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Log(p.Set, p.cell, p.watched, &p.follow, w, h)
}

func (p *logPage) move(key string) {
	switch key {
	case "left", "h":
		p.follow.Left = max(0, p.follow.Left-8)
		return
	case "right", "l":
		p.follow.Left += 8
		return
	case "end", "G":
		p.follow.End()
		return
	}
	if p.watched != nil {
		p.follow.Up(-p.step(key), len(p.watched.Log.Lines), p.h-1)
	}
}

func (p *logPage) focus(f *model.Focus) { f.Log = p.cell }

func (p *logPage) target() string { return p.cell }

// denialsPage is the tail of denials.
type denialsPage struct {
	*App
	height
	look view.DenialsLook
}

func (p *denialsPage) name() string { return onDenials }

func (p *denialsPage) note() string {
	if p.of() == "" {
		return "all, " + p.look.Note()
	}
	return p.of() + ", " + p.look.Note()
}

// of is whose denials are shown, "" for everybody's.
func (p *denialsPage) of() string {
	if p.look.All {
		return ""
	}
	return p.cell
}

func (p *denialsPage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Denials(p.Set, p.of(), p.watched, &p.look, w, h)
}

func (p *denialsPage) move(key string) {
	if p.watched != nil {
		p.look.Move(p.step(key), len(p.watched.Denials))
	}
}

func (p *denialsPage) focus(f *model.Focus) { f.Denials, f.Of = true, p.of() }

// selected is the denial that is.
func (p *denialsPage) selected() *model.Denial {
	if p.watched == nil || p.watched.Of != p.of() || p.look.At >= len(p.watched.Denials) {
		return nil
	}
	return &p.watched.Denials[p.look.At]
}

func (p *denialsPage) target() string {
	if d := p.selected(); d != nil {
		return d.Name
	}
	return p.of()
}

// storagePage is volumes, bases and backups.
type storagePage struct {
	*App
	height
	look view.StorageLook
}

func (p *storagePage) name() string { return onStorage }

func (p *storagePage) note() string { return "" }

func (p *storagePage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Storage(p.Set, p.storage, &p.look, w, h)
}

func (p *storagePage) move(key string) {
	p.look.At = max(0, min(p.look.At+p.step(key), len(p.look.Items(p.storage))-1))
}

func (p *storagePage) focus(*model.Focus) {}

func (p *storagePage) target() string { return "" }

// item is what is selected, the zero Item where nothing is.
func (p *storagePage) item() view.Item {
	items := p.look.Items(p.storage)
	if p.look.At >= len(items) {
		return view.Item{}
	}
	return items[p.look.At]
}

// planPage is what apply would do.
type planPage struct {
	*App
	height
	look view.PlanLook
}

func (p *planPage) name() string { return onPlan }

func (p *planPage) note() string {
	text := ""
	if p.look.Restart {
		text += " with restarts"
	}
	if p.look.Prune {
		text += " with pruning"
	}
	return text
}

func (p *planPage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Plan(p.Set, &p.model, &p.look, w, h)
}

func (p *planPage) rows() []view.PlanRow {
	pl, _ := p.look.Compute(&p.model)
	return p.look.Rows(p.Set, pl)
}

func (p *planPage) move(key string) {
	p.look.At = max(0, min(p.look.At+p.step(key), len(p.rows())-1))
}

func (p *planPage) focus(*model.Focus) {}

func (p *planPage) target() string {
	if rows := p.rows(); p.look.At < len(rows) {
		return rows[p.look.At].Cell
	}
	return ""
}

// jobsPage is what was done from here.
type jobsPage struct {
	*App
	height
	look view.JobsLook
}

func (p *jobsPage) name() string { return onJobs }

func (p *jobsPage) note() string { return "" }

func (p *jobsPage) draw(w, h int) []screen.Line {
	p.h = h
	return view.Jobs(p.Set, p.jobs.List(), time.Now(), &p.look, w, h)
}

func (p *jobsPage) move(key string) {
	p.look.At = max(0, min(p.look.At+p.step(key), len(p.jobs.List())-1))
}

func (p *jobsPage) focus(*model.Focus) {}

func (p *jobsPage) target() string { return "" }

// job is the one that is selected, nil where none is.
func (p *jobsPage) job() *jobs.View {
	all := p.jobs.List()
	if p.look.At >= len(all) {
		return nil
	}
	return &all[p.look.At]
}
