package view

import (
	"fmt"
	"strings"
	"time"

	"cells/src/internal/backup"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

// Item is a row of the storage that can be selected.
type Item struct {
	Volume *model.Volume
	Backup *backup.Backup
	line   screen.Line
}

// StorageLook is what the user has chosen in the storage.
type StorageLook struct{ List }

// Items lists what can be selected, in its order.
func (o *StorageLook) Items(st *model.Storage) []Item {
	var out []Item
	if st == nil {
		return nil
	}
	for i := range st.Volumes {
		out = append(out, Item{Volume: &st.Volumes[i]})
	}
	for i := len(st.Backups) - 1; i >= 0; i-- {
		out = append(out, Item{Backup: &st.Backups[i]})
	}
	return out
}

var (
	volumeColumns = []screen.Column{
		{Head: "VOLUME", Min: 12, Max: 24}, {Head: "SHARE", Min: 5}, {Head: "BACKUP", Min: 6},
		{Head: "CELLS", Min: 10, Max: 30}, {Head: "PATH", Min: 12, Grow: true},
	}
	baseColumns = []screen.Column{
		{Head: "BASE", Min: 12, Max: 24}, {Head: "ADDED", Min: 10}, {Head: "CELLS", Min: 10, Max: 30},
		{Head: "SETS", Min: 12, Grow: true},
	}
	backupColumns = []screen.Column{
		{Head: "BACKUP", Min: 24, Grow: true}, {Head: "SIZE", Right: true, Min: 6},
		{Head: "STATE", Min: 8}, {Head: "VERIFIED", Min: 10}, {Head: "DRILLED", Min: 10},
		{Head: "HOW", Min: 5, Drop: 1}, {Head: "FILES", Right: true, Min: 6, Drop: 2},
	}
)

// Storage is what is kept, in h lines.
func Storage(set screen.Charset, st *model.Storage, o *StorageLook, w, h int) []screen.Line {
	if st == nil {
		return fill([]screen.Line{set.Line(screen.Plain, "looking...")}, h)
	}
	items := o.Items(st)
	o.At = max(0, min(o.At, len(items)-1))
	p := &pen{Charset: set, w: w}
	at := p.volumes(st, o.At)
	p.bases(st)
	if n := p.backups(st, items, o.At); n >= 0 {
		at = n
	}
	o.Top = max(0, min(o.Top, len(p.out)-h))
	if at >= 0 {
		o.Top = min(o.Top, max(0, at-1))
		if at >= o.Top+h {
			o.Top = at - h + 1
		}
	}
	return fill(p.out[o.Top:], h)
}

// table writes rows below their heads; it returns the line of the row that
// is selected, negative where none is.
func (p *pen) table(cols []screen.Column, rows [][]screen.Span, selected int) int {
	g := p.Layout(cols, rows, p.w)
	p.out = append(p.out, g.Heads(-1, ""))
	at := -1
	for i, r := range rows {
		l := g.Row(r)
		if l.Selected = i == selected; l.Selected {
			at = len(p.out)
		}
		p.out = append(p.out, l)
	}
	return at
}

// none says that a part is empty, or why it cannot be told.
func (p *pen) none(err error, what string) {
	if err != nil {
		p.out = append(p.out, p.Line(screen.Bad, what+" cannot be read: "+err.Error()))
		return
	}
	p.out = append(p.out, p.Line(screen.Plain, "no "+what))
}

func (p *pen) spans(values ...string) []screen.Span {
	out := make([]screen.Span, len(values))
	for i, v := range values {
		if v == "" {
			v = "-"
		}
		out[i] = p.Text(screen.Plain, v)
	}
	return out
}

func (p *pen) volumes(st *model.Storage, selected int) int {
	if len(st.Volumes) == 0 {
		p.none(nil, "volumes")
		return -1
	}
	var rows [][]screen.Span
	for _, v := range st.Volumes {
		keep := "no"
		if v.Backup {
			keep = "yes"
		}
		rows = append(rows, p.spans(v.Name, v.Share, keep, strings.Join(v.Users, ","), v.Path))
	}
	return p.table(volumeColumns, rows, selected)
}

func (p *pen) bases(st *model.Storage) {
	p.blank()
	if len(st.Bases) == 0 {
		p.none(st.BasesErr, "bases")
		return
	}
	var rows [][]screen.Span
	for _, b := range st.Bases {
		var sets []string
		for _, s := range b.Sets {
			sets = append(sets, s.Name)
		}
		rows = append(rows, p.spans(b.Name, day(b.Added, st.At), strings.Join(b.Used, ","), strings.Join(sets, " ")))
	}
	p.table(baseColumns, rows, -1)
}

func (p *pen) backups(st *model.Storage, items []Item, selected int) int {
	p.blank()
	if len(st.Backups) == 0 {
		p.none(st.BackupErr, "backups")
		return -1
	}
	var rows [][]screen.Span
	for _, it := range items[len(st.Volumes):] {
		b := it.Backup
		row := p.spans(b.ID.String(), size(uint64(b.Size)), "", day(b.Verified, st.At), drilled(b, st.At),
			b.How, fmt.Sprint(b.Files))
		row[2] = p.Text(backupStyle(b), b.State())
		rows = append(rows, row)
	}
	return p.table(backupColumns, rows, selected-len(st.Volumes))
}

// day is when something was, "" for never.
func day(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return when(t, now)
}

func drilled(b *backup.Backup, now time.Time) string {
	if b.Drill == backup.DrillFailed {
		return "FAILED"
	}
	return day(b.Drilled, now)
}

func backupStyle(b *backup.Backup) screen.Style {
	switch b.State() {
	case "bad":
		return screen.Bad
	case "lost":
		return screen.Busy
	case "drilled", "verified":
		return screen.Good
	}
	return screen.Plain
}
