package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// A directive of provisioning is looked at by itemState and done by
// provision; both go by the same comparison, so that what is there already is
// never done again.

// itemState looks at what a directive asks for.
func (e *Engine) itemState(c *manifest.Cell, it *manifest.Item) plan.ItemState {
	if e.hidden {
		return plan.ItemState{Done: true}
	}
	st, err := e.look(c, it)
	if err != nil {
		st = plan.ItemState{What: fmt.Sprintf("%s (%v)", it.String(), err)}
	}
	return st
}

// look compares the world with what the directive asks for.
func (e *Engine) look(c *manifest.Cell, it *manifest.Item) (plan.ItemState, error) {
	switch it.Kind {
	case manifest.Install, manifest.Line:
		want, err := e.wantFile(c, it)
		if err != nil {
			return plan.ItemState{}, err
		}
		return want.state(it), nil
	case manifest.Mkdir:
		return e.lookDir(c, it)
	case manifest.Link:
		return e.lookLink(c, it)
	case manifest.Pkg:
		missing, err := e.missing(c, it)
		return plan.ItemState{Done: len(missing) == 0, What: "pkg " + strings.Join(missing, " ")}, err
	}
	done, err := e.hasRun(c, it)
	return plan.ItemState{Done: done, What: it.String()}, err
}

// provision does what the directive asks for, where it is not there.
func (e *Engine) provision(t *task, c *manifest.Cell, it *manifest.Item) error {
	err := e.doItem(t, c, it)
	if err != nil {
		return fmt.Errorf("%s:%d: %s: %w", c.File, it.Number, it.Kind, err)
	}
	return nil
}

func (e *Engine) doItem(t *task, c *manifest.Cell, it *manifest.Item) error {
	switch it.Kind {
	case manifest.Install, manifest.Line:
		return e.writeItem(c, it)
	case manifest.Mkdir:
		return e.makeDir(c, it)
	case manifest.Link:
		return e.makeLink(c, it)
	case manifest.Pkg:
		return e.addPackages(t, c, it)
	}
	return e.runItem(t, c, it)
}

// file is what a file is, and what it is to be.
type file struct {
	old, new         []byte
	exists           bool
	oldMode, newMode fs.FileMode
	oldUID, oldGID   int
	uid, gid         int
}

// wantFile works out what a file is to hold.
func (e *Engine) wantFile(c *manifest.Cell, it *manifest.Item) (*file, error) {
	f := &file{oldUID: -1, oldGID: -1}
	if err := e.haveFile(c, it.Path, f); err != nil {
		return nil, err
	}
	if it.Kind == manifest.Line {
		f.new = setLine(f.old, it.Text, it.Replace)
		f.newMode, f.uid, f.gid = f.oldMode, f.oldUID, f.oldGID
		if !f.exists {
			f.newMode, f.uid, f.gid = 0o644, os.Geteuid(), os.Getegid()
		}
		return f, nil
	}
	files, err := os.OpenRoot(e.Set.FilesDir(c.Name))
	if err != nil {
		return nil, err
	}
	defer files.Close()
	if f.new, _, err = host.ReadFile(files, it.Source); err != nil {
		return nil, err
	}
	f.newMode = it.Mode
	f.uid, f.gid, err = e.account(c, it.Owner)
	return f, err
}

// haveFile reads what is there.
func (e *Engine) haveFile(c *manifest.Cell, path string, f *file) error {
	p, err := e.readable(c, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer p.close()
	b, st, err := p.read()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, host.ErrKind) && !st.IsDir():
		return nil // a link or a pipe makes room for the file
	case err != nil:
		return err
	}
	f.old, f.exists, f.oldMode = b, true, st.Mode()
	f.oldUID, f.oldGID = host.Owner(st)
	return nil
}

func (f *file) done() bool {
	return f.exists && bytes.Equal(f.old, f.new) && f.oldMode == f.newMode && f.oldUID == f.uid && f.oldGID == f.gid
}

// state tells what writing the file would change.
func (f *file) state(it *manifest.Item) plan.ItemState {
	st := plan.ItemState{Done: f.done(), What: string(it.Kind) + " " + it.Path}
	if st.Done {
		return st
	}
	if f.exists && f.oldMode != f.newMode {
		st.What += fmt.Sprintf(", mode %s -> %s", manifest.FormatMode(f.oldMode), manifest.FormatMode(f.newMode))
	}
	if f.exists && (f.oldUID != f.uid || f.oldGID != f.gid) {
		st.What += fmt.Sprintf(", owner %d:%d -> %d:%d", f.oldUID, f.oldGID, f.uid, f.gid)
	}
	st.Diff = Diff(f.old, f.new)
	return st
}

