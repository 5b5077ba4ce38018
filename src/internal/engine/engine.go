// Package engine brings cells in line with their manifests: it observes,
// has a plan made, and obeys it.  It remembers nothing that it could look up:
// what runs is asked of the kernel, what is mounted of the mount list, what a
// supervisor does of its lock.  Whatever it was killed in the middle of, the
// next run finds and finishes.
package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cells/src/internal/host"
	"cells/src/internal/kern"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// Engine works on one host.
type Engine struct {
	Set    *manifest.Set
	Layout plan.Layout
	Kern   *kern.Client
	Rig    bool                             // no kernel but a rehearsal
	Warn   func(format string, args ...any) // tells what is no failure
	Report func(l plan.Line, cell string)   // tells that a step was done
	// Deadline, where it is set, is when services that are being stopped are
	// no longer waited for: they end with their cells.
	Deadline time.Time

	parts  map[string]string // links among the parts of `base host'
	hidden bool              // the state is for root's eyes only
}

// Open connects an engine to the kernel.
func Open(set *manifest.Set) (*Engine, error) {
	e := Offline(set)
	c, err := kern.Open()
	if err != nil {
		return nil, err
	}
	v, err := c.Version()
	if err != nil {
		c.Close()
		return nil, err
	}
	e.Kern, e.Rig = c, v.Rig
	return e, nil
}

// Offline makes an engine for work that needs no kernel.
func Offline(set *manifest.Set) *Engine {
	dirs, links := host.HostParts()
	return &Engine{
		Set: set, parts: links,
		Layout: plan.Layout{State: resolve(set.Conf.State), Bases: resolve(set.Conf.Bases), Parts: dirs},
		Warn:   func(string, ...any) {},
		Report: func(plan.Line, string) {},
	}
}

// Close gives the kernel back.
func (e *Engine) Close() {
	if e.Kern != nil {
		e.Kern.Close()
	}
}

// resolve follows symbolic links in as much of the path as exists, so that
// it compares with what the kernel says of mounts.
func resolve(path string) string {
	for at, rest := path, ""; ; at, rest = filepath.Dir(at), filepath.Join(filepath.Base(at), rest) {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, rest)
		}
		if at == filepath.Dir(at) {
			return path
		}
	}
}

// Root reports whether the program may do everything.
func Root() bool { return os.Geteuid() == 0 }

// checkRoot refuses, once and for all cells that are to start, what an
// ordinary user cannot do.
func (e *Engine) checkRoot(p *plan.Plan) error {
	if Root() {
		return nil
	}
	if !e.Rig && p.Active() {
		return errors.New("only root may change cells")
	}
	var errs []error
	for _, s := range p.Steps() {
		if s.Op == plan.Create && s.Config.Root != "/" {
			errs = append(errs, &NeedsRootError{s.Cell, s.Desired.Base})
		}
	}
	return errors.Join(errs...)
}

// NeedsRootError is a cell with a root directory of its own, which an
// ordinary user cannot make.
type NeedsRootError struct{ Name, Base string }

func (e *NeedsRootError) Error() string {
	return e.Name + ": `base " + e.Base + "' needs mounts, which only root can make; without root there is only `base none'"
}

// stateDir makes a directory of cellmgr's own, for root's eyes only.
func stateDir(path string) error {
	err := os.MkdirAll(path, 0o755)
	if err != nil {
		return err
	}
	return nil
}

// privateDir makes a directory that nobody else can look into.
func privateDir(path string) error {
	if err := stateDir(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// home makes the directory of everything that is kept for a cell.
func (e *Engine) home(name string) (string, error) {
	home := e.Layout.Home(name)
	if err := privateDir(filepath.Dir(home)); err != nil {
		return "", err
	}
	return home, privateDir(home)
}
