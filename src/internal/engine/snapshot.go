package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"cells/src/internal/cell"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

func (e *Engine) objects() string { return filepath.Join(e.Layout.State, "objects") }

// Begin records what is about to be done.  Where nothing would be, or an
// ordinary user has no place to write, there is no generation.
func (e *Engine) Begin(verb string, p *plan.Plan) (*Generation, error) {
	if !p.Active() {
		return nil, nil
	}
	files, err := e.snapshot(true)
	if err != nil {
		return nil, err
	}
	g := &Generation{Time: time.Now(), User: actor(), Verb: verb, Files: files}
	for _, s := range p.Steps() {
		if s.Op == plan.Hold {
			continue
		}
		for _, l := range s.Lines {
			l.Diff = ""
			g.Steps = append(g.Steps, strings.TrimSuffix(l.String(s.Cell), "\n"))
		}
	}
	return g, e.record(g)
}

// Finish records how it ended.
func (e *Engine) Finish(g *Generation, r Result) error {
	if g == nil {
		return nil
	}
	g.Result = "ok"
	if failed := r.Failed(); len(failed) > 0 {
		g.Result = "failed " + strings.Join(failed, " ")
	}
	if err := e.record(g); err != nil {
		return err
	}
	return e.trim()
}

// actor names who changes something.
func actor() string {
	name := fmt.Sprint(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	for _, v := range []string{"SUDO_USER", "DOAS_USER"} {
		if by := os.Getenv(v); by != "" && cell.CheckName(by) == nil {
			return name + " by " + by
		}
	}
	return name
}

// snapshot lists the files that declare cells; keep also stores what they
// hold.
func (e *Engine) snapshot(keep bool) ([]KeptFile, error) {
	root, err := os.OpenRoot(e.Set.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var out []KeptFile
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		if !declares(path, d) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !d.Type().IsRegular() {
			return nil
		}
		if strings.ContainsFunc(path, unicode.IsControl) {
			return fmt.Errorf("%s: %q: a control character in the name", e.Set.Dir, path)
		}
		f, err := e.keepFile(root, path, keep)
		out = append(out, f)
		return err
	})
	return out, err
}

// Now is a generation that holds the files as they are, without a number.
func (e *Engine) Now() (*Generation, error) {
	files, err := e.snapshot(true)
	return &Generation{Files: files}, err
}

// declares reports whether a path below the directory of manifests is one of
// those that say what cells are.
func declares(path string, d fs.DirEntry) bool {
	if strings.HasPrefix(filepath.Base(path), host.NewPrefix) {
		return false
	}
	first, rest, below := strings.Cut(path, "/")
	if below || d.IsDir() {
		name, ok := strings.CutSuffix(first, manifest.FilesSuffix)
		return ok && cell.CheckName(name) == nil && (rest != "" || !below)
	}
	name, ok := strings.CutSuffix(path, manifest.CellSuffix)
	if !ok {
		name, ok = strings.CutSuffix(path, manifest.VolumeSuffix)
	}
	return path == manifest.ConfName || ok && cell.CheckName(name) == nil
}

// keepFile digests one file, and stores it where it is not stored yet.
func (e *Engine) keepFile(root *os.Root, path string, keep bool) (KeptFile, error) {
	b, st, err := host.ReadFile(root, path)
	if err != nil {
		return KeptFile{}, err
	}
	sum := sha256.Sum256(b)
	f := KeptFile{path, st.Mode().Perm(), hex.EncodeToString(sum[:])}
	object := filepath.Join(e.objects(), f.Digest)
	if !keep {
		return f, nil
	}
	if _, err := os.Lstat(object); err == nil {
		return f, nil
	}
	if err := privateDir(e.objects()); err != nil {
		return f, err
	}
	return f, host.WriteHost(object, b, 0o600, fault)
}

// Content is what a file of a generation held.
func (e *Engine) Content(f KeptFile) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(e.objects(), f.Digest))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	if hex.EncodeToString(sum[:]) != f.Digest {
		return nil, fmt.Errorf("%s: what was kept of it is damaged", f.Name)
	}
	return b, nil
}

// Changes shows how the files of a generation differ from those of another;
// nil is one without files.
func (e *Engine) Changes(old, new *Generation) (string, error) {
	before := map[string]KeptFile{}
	if old != nil {
		for _, f := range old.Files {
			before[f.Name] = f
		}
	}
	var b strings.Builder
	show := func(sign byte, f KeptFile, was, is []byte) {
		fmt.Fprintf(&b, "%c %s\n", sign, f.Name)
		for l := range strings.Lines(Diff(was, is)) {
			b.WriteString("    " + l)
		}
	}
	for _, f := range new.Files {
		was, ok := before[f.Name]
		delete(before, f.Name)
		if ok && was == f {
			continue
		}
		is, err := e.Content(f)
		if err != nil {
			return "", err
		}
		if !ok {
			show('+', f, nil, is)
			continue
		}
		had, err := e.Content(was)
		if err != nil {
			return "", err
		}
		show('~', f, had, is)
	}
	err := e.gone(before, show)
	return b.String(), err
}

// gone shows the files that a later generation no longer has.
func (e *Engine) gone(files map[string]KeptFile, show func(byte, KeptFile, []byte, []byte)) error {
	for _, name := range sortedKeys(files) {
		had, err := e.Content(files[name])
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		show('-', files[name], had, nil)
	}
	return nil
}
