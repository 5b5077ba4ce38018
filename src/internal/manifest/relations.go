package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/words"
)

// check finds mistakes between files.
func (s *Set) check(errs *Errors) {
	names := s.Names()
	for _, n := range names {
		c := s.Cells[n]
		s.checkDepend(c, names, errs)
		s.checkVolumes(c, errs)
		s.checkSources(c, errs)
	}
	s.checkPorts(names, errs)
	s.checkPlaces(errs)
	s.checkLogs(names, errs)
	s.checkSharing(names, errs)
	s.checkCycles(names, errs)
}

func (s *Set) checkDepend(c *Cell, names []string, errs *Errors) {
	for _, d := range c.Depend {
		if s.Cells[d] == nil {
			errs.add(c.File, c.Line("depend"), "depend: no cell %q%s", d, words.Meant(d, names))
		}
	}
}

func (s *Set) checkVolumes(c *Cell, errs *Errors) {
	for _, v := range c.Volumes {
		if !v.Host() && s.Volumes[v.Source] == nil {
			errs.add(c.File, v.line, "volume: no volume %q%s", v.Source,
				words.Meant(v.Source, s.VolumeNames()))
		}
	}
}

// checkSources makes sure that what is to be installed is there.
func (s *Set) checkSources(c *Cell, errs *Errors) {
	for _, it := range c.Provision {
		if it.Kind != Install {
			continue
		}
		st, err := os.Stat(filepath.Join(s.FilesDir(c.Name), it.Source))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			errs.add(c.File, it.Number, "install: no file %s in %s", it.Source, s.FilesDir(c.Name))
		case err != nil:
			errs.add(c.File, it.Number, "install: %s: %s", it.Source, cause(err))
		case !st.Mode().IsRegular():
			errs.add(c.File, it.Number, "install: %s: not a regular file", it.Source)
		}
	}
}

// FilesDir is where a cell's files for provisioning are.
func (s *Set) FilesDir(name string) string {
	if dir := s.files[name]; dir != "" {
		return dir
	}
	return filepath.Join(s.Dir, name+FilesSuffix)
}

// checkPorts finds ports that two cells declare: the kernel gives a port to
// one cell alone.
func (s *Set) checkPorts(names []string, errs *Errors) {
	holder := map[uint16]*Cell{}
	for _, n := range names {
		c := s.Cells[n]
		for _, p := range c.Ports {
			if h := holder[p]; h != nil {
				errs.add(c.File, c.Line("ports"), "ports: %d belongs to cell %s (%s:%d)", p, h.Name,
					h.File, h.Line("ports"))
				continue
			}
			holder[p] = c
		}
	}
}

// checkPlaces refuses two volumes on one directory, and one inside another:
// what a volume says of sharing, and its backups, would not hold for what the
// other makes of the same files.
func (s *Set) checkPlaces(errs *Errors) {
	at := map[string]*VolumeFile{}
	for _, n := range s.VolumeNames() {
		v := s.Volumes[n]
		if at[v.Path] != nil {
			clash(v, at[v.Path], errs)
		} else {
			at[v.Path] = v
		}
	}
	for _, n := range s.VolumeNames() {
		for _, dir := range parents(s.Volumes[n].Path) {
			if at[dir] != nil {
				clash(s.Volumes[n], at[dir], errs)
			}
		}
	}
}

// clash reports two volumes whose directories are not apart, at one that says
// where it is.
func clash(v, other *VolumeFile, errs *Errors) {
	if v.Own() {
		v, other = other, v
	}
	how := "holds"
	switch {
	case v.Path == other.Path:
		how = "is"
	case Below(v.Path, other.Path):
		how = "lies in"
	}
	where := (&Error{File: other.File, Line: other.lines["path"]}).where()
	errs.add(v.File, v.lines["path"], "path: %s %s that of volume %s (%s)", v.Path, how, other.Name, where)
}

