package plan

import (
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"cells/src/internal/cell"
)

// running is a world in which everything was applied.
func running(t testing.TB, cells map[string]string) *world {
	t.Helper()
	w := newWorld(t, cells)
	p, err := Apply(w.World, Options{Start: true})
	if err != nil {
		t.Fatal(err)
	}
	w.run(t, p, rand.New(rand.NewSource(1)))
	return w
}

// TestText: what a plan says, for one change at a time.
func TestText(t *testing.T) {
	const before = "ports 80\nuser www\nbase host\ndata /etc\nmkdir /etc/x\nautostart no"
	tests := []struct {
		name, after string
		change      func(w *world)
		o           Options
		want        string
	}{
		{"nothing", before, nil, Options{}, ""},
		{"live", strings.Replace(before, "80", "80 443", 1), nil, Options{},
			"~ web: ports 80 -> 80,443 (live)\n"},
		{"noted", strings.Replace(before, "no", "yes", 1), nil, Options{},
			"~ web: autostart no -> yes\n"},
		{"held", strings.Replace(before, "www", "nginx", 1), nil, Options{},
			"~ web: user www -> nginx (restart)\n"},
		{"provision", before + "\nmkdir /etc/y", nil, Options{},
			"~ web: mkdir\n    + /etc/y mode=0755\n~ web: mkdir /etc/y mode=0755 (live)\n"},
		{"run time", before, func(w *world) { w.at("web").Kernel.Config.Allow = cell.Only(cell.ExcIPC) }, Options{},
			"~ web: allow ipc -> -, changed at run time (live)\n"},
		{"grant with an end", before, func(w *world) {
			k := w.at("web").Kernel
			k.Config.Allow, k.Left[cell.ExcIPC] = cell.Only(cell.ExcIPC), 60e9
		}, Options{}, ""},
		{"mount lost", before, func(w *world) { o := w.at("web"); o.Mounts = slices.Delete(o.Mounts, 1, 2) }, Options{},
			"+ web: /bin is not mounted (restart)\n"},
		{"mount writable", before, func(w *world) { w.at("web").Mounts[1].ReadOnly = false }, Options{},
			"~ web: /bin is mounted for writing (restart)\n"},
		{"another directory", before, func(w *world) { w.at("web").Mounts[1].Other = true }, Options{},
			"~ web: /bin shows another directory than /bin (restart)\n"},
		{"mount too many", before, func(w *world) { o := w.at("web"); o.Mounts = append(o.Mounts, Mounted{Path: "/x"}) }, Options{},
			"- web: /x is mounted (restart)\n"},
		{"unknown", before, func(w *world) { o := w.at("web"); o.Applied, o.Kernel.Config.Tag = nil, strings.Repeat("0", 64) }, Options{},
			"~ web: what runs was applied from a manifest that is not kept (restart)\n"},
		{"supervisor gone", before, func(w *world) { w.at("web").Service = Service{} }, Options{Start: true},
			"- web: end the cell (id 1)\n- web: unmount /usr\n- web: unmount /tmp\n- web: unmount /etc\n" +
				"- web: unmount /dev\n- web: unmount /bin\n- web: unmount /\n" +
				"+ web: create the cell (profile high, ports 80)\n+ web: prepare the root directory\n" +
				"+ web: mount / from /var/db/cells/cells/web/top read-only\n+ web: mount /bin from /bin read-only\n" +
				"+ web: mount /dev\n+ web: mount /etc from /var/db/cells/cells/web/data/etc\n+ web: mount /tmp\n" +
				"+ web: mount /usr from /usr read-only\n+ web: start /bin/x\n"},
		{"done", before, func(w *world) { w.at("web").Service = Service{}; w.at("web").Applied.Restart = "never" }, Options{},
			"~ web: restart never -> always (restart)\n"},
		{"interrupted", before, func(w *world) {
			k := w.at("web").Kernel
			k.Config.Tag = Pending(k.Config.Tag)
		}, Options{}, "~ web: finish the start that was interrupted\n"},
		{"orphan", "", nil, Options{}, "- web: has no manifest and is running (prune)\n"},
	}
	for _, test := range tests {
		w := running(t, map[string]string{"web": before})
		cells := map[string]string{"web": test.after}
		if test.after == "" {
			cells = nil
		}
		w.Set = set(t, cells)
		if test.change != nil {
			test.change(w)
		}
		p, err := Apply(w.World, test.o)
		if err != nil || p.Text() != test.want {
			t.Errorf("%s: %v, got\n%swant\n%s", test.name, err, p.Text(), test.want)
		}
	}
}

