package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cells/src/internal/engine"
	"cells/src/internal/host"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// Source is what is to be backed up.
type Source struct {
	Kind    string
	Name    string
	Volumes []string // that go with it, sorted
	Left    []string // volumes of the cell that do not
	e       *engine.Engine
}

// NewSource finds out what belongs to a cell, with its volumes where they
// are asked for, or to a volume.
func NewSource(e *engine.Engine, kind, name string, volumes bool) (*Source, error) {
	s := &Source{Kind: kind, Name: name, e: e}
	if kind == KindVolume {
		if e.Set.Volumes[name] == nil {
			return nil, fmt.Errorf("no volume %q is declared", name)
		}
		s.Volumes = []string{name}
		return s, nil
	}
	c := e.Set.Cells[name]
	if c == nil {
		return nil, fmt.Errorf("no manifest for cell %q", name)
	}
	for _, v := range c.Volumes {
		f := e.Set.Volumes[v.Source]
		if volumes && f != nil && f.Backup {
			s.Volumes = append(s.Volumes, v.Source)
		} else {
			s.Left = append(s.Left, v.Source)
		}
	}
	slices.Sort(s.Volumes)
	s.Volumes = slices.Compact(s.Volumes)
	return s, nil
}

// Users lists the cells that may write to what is backed up.
func (s *Source) Users() []string {
	var out []string
	for _, name := range s.e.Set.Names() {
		uses := slices.ContainsFunc(s.e.Set.Cells[name].Volumes, func(v manifest.Volume) bool {
			return !v.ReadOnly && slices.Contains(s.Volumes, v.Source)
		})
		if uses || s.Kind == KindCell && name == s.Name {
			out = append(out, name)
		}
	}
	return out
}

// dirs lists the directories with their names in the archive; those that do
// not exist yet are left out.
func (s *Source) dirs() (names, paths []string) {
	add := func(name, path string) {
		if _, err := os.Lstat(path); err == nil {
			names, paths = append(names, name), append(paths, path)
		}
	}
	if c := s.e.Set.Cells[s.Name]; s.Kind == KindCell {
		data := slices.Clone(c.Data)
		slices.SortFunc(data, func(a, b string) int { return strings.Compare(plan.DataName(a), plan.DataName(b)) })
		for _, d := range data {
			add(dataPart+"/"+plan.DataName(d), s.e.Layout.Data(s.Name, d))
		}
	}
	for _, v := range s.Volumes {
		add(volumesPart+"/"+v, s.e.Set.Volumes[v].Path)
	}
	return names, paths
}

// Measure adds up what the directories take on the disk, as a first guess of
// what there is to read.  Cells may run and change them meanwhile: what cannot
// be looked at is left to those who copy.
func (s *Source) Measure(ctx context.Context) (bytes int64, err error) {
	_, paths := s.dirs()
	for _, p := range paths {
		root, err := os.OpenRoot(p)
		if err != nil {
			return 0, err
		}
		n := measure(ctx, root)
		root.Close()
		if err := ctx.Err(); err != nil {
			return 0, context.Cause(ctx)
		}
		bytes += n
	}
	return bytes, nil
}

// measure is Measure for what is below one directory.
func measure(ctx context.Context, root *os.Root) (bytes int64) {
	d, err := root.Open(".")
	if err != nil {
		return 0
	}
	entries, _ := d.ReadDir(-1)
	d.Close()
	for _, e := range entries {
		st, err := root.Lstat(e.Name())
		switch {
		case ctx.Err() != nil:
			return bytes
		case err != nil:
		case st.Mode().IsRegular():
			bytes += min(st.Size(), factsOf(st).allocated)
		case st.IsDir():
			if sub, err := host.OpenBelow(root, e.Name()); err == nil {
				bytes += measure(ctx, sub)
				sub.Close()
			}
		}
	}
	return bytes
}

// fill puts everything into the archive.
func (s *Source) fill(p *packer, made time.Time) error {
	names, paths := s.dirs()
	if s.Kind == KindCell {
		if err := p.dir(dataPart, made); err != nil {
			return err
		}
	}
	i := 0
	for ; i < len(names) && strings.HasPrefix(names[i], dataPart+"/"); i++ {
		if err := p.path(paths[i], names[i]); err != nil {
			return err
		}
	}
	if err := s.manifests(p, made); err != nil {
		return err
	}
	if s.Kind == KindCell {
		stamps := filepath.Join(s.e.Layout.Home(s.Name), "stamps")
		if _, err := os.Lstat(stamps); err == nil {
			if err := p.path(stamps, stampsPart); err != nil {
				return err
			}
		}
	}
	if i == len(names) {
		return nil
	}
	if err := p.dir(volumesPart, made); err != nil {
		return err
	}
	for ; i < len(names); i++ {
		if err := p.path(paths[i], names[i]); err != nil {
			return err
		}
	}
	return nil
}

// path is tree for a directory of the host.
func (p *packer) path(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	p.links = map[[2]uint64]string{} // one part is restored without another
	return p.tree(root, name)
}

// manifests writes the files that declare what is backed up, in their order.
func (s *Source) manifests(p *packer, made time.Time) error {
	if err := p.dir(manifestPart, made); err != nil {
		return err
	}
	var files []string
	for _, v := range s.Volumes {
		files = append(files, v+manifest.VolumeSuffix)
	}
	own := s.Name + manifest.FilesSuffix
	if s.Kind == KindCell {
		files = append(files, s.Name+manifest.CellSuffix, own)
	}
	slices.Sort(files)
	for _, f := range files {
		path := filepath.Join(s.e.Set.Dir, f)
		if s.Kind == KindCell && f == own {
			if _, err := os.Stat(path); err != nil {
				continue
			}
			if err := p.path(path, manifestPart+"/"+f); err != nil {
				return err
			}
			continue
		}
		if err := p.text(path, manifestPart+"/"+f); err != nil {
			return err
		}
	}
	return nil
}

// text writes a file of an admin's; a symbolic link there is followed.
func (p *packer) text(path, name string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	m, _, err := p.member(st, name)
	if err != nil {
		return err
	}
	m.kind = tar.TypeReg
	sum := sha256.Sum256(text)
	p.digests.WriteString(digestLine(name, sum[:]))
	p.total.Entries++
	p.total.Files++
	p.total.Bytes += int64(len(text))
	return p.bytes(m, text)
}
