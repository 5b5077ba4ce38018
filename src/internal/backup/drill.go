package backup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
)

// drillWatch is how long the service has to stay up once it has started.
const drillWatch = 2 * time.Second

// drillEnv tells a service that it is only tried.
const drillEnv = "CELLS_DRILL=1"

// Drill brings a backup of a cell up as a cell of its own, without ports,
// addresses and dependencies, and removes it.  The outcome is noted beside
// the archive; the error says what went wrong.
func (s *Store) Drill(ctx context.Context, e *engine.Engine, b *Backup, moved func(int64)) error {
	if b.Kind != KindCell {
		return errors.New("only a cell can be drilled; verify reads a volume's backup")
	}
	d := &drill{s: s, b: b, name: drillName(b.Name)}
	d.home, d.own = e.Layout.Home(d.name), e.Layout.Drill(d.name)
	if err := d.remove(e); err != nil {
		return err
	}
	err := d.try(ctx, e, moved)
	if err != nil {
		err = d.withLastLine(err)
	}
	if gone := d.remove(e); gone != nil {
		return errors.Join(err, gone)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b.Drilled, b.Drill = time.Now().UTC().Truncate(time.Second), DrillOK
	if err != nil {
		b.Drill = DrillFailed
	} else {
		b.Verified = b.Drilled
	}
	if errors.Is(err, ErrArchive) {
		b.Bad = b.Drilled
	}
	if b.Lost {
		return err
	}
	return errors.Join(err, s.Update(b))
}

// drillName is a name for the cell, not longer than names may be.
func drillName(name string) string {
	const most = 63
	return manifest.DrillPrefix + name[:min(len(name), most-len(manifest.DrillPrefix))]
}

// drill is one drill.
type drill struct {
	s    *Store
	b    *Backup
	name string
	home string // of the throw-away cell
	own  string // what is the drill's in there
}

// try unpacks, starts and watches.
func (d *drill) try(ctx context.Context, e *engine.Engine, moved func(int64)) error {
	if err := checkSpace(e.Layout.State, d.b.Stream, d.b.Entries); err != nil {
		return err
	}
	sum, err := d.unpack(ctx, e, moved)
	if err != nil {
		return full(err, e.Layout.State)
	}
	own, err := d.engine(e, sum.Head)
	if err != nil {
		return err
	}
	w, err := own.Observe()
	if err != nil {
		return err
	}
	p, err := plan.Apply(w, plan.Options{Names: []string{d.name}, Start: true})
	if err != nil {
		return err
	}
	res, err := own.Execute(ctx, p)
	if err = errors.Join(err, res.Err()); err != nil {
		return err
	}
	return d.watch(ctx, own)
}

// unpack makes the home of the throw-away cell.
func (d *drill) unpack(ctx context.Context, e *engine.Engine, moved func(int64)) (*Summary, error) {
	u := unpacker{places: map[string]string{}}
	defer u.close()
	for _, part := range []string{dataPart, stampsPart, manifestPart, volumesPart} {
		at := filepath.Join(d.own, part)
		if err := os.MkdirAll(at, 0o700); err != nil {
			return nil, err
		}
		u.places[part] = at
	}
	if err := errors.Join(os.Chmod(filepath.Dir(d.home), 0o700), os.Chmod(d.home, 0o700)); err != nil {
		return nil, err
	}
	sum, err := d.s.read(ctx, d.b, &u, moved)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{dataPart, stampsPart} {
		from := filepath.Join(d.own, part, freshName)
		if !exists(from) {
			continue
		}
		if err := os.Rename(from, filepath.Join(d.home, part)); err != nil {
			return nil, err
		}
	}
	return sum, nil
}

// engine is one for a set that has the throw-away cell, too.
func (d *drill) engine(e *engine.Engine, h *Head) (*engine.Engine, error) {
	dir := filepath.Join(d.own, manifestPart, freshName)
	text, err := os.ReadFile(filepath.Join(dir, h.Name+manifest.CellSuffix))
	if err != nil {
		return nil, err
	}
	files := filepath.Join(dir, h.Name+manifest.FilesSuffix)
	if err := os.Rename(files, filepath.Join(dir, d.name+manifest.FilesSuffix)); err != nil && exists(files) {
		return nil, err
	}
	var errs manifest.Errors
	conf := *e.Set.Conf
	conf.Paths = []manifest.HostPath{{Dir: "/"}} // none of them is mounted
	c := manifest.ParseCell(d.name, h.Name+manifest.CellSuffix, text, &conf, &errs)
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if !d.b.Trusts() && c.Base == manifest.BaseNone {
		return nil, errors.New("it was imported, and would run on the host's own files (base none)")
	}
	set := *e.Set
	set.Dir, set.Cells, set.Volumes = dir, maps.Clone(e.Set.Cells), maps.Clone(e.Set.Volumes)
	set.Cells[d.name] = d.alone(c, &set)
	own := *e
	own.Set = &set
	return &own, nil
}

// alone makes a cell one that is in nobody's way: no ports, addresses and
// dependencies, and directories of its own in the place of volumes.  Over
// has the digest taken anew.
func (d *drill) alone(c *manifest.Cell, set *manifest.Set) *manifest.Cell {
	c = c.Over(c)
	// A service that fails is started again, so that its supervisor is there
	// to tell; one that comes to a good end is not.
	c.Ports, c.Addrs, c.Depend, c.Autostart, c.Restart = nil, nil, nil, false, "on-failure"
	c.Env = append(c.Env, drillEnv)
	if !d.b.Trusts() {
		c.Profile, c.Allow, c.Mode = cell.High, 0, cell.Enforce
	}
	c.Log = d.log()
	for i := range c.Volumes {
		v := &c.Volumes[i]
		path := filepath.Join(d.own, volumesPart, freshName, v.Source)
		name := manifest.DrillPrefix + fmt.Sprint(i)
		if v.Host() || !exists(path) {
			path = filepath.Join(d.own, "empty", fmt.Sprint(i))
		}
		set.Volumes[name] = &manifest.VolumeFile{Name: name, Path: path, Mode: 0o755, Share: "yes"}
		v.Source = name
	}
	return c
}

// log is the file for what the service says.
func (d *drill) log() string { return filepath.Join(d.own, "log") }

// withLastLine adds to an error the last that the service has said.
func (d *drill) withLastLine(err error) error {
	f, ferr := os.Open(d.log())
	if ferr != nil {
		return err
	}
	defer f.Close()
	lines, _, ferr := engine.LastLines(f, d.name, 20)
	if ferr != nil {
		return err
	}
	for _, line := range slices.Backward(lines) {
		_, text, _ := strings.Cut(strings.TrimSpace(string(line)), "]: ")
		if !strings.HasPrefix(text, super.Own) {
			return fmt.Errorf("%w: %s", err, text)
		}
	}
	return err
}

// watch makes sure that the service stays up, or has come to a good end.
func (d *drill) watch(ctx context.Context, e *engine.Engine) error {
	for end := time.Now().Add(drillWatch); ; {
		s, err := super.ReadStatus(e.Set.Conf.Run, d.name)
		switch {
		case err != nil:
			return err
		case s.Failures > 0:
			return fmt.Errorf("its service ended soon after its start: %s", s.LastExit)
		case s.Crashed():
			return errors.New("its supervisor died")
		case s.Health == "failing":
			return errors.New("its health check fails")
		case !s.Alive, time.Now().After(end):
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// remove takes the throw-away cell apart, also one that a killed drill has
// left.
func (d *drill) remove(e *engine.Engine) error {
	w, err := e.Observe()
	if err != nil {
		return err
	}
	if o := w.Cells[d.name]; o.State() == plan.Foreign || e.Set.Cells[d.name] != nil {
		return fmt.Errorf("%s: there is a cell of that name, which a drill would need", d.name)
	}
	res, err := e.Execute(context.Background(), plan.End(w, []string{d.name}))
	if err = errors.Join(err, res.Err()); err != nil {
		return err
	}
	return e.Discard(d.name)
}
