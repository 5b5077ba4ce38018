package plan

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cells/src/internal/manifest"
)

// Kinds of file systems that a cell's root is made of.
const (
	Null = "null" // a directory of the host
	Tmp  = "tmp"  // memory
	Dev  = "dev"  // memory with device nodes
)

// Sizes of what lies in memory, in bytes.
const (
	TmpSize = 256 << 20
	DevSize = 1 << 20
)

// Mount is one file system of a cell's root.
type Mount struct {
	Kind     string
	Source   string // Null: directory of the host
	Inside   string // Null: Source must not leave this directory; "" where it is cellmgr's own
	Root     string // of the cell, on the host
	Path     string // in the cell; "/" is the root itself
	ReadOnly bool
	NoSuid   bool
	Size     uint64
	// Where the mount point can be made if it is missing: Point below Store.
	// An empty Store says that it has to be there.
	Store, Point string
}

// Target is where on the host the file system is mounted.
func (m Mount) Target() string { return filepath.Join(m.Root, m.Path) }

// Layout is where everything of a cell lies on the host.
type Layout struct {
	State string   // as in cells.conf
	Bases string   // as in cells.conf
	Parts []string // directories of the host that `base host' consists of
}

// Home is the directory of everything that cellmgr keeps for a cell.
func (l Layout) Home(name string) string { return filepath.Join(l.State, "cells", name) }

// Root is the cell's root directory on the host.
func (l Layout) Root(name string) string { return filepath.Join(l.Home(name), "root") }

// RootOf is what the kernel is told: Root, or / for a cell that has none.
func (l Layout) RootOf(c *manifest.Cell) string {
	if c.Base == manifest.BaseNone {
		return "/"
	}
	return l.Root(c.Name)
}

// Top is the directory that lies under the root of a cell on `base host'.
func (l Layout) Top(name string) string { return filepath.Join(l.Home(name), "top") }

// Drill is where a drill keeps what is its own in the home of its throw-away
// cell: what no other cell's home has.
func (l Layout) Drill(name string) string { return filepath.Join(l.Home(name), "drill") }

// Base is the directory of a named base.
func (l Layout) Base(name string) string { return filepath.Join(l.Bases, name) }

// DataDir is the directory that holds all data directories of a cell.
func (l Layout) DataDir(name string) string { return filepath.Join(l.Home(name), "data") }

// Data is where a data directory of a cell lies.
func (l Layout) Data(name, dir string) string {
	return filepath.Join(l.DataDir(name), DataName(dir))
}

// DataName is the name under which a data directory is kept: its path with
// the slashes escaped, so that no two paths share a name.
func DataName(dir string) string { return escape.Replace(strings.TrimPrefix(dir, "/")) }

// DataPath is the path whose DataName is name.
func DataPath(name string) string { return "/" + unescape.Replace(name) }

var (
	escape   = strings.NewReplacer("%", "%25", "/", "%2f")
	unescape = strings.NewReplacer("%2f", "/", "%25", "%")
)

// Mounts lists the file systems of the cell's root in the order in which
// they are mounted.
func (l Layout) Mounts(s *manifest.Set, c *manifest.Cell) []Mount {
	if c.Base == manifest.BaseNone {
		return nil
	}
	ms := l.lower(c)
	for _, d := range c.Data {
		ms = append(ms, Mount{Kind: Null, Source: l.Data(c.Name, d), Path: d})
	}
	for _, v := range c.Volumes {
		m := Mount{Kind: Null, Source: s.Source(v), Path: v.Target, ReadOnly: v.ReadOnly, NoSuid: true}
		if v.Host() {
			m.Inside = allowed(s.Conf, v)
		}
		ms = append(ms, m)
	}
	ms = append(ms, Mount{Kind: Dev, Path: manifest.DevDir, Size: DevSize})
	if !slices.ContainsFunc(ms, func(m Mount) bool { return m.Path == manifest.TmpDir }) {
		ms = append(ms, Mount{Kind: Tmp, Path: manifest.TmpDir, Size: TmpSize, NoSuid: true})
	}
	slices.SortStableFunc(ms, func(a, b Mount) int { return manifest.ComparePaths(a.Path, b.Path) })
	for i := range ms {
		ms[i].Root = l.Root(c.Name)
		ms[i].Store, ms[i].Point = l.point(c, ms[:i], ms[i].Path)
	}
	return ms
}

// lower is the read-only base.
func (l Layout) lower(c *manifest.Cell) []Mount {
	if c.Base != manifest.BaseHost {
		return []Mount{{Kind: Null, Source: l.Base(c.Base), Path: "/", ReadOnly: true}}
	}
	ms := []Mount{{Kind: Null, Source: l.Top(c.Name), Path: "/", ReadOnly: true, NoSuid: true}}
	for _, p := range l.Parts {
		if !slices.Contains(c.Data, p) && !slices.ContainsFunc(c.Volumes, func(v manifest.Volume) bool { return v.Target == p }) {
			ms = append(ms, Mount{Kind: Null, Source: p, Path: p, ReadOnly: true})
		}
	}
	return ms
}

// allowed is the longest path of cells.conf that lets v in.
func allowed(conf *manifest.Conf, v manifest.Volume) string {
	best := ""
	for _, h := range conf.Paths {
		if manifest.Below(v.Source, h.Dir) && (v.ReadOnly || !h.ReadOnly) && len(h.Dir) > len(best) {
			best = h.Dir
		}
	}
	return best
}

// point finds out where the mount point p can be made, given what is mounted
// before.
func (l Layout) point(c *manifest.Cell, before []Mount, p string) (store, rel string) {
	if p == "/" {
		return l.Home(c.Name), "root"
	}
	var on Mount
	for _, m := range before {
		if manifest.Below(p, m.Path) && m.Path != p && len(m.Path) >= len(on.Path) {
			on = m
		}
	}
	rel = strings.TrimPrefix(strings.TrimPrefix(p, on.Path), "/")
	switch {
	case on.Path == "/", on.Kind == Null && !on.ReadOnly:
		return on.Source, rel
	case on.Kind == Tmp:
		return on.Target(), rel
	}
	return "", ""
}

// Store is where a path of the cell is kept on the host: the directory that
// holds the data or the volume, and the path below it.  Only writable places
// have one.
func (l Layout) Store(s *manifest.Set, c *manifest.Cell, p string) (dir, rel string, ok bool) {
	at := c.Find(path.Clean(p))
	switch {
	case at.Data != "":
		return l.Data(c.Name, at.Data), at.Rest, true
	case at.Volume != nil && !at.Volume.ReadOnly:
		return s.Source(*at.Volume), at.Rest, true
	}
	return "", "", false
}
