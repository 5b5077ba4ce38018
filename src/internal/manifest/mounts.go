package manifest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cells/src/internal/cell"
)

// Directories of a cell that are cellmgr's own to fill.
const (
	DevDir = "/dev"
	TmpDir = "/tmp"
)

func (c *Cell) addVolume(a args) error {
	v := Volume{Source: a.words[0], Target: a.words[1], line: a.line}
	if len(a.words) > 2 {
		how, err := oneOf(a.words[2], "ro", "rw")
		if err != nil {
			return err
		}
		v.ReadOnly = how == "ro"
	}
	if v.Host() {
		if err := checkPath(v.Source); err != nil {
			return err
		}
	} else if err := cell.CheckName(v.Source); err != nil {
		return err
	}
	if err := checkTarget(v.Target); err != nil {
		return err
	}
	for _, o := range c.Volumes {
		if o.Target == v.Target {
			return fmt.Errorf("%s is a volume already, in line %d", v.Target, o.line)
		}
	}
	c.Volumes = append(c.Volumes, v)
	slices.SortFunc(c.Volumes, func(a, b Volume) int { return ComparePaths(a.Target, b.Target) })
	return nil
}

func (c *Cell) formatVolumes() []string {
	out := make([]string, len(c.Volumes))
	for i, v := range c.Volumes {
		how := "rw"
		if v.ReadOnly {
			how = "ro"
		}
		out[i] = list(v.Source, v.Target, how)[0]
	}
	return out
}

func (c *Cell) setData(ws []string) error {
	for _, w := range ws {
		if err := checkTarget(w); err != nil {
			return err
		}
		for _, o := range c.Data {
			if Below(w, o) || Below(o, w) {
				return fmt.Errorf("%s and %s overlap", o, w)
			}
		}
		c.Data = append(c.Data, w)
	}
	slices.SortFunc(c.Data, ComparePaths)
	return nil
}

// checkTarget checks where something is to be mounted in a cell.
func checkTarget(p string) error {
	if err := checkPath(p); err != nil {
		return err
	}
	if p == "/" {
		return fmt.Errorf("/ is the base's")
	}
	if Below(p, DevDir) {
		return fmt.Errorf("%s: a cell's %s is made by cellmgr", p, DevDir)
	}
	return nil
}

// Below reports whether p is dir or lies below it; both are clean.
func Below(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}

// ComparePaths orders clean paths such that a directory comes before what
// lies below it.
func ComparePaths(a, b string) int {
	return strings.Compare(strings.ReplaceAll(a, "/", "\x00"), strings.ReplaceAll(b, "/", "\x00"))
}

// Place says what in a cell a path belongs to.
type Place struct {
	Data   string  // the data directory
	Volume *Volume // the volume
	Rest   string  // the path below either, "." for itself
}

// Writable reports whether the cell keeps what is written there.
func (p Place) Writable() bool { return p.Data != "" || p.Volume != nil && !p.Volume.ReadOnly }

// Find returns the data directory or volume that the path of the cell
// belongs to: of nested ones the innermost.
func (c *Cell) Find(p string) Place {
	at, best := Place{}, ""
	for _, d := range c.Data {
		if Below(p, d) && len(d) > len(best) {
			at, best = Place{Data: d}, d
		}
	}
	for i := range c.Volumes {
		if v := &c.Volumes[i]; Below(p, v.Target) && len(v.Target) >= len(best) {
			at, best = Place{Volume: v}, v.Target
		}
	}
	at.Rest = strings.TrimPrefix(strings.TrimPrefix(p, best), "/")
	if at.Rest == "" {
		at.Rest = "."
	}
	return at
}

// checkLayout finds what cannot be mounted together.
func (c *Cell) checkLayout(errs *Errors) {
	if c.Base == BaseNone {
		c.checkBare(errs)
		return
	}
	for _, d := range c.Data {
		for _, v := range c.Volumes {
			if Below(d, v.Target) {
				errs.add(c.File, c.Line("data"), "data: %s would be hidden by the volume at %s in line %d",
					d, v.Target, v.line)
			}
		}
	}
	for _, it := range c.Provision {
		if it.Path != "" && !c.Find(it.Path).Writable() {
			errs.add(c.File, it.Number, "%s: %s is not below a data directory or a writable volume of the cell",
				it.Kind, it.Path)
		}
		if (it.Kind == Install || it.Kind == Line || it.Kind == Link) && c.Find(it.Path).Rest == "." {
			errs.add(c.File, it.Number, "%s: %s is a directory that is mounted", it.Kind, it.Path)
		}
	}
}

// checkBare refuses what needs a root directory of the cell's own.
func (c *Cell) checkBare(errs *Errors) {
	const why = "%s: needs a root directory of the cell's own, which `base none' is not"
	for _, v := range c.Volumes {
		errs.add(c.File, v.line, why, "volume")
	}
	if len(c.Data) > 0 {
		errs.add(c.File, c.Line("data"), why, "data")
	}
	for _, it := range c.Provision {
		if it.Kind != Run {
			errs.add(c.File, it.Number, why, it.Kind)
		}
	}
}

// parents lists the directories above p, the nearest first.
func parents(p string) []string {
	var out []string
	for d := path.Dir(p); d != "/" && d != "."; d = path.Dir(d) {
		out = append(out, d)
	}
	return out
}
