package engine

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
)

// InCell runs a command in a cell, as its root, and keeps no more of what it
// prints than an error may need.
func InCell(ctx context.Context, name string, limit time.Duration, argv ...string) error {
	return inCell(ctx, name, "", limit, argv...)
}

// inCell runs a command in the cell, as the user.
func inCell(ctx context.Context, name, user string, limit time.Duration, argv ...string) error {
	args := []string{"exec"}
	if user != "" {
		args = append(args, "-u", user)
	}
	return trimName(cellctl(ctx, argv[0], limit, syscall.SIGKILL, append(append(args, name), argv...)...), name)
}

// hasRun reports whether `run' has done its work: what it creates is there
// or, without that, it ran to its end once.
func (e *Engine) hasRun(c *manifest.Cell, it *manifest.Item) (bool, error) {
	if it.Creates == "" {
		_, err := os.Lstat(e.stamp(c, it))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	}
	p, err := e.readable(c, it.Creates)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer p.close()
	_, err = p.root.Lstat(p.rel)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// runItem runs the command of `run' in the cell.
func (e *Engine) runItem(t *task, c *manifest.Cell, it *manifest.Item) error {
	if done, err := e.hasRun(c, it); done || err != nil {
		return err
	}
	if err := inCell(t.ctx, c.Name, it.User, it.Timeout, it.Words...); err != nil {
		return err
	}
	fault()
	if it.Creates != "" {
		if done, err := e.hasRun(c, it); !done {
			return errors.Join(err, errors.New("it ended well but did not create "+it.Creates))
		}
		return nil
	}
	home, err := e.home(c.Name)
	if err != nil {
		return err
	}
	if err := privateDir(filepath.Join(home, "stamps")); err != nil {
		return err
	}
	return host.WriteHost(e.stamp(c, it), []byte(it.String()+"\n"), 0o600, fault)
}

// pkgDBs are where pkg_add(1) notes what is installed: today's place, and
// the one of old.
var pkgDBs = []string{"/usr/pkg/pkgdb", "/var/db/pkg"}

// missing lists those packages that the cell does not have.
func (e *Engine) missing(c *manifest.Cell, it *manifest.Item) ([]string, error) {
	var have []string
	for _, db := range pkgDBs {
		names, err := e.listDir(c, db)
		if err != nil {
			return nil, err
		}
		have = append(have, names...)
	}
	var out []string
	for _, want := range it.Words {
		if !hasPackage(have, want) {
			out = append(out, want)
		}
	}
	return out, nil
}

// listDir lists a directory of the cell; a missing one is empty.
func (e *Engine) listDir(c *manifest.Cell, path string) ([]string, error) {
	p, err := e.readable(c, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer p.close()
	d, err := host.OpenDir(p.root, p.rel)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// hasPackage reports whether a package is among names with their versions:
// by its exact name and version, or by its name alone.
func hasPackage(names []string, want string) bool {
	for _, n := range names {
		if n == want {
			return true
		}
		i := strings.LastIndexByte(n, '-')
		if i > 0 && n[:i] == want && i+1 < len(n) && n[i+1] >= '0' && n[i+1] <= '9' {
			return true
		}
	}
	return false
}

// addPackages installs what is missing with the cell's own pkg_add(1).
func (e *Engine) addPackages(t *task, c *manifest.Cell, it *manifest.Item) error {
	names, err := e.missing(c, it)
	if err != nil || len(names) == 0 {
		return err
	}
	if err := inCell(t.ctx, c.Name, "", it.Timeout, append([]string{"/usr/sbin/pkg_add"}, names...)...); err != nil {
		return err
	}
	if names, err = e.missing(c, it); len(names) > 0 {
		return errors.Join(err, errors.New("pkg_add ended well but did not install "+strings.Join(names, " ")))
	}
	return err
}
