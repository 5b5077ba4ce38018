package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// swapped is a host path shared with another cell, in which that cell has
// put a link to a directory of the host in the place of the source.
func swapped(t *testing.T) (m plan.Mount, outside string) {
	t.Helper()
	top := t.TempDir()
	share, outside := filepath.Join(top, "share"), filepath.Join(top, "outside")
	for _, dir := range []string{filepath.Join(share, "pub"), outside} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m = plan.Mount{Kind: plan.Null, Root: top, Path: "/share/pub",
		Source: filepath.Join(share, "pub"), Inside: share}
	e := &Engine{Set: &manifest.Set{Conf: &manifest.Conf{}}}
	if err := e.verify(m); err != nil {
		t.Fatalf("the directory itself: %v", err)
	}
	if err := os.Remove(m.Source); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, m.Source); err != nil {
		t.Fatal(err)
	}
	return m, outside
}

// TestSwappedSource: what was mounted through the link is not kept, though
// the source leads there.
func TestSwappedSource(t *testing.T) {
	m, outside := swapped(t)
	m.Path = "/" + filepath.Base(outside)
	e := &Engine{Set: &manifest.Set{Conf: &manifest.Conf{}}}
	if err := e.verify(m); err == nil || !strings.Contains(err.Error(), "out of "+m.Inside) {
		t.Errorf("%v", err)
	}
}

// TestSwappedVolume: nor where the path is that of a volume.
func TestSwappedVolume(t *testing.T) {
	m, outside := swapped(t)
	conf := &manifest.Conf{Paths: []manifest.HostPath{{Dir: m.Inside}}}
	var errs manifest.Errors
	v := manifest.ParseVolume("v", "v.volume", []byte("path "+m.Source+"\n"), conf, &errs)
	e := &Engine{Set: &manifest.Set{Conf: conf, Volumes: map[string]*manifest.VolumeFile{"v": v}}}
	if e.volumeAt(m.Source) != v || v.Own() || len(errs) > 0 {
		t.Fatal("not the volume", errs)
	}
	m.Path, m.Inside = "/"+filepath.Base(outside), ""
	if err := e.verify(m); err == nil {
		t.Error("a volume shows a directory outside its host path")
	}
}