func TestForeign(t *testing.T) {
	w := running(t, map[string]string{"web": "", "db": ""})
	w.at("web").Kernel.Config.Tag = "mine"
	w.Set = set(t, map[string]string{"web": "", "db": "profile low"})
	p, err := Apply(w.World, Options{Restart: true, Prune: true})
	var fe *ForeignError
	if !errors.As(err, &fe) || fe.Name != "web" {
		t.Errorf("got %v", err)
	}
	if p.Text() != "~ db: profile high -> low (live)\n" {
		t.Errorf("got %s", p.Text())
	}
	if p := End(w.World, []string{"web"}); !p.Empty() {
		t.Errorf("a foreign cell would be ended:\n%s", p.Text())
	}
}

// TestEnd: dependants end before what they depend on.
func TestEnd(t *testing.T) {
	w := running(t, map[string]string{"a": "", "b": "depend a", "c": "depend a b"})
	p := End(w.World, w.Managed())
	after := map[string]string{}
	for _, n := range p.Nodes {
		slices.Sort(n.After)
		after[n.ID] = strings.Join(n.After, " ")
	}
	if len(p.Nodes) != 3 || after["a"] != "b c" || after["b"] != "c" || after["c"] != "" {
		t.Errorf("got %v", after)
	}
	w.run(t, p, rand.New(rand.NewSource(1)))
	for n, o := range w.Cells {
		if o.State() != Down {
			t.Errorf("%s is %s", n, o.State())
		}
	}
}

// TestEndRing: manifests in which cells depend on each other, or say something
// else than what was applied, keep nothing from ending.
func TestEndRing(t *testing.T) {
	w := running(t, map[string]string{"a": "", "b": "depend a", "c": ""})
	w.Set.Cells = maps.Clone(w.Set.Cells)
	for n, deps := range map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"c", "a"}} {
		c := *w.Set.Cells[n]
		c.Depend = deps
		w.Set.Cells[n] = &c
	}
	p := End(w.World, w.Managed())
	if len(p.Nodes) != 3 || p.Ring() != nil || !slices.Equal(p.Nodes[0].After, []string{"b"}) {
		t.Errorf("a is after %v, ring %v", p.Nodes[0].After, p.Ring())
	}
	w.run(t, p, rand.New(rand.NewSource(1)))
	w = running(t, map[string]string{"a": "", "b": "", "c": ""})
	for _, o := range w.Cells {
		o.Applied = nil
	}
	for n, deps := range map[string][]string{"a": {"b"}, "b": {"a", "c"}, "c": {"c", "a"}} {
		w.Set.Cells[n].Depend = deps
	}
	if p = End(w.World, w.Managed()); p.Ring() != nil {
		t.Errorf("ring %v", p.Ring())
	}
	w.run(t, p, rand.New(rand.NewSource(1)))
}

// TestTrade: two cells that trade their ports can.
func TestTrade(t *testing.T) {
	w := running(t, map[string]string{"a": "ports 80 81", "b": "ports 90"})
	w.Set = set(t, map[string]string{"a": "ports 90 81", "b": "ports 80"})
	p, err := Apply(w.World, Options{})
	if err != nil || !strings.HasPrefix(p.Text(), "~ a: give up port 80 (live)\n~ b: give up port 90 (live)\n") {
		t.Errorf("%v\n%s", err, p.Text())
	}
	w.run(t, p, rand.New(rand.NewSource(1)))
}

