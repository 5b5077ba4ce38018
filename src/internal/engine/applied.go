package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// What was applied is kept as the effective manifest, in a file that is named
// after its digest.  The kernel's tag says which one holds: a copy is written
// before the kernel is told, and others are dropped after.

func (e *Engine) appliedDir(name string) string {
	return filepath.Join(e.Layout.Home(name), "applied")
}

// keepApplied writes the copy.
func (e *Engine) keepApplied(c *manifest.Cell) error {
	home, err := e.home(c.Name)
	if err != nil {
		return err
	}
	dir := filepath.Join(home, "applied")
	if err := privateDir(dir); err != nil {
		return err
	}
	file := filepath.Join(dir, c.Digest())
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	return host.WriteHost(file, []byte(c.Text()), 0o600, fault)
}

// dropApplied removes all copies but one.
func (e *Engine) dropApplied(name, digest string) {
	entries, _ := os.ReadDir(e.appliedDir(name))
	for _, f := range entries {
		if f.Name() != digest {
			os.Remove(filepath.Join(e.appliedDir(name), f.Name()))
		}
	}
}

// applied reads the copy that a tag stands for; nil where there is none.
// hidden: there may be one, but not for our eyes.
func (e *Engine) applied(name, tag string) (c *manifest.Cell, hidden bool, err error) {
	if want := e.Set.Cells[name]; want != nil && plan.TagOf(tag, want.Digest()) {
		return want, false, nil
	}
	entries, err := os.ReadDir(e.appliedDir(name))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, true, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	for _, f := range entries {
		if !plan.TagOf(tag, f.Name()) || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(e.appliedDir(name), f.Name()))
		if errors.Is(err, fs.ErrPermission) {
			return nil, true, nil
		}
		if err != nil {
			return nil, false, err
		}
		// Another version may have written it, with other defaults: of what is
		// read here the digest may be another.
		if manifest.DigestOf(text) != f.Name() {
			continue
		}
		if c, err := parseApplied(name, text); err == nil {
			return c, false, nil
		}
	}
	return nil, false, nil
}

// parseApplied reads an effective manifest: what cells.conf allows was asked
// when it was applied.
func parseApplied(name string, text []byte) (*manifest.Cell, error) {
	var errs manifest.Errors
	conf := manifest.ParseConf(manifest.ConfName, nil, &errs)
	conf.Paths = []manifest.HostPath{{Dir: "/"}}
	c := manifest.ParseCell(name, name+manifest.CellSuffix, text, conf, &errs)
	return c, errs.Err()
}
