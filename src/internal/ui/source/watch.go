package source

import (
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/engine"
	"cells/src/internal/explain"
	"cells/src/internal/manifest"
	"cells/src/internal/ui/model"
	"cells/src/internal/work"
)

// Kept is how many lines of a log and how many denials are kept.
const Kept = 2000

// watch is what is followed.
type watch struct {
	focus   model.Focus
	tail    *engine.Tail
	log     model.Log
	since   uint64
	denials []model.Denial
}

// Watch looks at what the focus asks for.
func (s *Source) Watch(f model.Focus, in model.Sample) *model.Watched {
	s.refocus(f)
	out := &model.Watched{Focus: f}
	if f.Log != "" {
		s.follow(f.Log)
		out.Log = s.watch.log
	}
	if in.Err != nil {
		return out
	}
	if f.Cell != "" {
		out.Explained, out.CellErr = s.explain(f.Cell, in)
	}
	if f.Denials {
		out.DenialErr = s.denied(f.Of, in)
		out.Denials = s.watch.denials
	}
	return out
}

// refocus forgets what nobody looks at any more.
func (s *Source) refocus(f model.Focus) {
	w := &s.watch
	if f.Log != w.focus.Log {
		if w.tail != nil {
			w.tail.Close()
		}
		w.tail, w.log = nil, model.Log{}
	}
	if f.Denials != w.focus.Denials || f.Of != w.focus.Of {
		w.since, w.denials = 0, nil
	}
	w.focus = f
}

// follow reads what is new in the log of a cell.
func (s *Source) follow(name string) {
	w := &s.watch
	if w.tail == nil {
		c := s.set.Cells[name]
		if c == nil {
			w.log.Err = &work.NoCellError{Name: name}
			return
		}
		if w.tail, w.log.Err = engine.OpenTail(c, Kept); w.log.Err != nil {
			w.tail = nil
			return
		}
		w.log.File = w.tail.File
	}
	var lines [][]byte
	lines, w.log.Err = w.tail.Next()
	for _, l := range lines {
		w.log.Lines = append(w.log.Lines, strings.TrimRight(string(l), "\r\n"))
	}
	w.log.Lines = last(w.log.Lines)
}

// last keeps the newest; what was given out before is not touched.
func last[T any](list []T) []T {
	if n := len(list); n > Kept {
		return append([]T(nil), list[n-Kept:]...)
	}
	return list
}

// policy reads the table of rules, once.
func (s *Source) policy() ([]cell.Rule, error) {
	if s.rules != nil {
		return s.rules, nil
	}
	rules, err := s.kern.Policy()
	if err == nil {
		s.rules = rules
	}
	return rules, err
}

// explain tells what a cell was denied.
func (s *Source) explain(name string, in model.Sample) ([]explain.Line, error) {
	for i := range in.Infos {
		if in.Infos[i].Config.Name != name {
			continue
		}
		o := explain.Observed{Info: in.Infos[i]}
		var err error
		if o.Rules, err = s.policy(); err == nil {
			o.Counters, err = s.kern.Counters(o.Info.ID)
		}
		if err == nil {
			o.Denials, err = s.kern.Denials(o.Info.ID, 0)
		}
		if err != nil {
			return nil, err
		}
		return explain.Explain(o), nil
	}
	return nil, nil
}

// denied reads the denials that are new.
func (s *Source) denied(of string, in model.Sample) error {
	w := &s.watch
	rules, err := s.policy()
	if err != nil {
		return err
	}
	cells := map[cell.ID]*cell.Info{}
	id := cell.Host
	for i := range in.Infos {
		cells[in.Infos[i].ID] = &in.Infos[i]
		if in.Infos[i].Config.Name == of {
			id = in.Infos[i].ID
		}
	}
	if of != "" && id == cell.Host {
		return nil // it does not run: nothing new
	}
	ds, err := s.kern.Denials(id, w.since)
	if err != nil {
		return err
	}
	for _, d := range ds {
		w.since = max(w.since, d.Seq)
		w.denials = append(w.denials, named(d, rules, cells[d.Cell]))
	}
	w.denials = last(w.denials)
	return nil
}

// named finds the words for the numbers of a denial.
func named(d cell.Denial, rules []cell.Rule, in *cell.Info) model.Denial {
	out := model.Denial{Denial: d}
	for _, r := range rules {
		if r.ID == d.Rule {
			out.Rule = r
		}
	}
	like := cell.Info{}
	switch {
	case in != nil:
		out.Name, like = in.Config.Name, *in
	case d.Cell != cell.Host:
		out.Name = d.Cell.String()
		like.Config.Name = out.Name
	}
	out.What, out.Remedy = explain.One(like, out.Rule, d)
	return out
}

// Storage looks at volumes, bases and backups.  It may run beside samples.
func Storage(set *manifest.Set) *model.Storage {
	out := &model.Storage{At: time.Now()}
	for _, n := range set.VolumeNames() {
		out.Volumes = append(out.Volumes, model.Volume{VolumeFile: set.Volumes[n], Users: set.Users(n)})
	}
	out.Bases, out.BasesErr = engine.Offline(set).Bases()
	out.Backups, out.BackupErr = work.Store(set).List()
	return out
}
