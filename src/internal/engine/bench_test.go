package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// benchManifests writes n manifests that depend on each other.
func benchManifests(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	for i := range n {
		text := fmt.Sprintf("command /usr/pkg/sbin/server -p %d\nuser www:www\nenv A=1 B=2\nports %d\n"+
			"data /etc /var\nprofile high\nrlimit nofile 1024\nhealth interval=60s /usr/bin/true\n", 1000+i, 1000+i)
		if i > 0 {
			text += fmt.Sprintf("depend c%d\n", i/2)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("c%d.cell", i)), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

// BenchmarkPlan reads n manifests and plans: for cells that all have to be
// started, and for cells that all run as they should.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{100, 1000, 4000} {
		dir := benchManifests(b, n)
		for _, running := range []bool{false, true} {
			b.Run(fmt.Sprintf("cells=%d/running=%v", n, running), func(b *testing.B) {
				for b.Loop() {
					s, err := manifest.Load(dir)
					if err != nil {
						b.Fatal(err)
					}
					e := Offline(s)
					p, err := plan.Apply(benchWorld(e, running), plan.Options{})
					if err != nil || p.Empty() != running {
						b.Fatal(err, p.Text())
					}
					if !running && p.Text() == "" {
						b.Fatal("no plan")
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cell")
			})
		}
	}
}

// benchWorld is a host on which nothing runs, or everything.
func benchWorld(e *Engine, running bool) plan.World {
	w := plan.World{Set: e.Set, Layout: e.Layout, Cells: map[string]*plan.Observed{}}
	for i, name := range e.Set.Names() {
		o := &plan.Observed{}
		w.Cells[name] = o
		if !running {
			continue
		}
		c := e.Set.Cells[name]
		id := cell.ID(i + 1)
		o.Kernel = &cell.Info{ID: id, State: cell.Live, Config: c.Config(e.Layout.Root(name), c.Digest())}
		o.Service = plan.Service{Alive: true, Up: true, Healthy: true, Cell: id}
		o.Applied = c
		for _, m := range e.Layout.Mounts(e.Set, c) {
			o.Mounts = append(o.Mounts, plan.Mounted{Path: m.Path, ReadOnly: m.ReadOnly})
		}
	}
	return w
}