// writeItem replaces the file.
func (e *Engine) writeItem(c *manifest.Cell, it *manifest.Item) error {
	f, err := e.wantFile(c, it)
	if err != nil || f.done() {
		return err
	}
	p, err := e.writable(c, it.Path)
	if err != nil {
		return err
	}
	defer p.close()
	if err := host.MakeDirs(p.root, filepath.Dir(p.rel)); err != nil {
		return err
	}
	return host.WriteFile(p.root, p.rel, f.new, host.File{Mode: f.newMode, UID: f.uid, GID: f.gid}, fault)
}

// setLine returns text with the line in it: as it is where it has the line,
// in place of the first line that begins with replace, or at the end.
func setLine(text []byte, line, replace string) []byte {
	at, size := -1, 0
	for pos, rest := 0, text; len(rest) > 0; {
		l, more, _ := bytes.Cut(rest, []byte("\n"))
		if string(l) == line {
			return text
		}
		if at < 0 && replace != "" && bytes.HasPrefix(l, []byte(replace)) {
			at, size = pos, len(l)
		}
		pos += len(rest) - len(more)
		rest = more
	}
	var b bytes.Buffer
	if at >= 0 {
		b.Write(text[:at])
		b.WriteString(line)
		b.Write(text[at+size:])
		return b.Bytes()
	}
	b.Write(text)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		b.WriteByte('\n')
	}
	b.WriteString(line + "\n")
	return b.Bytes()
}

// lookDir compares a directory.
func (e *Engine) lookDir(c *manifest.Cell, it *manifest.Item) (plan.ItemState, error) {
	st := plan.ItemState{What: it.String()}
	uid, gid, err := e.account(c, it.Owner)
	if err != nil {
		return st, err
	}
	p, err := e.readable(c, it.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	defer p.close()
	have, err := p.root.Lstat(p.rel)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	u, g := host.Owner(have)
	st.Done = have.IsDir() && have.Mode()&^fs.ModeDir == it.Mode && u == uid && g == gid
	return st, nil
}

// makeDir makes a directory, and those above it.
func (e *Engine) makeDir(c *manifest.Cell, it *manifest.Item) error {
	uid, gid, err := e.account(c, it.Owner)
	if err != nil {
		return err
	}
	p, err := e.writable(c, it.Path)
	if err != nil {
		return err
	}
	defer p.close()
	if err := host.MakeDirs(p.root, p.rel); err != nil {
		return err
	}
	fault()
	d, err := host.OpenDir(p.root, p.rel)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Chown(uid, gid); err != nil {
		return err
	}
	return d.Chmod(it.Mode)
}

// lookLink compares a symbolic link.
func (e *Engine) lookLink(c *manifest.Cell, it *manifest.Item) (plan.ItemState, error) {
	st := plan.ItemState{What: fmt.Sprintf("link %s -> %s", it.Path, it.Source)}
	p, err := e.readable(c, it.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	defer p.close()
	to, err := p.root.Readlink(p.rel)
	st.Done = err == nil && to == it.Source
	return st, nil
}

// makeLink puts a symbolic link in the place of whatever is no directory.
func (e *Engine) makeLink(c *manifest.Cell, it *manifest.Item) error {
	p, err := e.writable(c, it.Path)
	if err != nil {
		return err
	}
	defer p.close()
	if to, err := p.root.Readlink(p.rel); err == nil && to == it.Source {
		return nil
	}
	if st, err := p.root.Lstat(p.rel); err == nil && st.IsDir() {
		return fmt.Errorf("%s: is a directory", it.Path)
	}
	dir := filepath.Dir(p.rel)
	if err := host.MakeDirs(p.root, dir); err != nil {
		return err
	}
	tmp := filepath.Join(dir, host.NewPrefix+filepath.Base(p.rel))
	if err := p.root.RemoveAll(tmp); err != nil {
		return err
	}
	if err := p.root.Symlink(it.Source, tmp); err != nil {
		return err
	}
	fault()
	if err := p.root.Rename(tmp, p.rel); err != nil {
		return err
	}
	return host.SyncDir(p.root, dir)
}

// stamp is the file that says that a directive was run.
func (e *Engine) stamp(c *manifest.Cell, it *manifest.Item) string {
	sum := sha256.Sum256([]byte(it.String()))
	return filepath.Join(e.Layout.Home(c.Name), "stamps", hex.EncodeToString(sum[:]))
}
