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
	"cells/src/internal/manifest"
)

// set parses manifests given by name.
func set(t testing.TB, cells map[string]string) *manifest.Set {
	t.Helper()
	var errs manifest.Errors
	s := &manifest.Set{Dir: "/etc/cells", Cells: map[string]*manifest.Cell{},
		Volumes: map[string]*manifest.VolumeFile{}}
	s.Conf = manifest.ParseConf("cells.conf", []byte("hostpath /srv"), &errs)
	for name, text := range cells {
		if !strings.Contains(text, "command") {
			text += "\ncommand /bin/x"
		}
		s.Cells[name] = manifest.ParseCell(name, name+".cell", []byte(text), s.Conf, &errs)
	}
	for _, v := range []string{"v0", "v1"} {
		s.Volumes[v] = manifest.ParseVolume(v, v+".volume", []byte("share yes"), s.Conf, &errs)
	}
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

var layout = Layout{State: "/var/db/cells", Bases: "/var/db/cells/bases", Parts: []string{"/bin", "/usr"}}

// world is a host in memory: it obeys steps as the engine does.
type world struct {
	World
	next cell.ID
	fail func(*Step) bool
}

func newWorld(t testing.TB, cells map[string]string) *world {
	return &world{World: World{Set: set(t, cells), Layout: layout, Cells: map[string]*Observed{}}}
}

func (w *world) at(name string) *Observed {
	if w.Cells[name] == nil {
		w.Cells[name] = &Observed{Seeded: map[string]bool{}}
	}
	return w.Cells[name]
}

func (w *world) port(p uint16) string {
	for n, o := range w.Cells {
		if o.Kernel != nil && slices.Contains(o.Kernel.Config.Ports, p) {
			return n
		}
	}
	return ""
}

func (w *world) free(name string, ports []uint16) error {
	for _, p := range ports {
		if h := w.port(p); h != "" && h != name {
			return fmt.Errorf("port %d of %s", p, h)
		}
	}
	return nil
}

// do obeys one step and holds it against what must be true before.
func (w *world) do(s *Step) error {
	o := w.at(s.Cell)
	if w.fail != nil && w.fail(s) {
		return errors.New("fails")
	}
	switch s.Op {
	case Create:
		if o.Kernel != nil {
			return fmt.Errorf("%s exists", s.Cell)
		}
		if err := w.free(s.Cell, s.Config.Ports); err != nil {
			return err
		}
		w.next++
		o.Kernel = &cell.Info{ID: w.next, State: cell.Live, Config: s.Config}
		o.Applied = s.Desired
	case Set:
		if s.Change.Ports != nil {
			if err := w.free(s.Cell, *s.Change.Ports); err != nil {
				return err
			}
		}
		w.change(o, s)
	case Seed:
		o.Seeded[s.Data] = true
	case MountOn:
		o.Mounts = append(o.Mounts, Mounted{Path: s.Mount.Path, Source: s.Mount.Source, ReadOnly: s.Mount.ReadOnly})
	case Unmount:
		last := len(o.Mounts) - 1
		if last >= 0 && o.Mounts[last].Path == s.Mount.Path {
			o.Mounts = o.Mounts[:last]
		} else if slices.ContainsFunc(o.Mounts, func(m Mounted) bool { return m.Path == s.Mount.Path }) {
			return fmt.Errorf("%s: unmounted in the wrong order", s.Mount.Path)
		}
	case Provision:
		for len(o.Items) <= s.Item {
			o.Items = append(o.Items, ItemState{})
		}
		o.Items[s.Item].Done = true
	case Start:
		if o.Kernel == nil || len(o.Mounts) != len(layout.Mounts(w.Set, s.Desired)) {
			return fmt.Errorf("%s: started too early", s.Cell)
		}
		for _, d := range s.Desired.Depend {
			if !w.Cells[d].ready() {
				return fmt.Errorf("%s: started before %s", s.Cell, d)
			}
		}
		o.Service = Service{Alive: true, Up: true, Healthy: true, Cell: o.Kernel.ID}
		if w.fail == nil || !w.fail(s) {
			o.Kernel.Config.Tag = s.Desired.Digest()
		}
	case Await:
		w.at(s.Other).Service.Healthy = true
	case Stop:
		o.Service = Service{Cell: o.Service.Cell}
	case Destroy:
		if o.Service.Alive {
			return fmt.Errorf("%s: destroyed under its supervisor", s.Cell)
		}
		o.Kernel = nil // again is no error
	}
	return nil
}

func (w *world) change(o *Observed, s *Step) {
	cf, ch := &o.Kernel.Config, s.Change
	if ch.Profile != nil {
		cf.Profile = *ch.Profile
	}
	if ch.Mode != nil {
		cf.Mode = *ch.Mode
	}
	if ch.Allow != nil {
		cf.Allow = *ch.Allow
	}
	if ch.Ports != nil {
		cf.Ports = *ch.Ports
	}
	if ch.Addrs != nil {
		cf.Addrs = *ch.Addrs
	}
	if ch.MaxProc != nil {
		cf.MaxProc = *ch.MaxProc
	}
	if ch.Tag != nil {
		cf.Tag, o.Applied = *ch.Tag, s.Desired
	}
}

// run walks a plan in an order that its edges allow, the last possible first.
func (w *world) run(t testing.TB, p *Plan, r *rand.Rand) {
	t.Helper()
	over, failed := map[string]bool{}, map[string]bool{}
	for left := slices.Clone(p.Nodes); len(left) > 0; {
		r.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		i := slices.IndexFunc(left, func(n *Node) bool {
			return !slices.ContainsFunc(slices.Concat(n.Needs, n.After), func(id string) bool { return !over[id] })
		})
		if i < 0 {
			t.Fatalf("no node can go on:\n%s", p.Text())
		}
		n := left[i]
		left = slices.Delete(left, i, i+1)
		over[n.ID] = true
		if slices.ContainsFunc(n.Needs, func(id string) bool { return failed[id] }) {
			failed[n.ID] = true
			continue
		}
		for k, s := range n.Steps {
			err := w.do(s)
			if err == nil {
				continue
			}
			if w.fail == nil {
				t.Fatalf("%s: %v in\n%s", n.ID, err, p.Text())
			}
			failed[n.ID] = true
			fail := w.fail
			w.fail = nil
			for _, u := range slices.Backward(n.Steps[:k+1]) {
				if u.Undo != nil {
					if err := w.do(u.Undo); err != nil {
						t.Fatalf("undo of %s: %v", n.ID, err)
					}
				}
			}
			w.fail = fail
			break
		}
	}
}

// observeItems forgets the provisioning that a new manifest no longer has.
func (w *world) observeItems() {
	for n, o := range w.Cells {
		if c := w.Set.Cells[n]; c == nil || len(o.Items) > len(c.Provision) {
			o.Items = nil
		}
	}
}

// random makes manifests with dependencies that only point backwards.
func random(r *rand.Rand, n int) map[string]string {
	out := map[string]string{}
	ports := r.Perm(20)
	pick := func(ss ...string) string { return ss[r.Intn(len(ss))] }
	for i := range n {
		if r.Intn(6) == 0 {
			continue
		}
		text := "profile " + pick("low", "medium", "high") + "\nmaxproc " + pick("0", "10")
		text += "\nautostart " + pick("yes", "yes", "no") + "\nuser " + pick("a", "b")
		text += fmt.Sprintf("\nports %d", 1000+ports[i])
		if i > 0 {
			if d := fmt.Sprintf("c%d", r.Intn(i)); out[d] != "" {
				text += "\ndepend " + d
			}
		}
		text += pick("\nbase none", "\nbase host", "\nbase nb\ndata /etc", "\ndata /var /etc\nmkdir /etc/x\nrun /bin/y",
			"\nvolume v0 /var/x\nvolume v1 /var/x/y\nvolume /srv/a /z ro")
		out[fmt.Sprintf("c%d", i)] = text
	}
	return out
}

// disturb changes the world behind cellmgr's back.
func (w *world) disturb(r *rand.Rand) {
	for _, n := range slices.Sorted(maps.Keys(w.Cells)) {
		o := w.Cells[n]
		switch r.Intn(12) {
		case 0:
			o.Service = Service{}
		case 1:
			if o.Kernel != nil {
				o.Kernel.State = cell.Dying
			}
		case 2:
			if o.Kernel != nil {
				o.Kernel.Config.Profile = cell.Low
			}
		case 3:
			if o.Kernel != nil {
				o.Service, o.Kernel = Service{}, nil
			}
		case 4:
			if len(o.Mounts) > 0 {
				o.Mounts = o.Mounts[:len(o.Mounts)-1]
			}
		case 5:
			o.Applied = nil
			if o.Kernel != nil {
				o.Kernel.Config.Tag = strings.Repeat("ab", 32)
			}
		case 6:
			o.Service.Healthy = false
		}
	}
}

// TestConverges: whatever the world and the manifests are, after a plan was
// obeyed there is nothing left to plan; and an apply in which steps fail
// leaves a world that the next one mends.
func TestConverges(t *testing.T) {
	for seed := range int64(400) {
		r := rand.New(rand.NewSource(seed))
		w := newWorld(t, random(r, 8))
		for range 6 {
			o := Options{Restart: true, Prune: true}
			w.observeItems()
			p, err := Apply(w.World, o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Intn(2) == 0 {
				w.fail = func(s *Step) bool { return r.Intn(10) == 0 }
				w.run(t, p, r)
				w.fail = nil
				if p, err = Apply(w.World, o); err != nil {
					t.Fatal(err)
				}
			}
			w.run(t, p, r)
			if p, _ = Apply(w.World, o); !p.Empty() {
				t.Fatalf("seed %d: left to do:\n%s", seed, p.Text())
			}
			w.whole(t)
			w.Set = set(t, random(r, 8))
			w.disturb(r)
		}
	}
}

// whole compares the whole world with what the manifests say.
func (w *world) whole(t *testing.T) {
	t.Helper()
	for n, o := range w.Cells {
		c := w.Set.Cells[n]
		switch st := o.State(); {
		case c == nil && st != Down:
			t.Fatalf("%s has no manifest and is %s", n, st)
		case c == nil:
		case c.Autostart && st != Running:
			t.Fatalf("%s is %s", n, st)
		case st == Running && o.Kernel.Config.Tag != c.Digest():
			t.Fatalf("%s is not what was applied", n)
		case st == Running && kernelText(o.Kernel.Config) != kernelText(c.Config("", "")):
			t.Fatalf("%s is not what the kernel has", n)
		}
	}
}

func kernelText(cf cell.Config) string {
	var out string
	for _, f := range kernelFields {
		out += f.name + " " + f.text(cf) + "\n"
	}
	return out
}

// TestKernelFields: the fields are those that the grammar calls live.
func TestKernelFields(t *testing.T) {
	var live []string
	for _, d := range manifest.CellDirectives() {
		if d.Effect == manifest.Live {
			live = append(live, d.Name)
		}
	}
	var have []string
	for _, f := range kernelFields {
		have = append(have, f.name)
	}
	if !slices.Equal(live, have) {
		t.Errorf("the grammar has %v, the plan %v", live, have)
	}
}