// checkLogs refuses a log file where a cell may write: it could put a link in
// the place of a directory above it, and have root write elsewhere.
func (s *Set) checkLogs(names []string, errs *Errors) {
	writable := map[string]user{}
	for _, n := range names {
		for _, v := range s.Cells[n].Volumes {
			if at := s.Source(v); !v.ReadOnly && at != "" {
				writable[at] = user{s.Cells[n], v}
			}
		}
	}
	for _, n := range names {
		c := s.Cells[n]
		if !filepath.IsAbs(c.Log) {
			continue
		}
		for _, dir := range parents(c.Log) {
			if u, ok := writable[dir]; ok {
				errs.add(c.File, c.Line("log"), "log: %s lies in volume %s, which cell %s may write (%s:%d)",
					c.Log, u.v.Source, u.c.Name, u.c.File, u.v.line)
			} else if dir == s.Conf.State || dir == s.Conf.Volumes {
				errs.add(c.File, c.Line("log"), "log: %s lies in %s, which is cellmgr's own", c.Log, dir)
			}
		}
	}
}

// user is a cell that mounts a volume.
type user struct {
	c *Cell
	v Volume
}

// checkSharing holds the cells that mount a named volume against its share.
func (s *Set) checkSharing(names []string, errs *Errors) {
	users := map[string][]user{}
	for _, n := range names {
		for _, v := range s.Cells[n].Volumes {
			if !v.Host() && s.Volumes[v.Source] != nil {
				users[v.Source] = append(users[v.Source], user{s.Cells[n], v})
			}
		}
	}
	for name, us := range users {
		for i, u := range us {
			s.checkUse(s.Volumes[name], u, us[:i], errs)
		}
	}
	for _, n := range names {
		s.checkNested(s.Cells[n], names, errs)
	}
}

// checkUse looks at one more user of a volume.
func (s *Set) checkUse(f *VolumeFile, u user, before []user, errs *Errors) {
	for _, o := range before {
		if o.c == u.c {
			continue
		}
		where := fmt.Sprintf("%s:%d", o.c.File, o.v.line)
		switch {
		case f.Share == "no":
			errs.add(u.c.File, u.v.line, "volume: %s is in use by cell %s (%s) and %s has `share no'",
				f.Name, o.c.Name, where, f.File)
			return
		case f.Share == "ro" && !o.v.ReadOnly && !u.v.ReadOnly:
			errs.add(u.c.File, u.v.line, "volume: %s is written by cell %s (%s) already; `share yes' in %s allows both",
				f.Name, o.c.Name, where, f.File)
			return
		}
	}
}

// checkNested refuses a mount inside a volume that another cell may write:
// that cell could move the mount point away under our hands.  Volumes are the
// same where one's directory on the host holds the other's.
func (s *Set) checkNested(c *Cell, names []string, errs *Errors) {
	for _, v := range c.Volumes {
		for _, dir := range parents(v.Target) {
			i := slices.IndexFunc(c.Volumes, func(o Volume) bool { return o.Target == dir })
			if i < 0 {
				continue
			}
			outer := c.Volumes[i]
			for _, u := range s.writers(s.Source(outer), names) {
				if u.c != c {
					errs.add(c.File, v.line, "volume: %s lies in volume %s, which cell %s may write (%s:%d)",
						v.Target, outer.Source, u.c.Name, u.c.File, u.v.line)
				}
			}
		}
	}
}

// writers lists who may write to a directory of the host, or below it.
func (s *Set) writers(dir string, names []string) []user {
	var out []user
	for _, n := range names {
		for _, v := range s.Cells[n].Volumes {
			at := s.Source(v)
			if !v.ReadOnly && at != "" && dir != "" && (Below(at, dir) || Below(dir, at)) {
				out = append(out, user{s.Cells[n], v})
			}
		}
	}
	return out
}

// checkCycles reports every cycle of dependencies once, at the cell that
// comes first by name.
func (s *Set) checkCycles(names []string, errs *Errors) {
	const (
		fresh = iota
		open
		done
	)
	state := map[string]int{}
	var path []string
	var visit func(n string)
	visit = func(n string) {
		state[n] = open
		path = append(path, n)
		for _, d := range s.Cells[n].Depend {
			switch {
			case s.Cells[d] == nil:
			case state[d] == open:
				s.cycle(path[slices.Index(path, d):], errs)
			case state[d] == fresh:
				visit(d)
			}
		}
		path = path[:len(path)-1]
		state[n] = done
	}
	for _, n := range names {
		if state[n] == fresh {
			visit(n)
		}
	}
}

func (s *Set) cycle(ring []string, errs *Errors) {
	c := s.Cells[ring[0]]
	errs.add(c.File, c.Line("depend"), "depend: a cycle: %s -> %s", strings.Join(ring, " -> "), ring[0])
}