// thousand is a world of n running cells, each with ports and dependencies.
func thousand(t testing.TB, n int) *world {
	cells := map[string]string{}
	for i := range n {
		text := fmt.Sprintf("ports %d\nuser www\nenv A=1 B=2\nbase host\ndata /etc /var\nhealth /bin/true", 1000+i)
		if i > 0 {
			text += fmt.Sprintf("\ndepend c%d", i/2)
		}
		cells[fmt.Sprintf("c%d", i)] = text
	}
	return running(t, cells)
}

// BenchmarkApply: the plan for n running cells in which nothing changed.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 4000} {
		w := thousand(b, n)
		b.Run(fmt.Sprintf("cells=%d", n), func(b *testing.B) {
			for b.Loop() {
				if p, err := Apply(w.World, Options{}); err != nil || !p.Empty() {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cell")
		})
	}
}

// TestState: one word for each combination that matters.
func TestState(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	once := set(t, map[string]string{"job": "restart never"}).Cells["job"]
	observed := func(change func(*Observed)) *Observed {
		o := &Observed{Kernel: &cell.Info{ID: 7, State: cell.Live, Config: cell.Config{Tag: digest}},
			Service: Service{Alive: true, Up: true, Cell: 7}, Applied: once}
		change(o)
		return o
	}
	ended := func(o *Observed) { o.Service = Service{} }
	tests := []struct {
		name string
		o    *Observed
		want State
	}{
		{"nothing", nil, Down},
		{"as it should be", observed(func(*Observed) {}), Running},
		{"interrupted, but up", observed(func(o *Observed) { o.Kernel.Config.Tag = Pending(digest) }), Running},
		{"dying", observed(func(o *Observed) { o.Kernel.State = cell.Dying }), Broken},
		{"another's supervisor", observed(func(o *Observed) { o.Service.Cell = 6 }), Broken},
		{"stopping", observed(func(o *Observed) { o.Service.Up = false }), Broken},
		{"no kernel cell", observed(func(o *Observed) { o.Kernel = nil }), Broken},
		{"foreign", observed(func(o *Observed) { o.Kernel.Config.Tag = "" }), Foreign},
		{"foreign of that length", observed(func(o *Observed) { o.Kernel.Config.Tag = strings.Repeat("x", 64) }), Foreign},
		{"ended", observed(ended), Done},
		{"ended, is to run", observed(func(o *Observed) { ended(o); o.Applied = nil }), Broken},
		{"ended, processes left", observed(func(o *Observed) { ended(o); o.Kernel.Processes = 1 }), Broken},
		{"never started", observed(func(o *Observed) { ended(o); o.Kernel.Config.Tag = Pending(digest) }), Broken},
		{"supervisor crashed", observed(func(o *Observed) { ended(o); o.Service.Crashed = true }), Broken},
		{"mounts alone", &Observed{Mounts: []Mounted{{Path: "/"}}}, Broken},
	}
	for _, test := range tests {
		if got := test.o.State(); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestEdges: what starts needs its dependencies, what only changes follows
// them.
func TestEdges(t *testing.T) {
	cells := map[string]string{"web": "depend db", "db": ""}
	w := newWorld(t, cells)
	edges := func() string {
		p, err := Apply(w.World, Options{Restart: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range p.Nodes {
			if n.ID == "web" {
				return fmt.Sprint(n.Needs, n.After)
			}
		}
		return ""
	}
	if got := edges(); got != "[db] []" {
		t.Errorf("both start: %s", got)
	}
	w = running(t, cells)
	w.Set = set(t, map[string]string{"web": "depend db\nprofile low", "db": "user www"})
	if got := edges(); got != "[] [db]" {
		t.Errorf("one restarts, one changes: %s", got)
	}
}
