package source

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/super"
	"cells/src/internal/ui/model"
)

// TestStamp: whatever happens to a manifest changes the stamp, and nothing
// else does.
func TestStamp(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "web.cell")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[uint64]string{}
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"nothing", func() {}},
		{"a new one", func() { write("command a\n") }},
		{"longer", func() { write("command ab\n") }},
		{"mode", func() { os.Chmod(file, 0o404) }},
		{"another name", func() { os.Rename(file, filepath.Join(dir, "db.cell")) }},
		{"no directory", func() { os.RemoveAll(dir) }},
	} {
		step.do()
		now := stamp(dir)
		if old, ok := seen[now]; ok {
			t.Errorf("%s has the stamp of %s", step.what, old)
		}
		if now != stamp(dir) {
			t.Errorf("%s: the stamp is not stable", step.what)
		}
		seen[now] = step.what
	}
}

// TestFingerprint: everything that a plan depends on is in it, and what
// changes every second is not.
func TestFingerprint(t *testing.T) {
	in := func() model.Sample {
		return model.Sample{
			Infos:  []cell.Info{{ID: 3, State: cell.Live, Config: cell.Config{Name: "web", Ports: []uint16{80}}}},
			Status: map[string]super.Status{"web": {Alive: true, State: super.Ready, Cell: 3}},
		}
	}
	s := &Source{}
	base := s.Fingerprint(in())
	for what, change := range map[string]func(m *model.Sample){
		"id":      func(m *model.Sample) { m.Infos[0].ID = 4 },
		"ports":   func(m *model.Sample) { m.Infos[0].Config.Ports[0] = 81 },
		"allow":   func(m *model.Sample) { m.Infos[0].Config.Allow = 1 },
		"tag":     func(m *model.Sample) { m.Infos[0].Config.Tag = "x" },
		"dying":   func(m *model.Sample) { m.Infos[0].State = cell.Dying },
		"service": func(m *model.Sample) { m.Status["web"] = super.Status{} },
		"gone":    func(m *model.Sample) { m.Infos = nil },
	} {
		m := in()
		if change(&m); s.Fingerprint(m) == base {
			t.Errorf("%s changes nothing", what)
		}
	}
	m := in()
	m.Infos[0].CPU, m.Infos[0].RSS, m.Infos[0].Denied[0] = 5, 6, 7
	if s.Fingerprint(m) != base {
		t.Error("what changes every second is in it")
	}
}

// TestSupervisor: what a supervisor tells is read once, again when it was
// written anew, and what cannot be read is an error.
func TestSupervisor(t *testing.T) {
	dir := t.TempDir()
	s := &Source{status: map[string]kept{}}
	ask := func() (kept, error) {
		k, err := s.supervisor(dir, "web")
		if err == nil {
			s.status["web"] = k
		}
		return k, err
	}
	if k, err := ask(); err != nil || k.status.Alive || k.file != nil {
		t.Errorf("nothing there: %+v, %v", k, err)
	}
	file := super.StatusFile(dir, "web")
	if err := os.WriteFile(file, []byte("state ready\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(); err == nil || !strings.Contains(err.Error(), "damaged: cell is missing") {
		t.Errorf("a broken file: %v", err)
	}
	s.set = &manifest.Set{Conf: &manifest.Conf{Run: dir}, Cells: map[string]*manifest.Cell{"web": {}}}
	var out model.Sample
	s.supervisors(&out)
	if out.Unread["web"] == nil || len(out.Status) != 0 {
		t.Errorf("an unreadable one is told as %+v, %v", out.Status, out.Unread)
	}
}

func TestLast(t *testing.T) {
	var list []int
	for i := range Kept + 5 {
		list = last(append(list, i))
	}
	if len(list) != Kept || list[0] != 5 || list[Kept-1] != Kept+4 {
		t.Errorf("%d from %d", len(list), list[0])
	}
}
