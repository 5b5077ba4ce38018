// Package source looks at the host for the interface, over the same packages
// as the other programs.  A sample is cheap and taken every second; a deep
// look, which reads what a plan is made from, is taken when something has
// changed.  What cannot be read is an error and never an empty list.
package source

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/engine"
	"cells/src/internal/kern"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
	"cells/src/internal/ui/model"
)

// Source takes samples.  It is for one goroutine.
type Source struct {
	kern     *kern.Client // nil: not open
	version  cell.Version
	set      *manifest.Set
	mistakes error
	stamp    uint64 // of the manifests that set is
	looked   int    // samples since their files were looked at
	reread   atomic.Bool
	status   map[string]kept
	rules    []cell.Rule
	watch    watch
}

// kept is what a supervisor told, and the file that it stood in.
type kept struct {
	status super.Status
	file   os.FileInfo
	holder int
}

// fileEvery is how many samples pass between two looks at every manifest.
const fileEvery = 5

// Open finds the kernel.  That it cannot be asked is an error here, when the
// program starts; later it is shown.
func Open() (*Source, error) {
	s := &Source{status: map[string]kept{}}
	return s, s.connect()
}

// connect opens the kernel, where it is not.
func (s *Source) connect() error {
	if s.kern != nil {
		return nil
	}
	c, err := kern.Open()
	if err != nil {
		return err
	}
	v, err := c.Version()
	if err != nil {
		c.Close()
		return err
	}
	s.kern, s.version, s.rules = c, v, nil
	return nil
}

// Close gives the kernel back.
func (s *Source) Close() {
	if s.kern != nil {
		s.kern.Close()
		s.kern = nil
	}
}

// Sample looks at what changes by itself.
func (s *Source) Sample() model.Sample {
	out := model.Sample{At: time.Now(), Version: s.version}
	s.manifests()
	out.Set, out.Mistakes = s.set, s.mistakes
	if out.Infos, out.Err = s.list(); out.Err != nil {
		return out
	}
	out.Version = s.version
	out.Version.Cells = uint32(len(out.Infos))
	s.supervisors(&out)
	return out
}

// list asks the kernel.  An error closes the way to it: a module that was
// loaded again, or a rig that was started again, is found by opening anew.
func (s *Source) list() ([]cell.Info, error) {
	if err := s.connect(); err != nil {
		return nil, err
	}
	infos, err := s.kern.List()
	if err != nil {
		s.Close()
		return nil, err
	}
	return infos, nil
}

// manifests reads them again where one has changed.
func (s *Source) manifests() {
	dir := manifest.EtcDir()
	s.looked++
	if !s.reread.Swap(false) && s.set != nil && s.looked < fileEvery {
		return
	}
	s.looked = 0
	now := stamp(dir)
	if s.set != nil && now == s.stamp {
		return
	}
	s.set, s.mistakes = manifest.Load(dir)
	s.stamp = now
}

// Reread has the next sample look at every manifest.  It may be called from
// any goroutine.
func (s *Source) Reread() { s.reread.Store(true) }

// stamp changes with every file of the directory of manifests.
func stamp(dir string) uint64 {
	h := fnv.New64a()
	entries, err := os.ReadDir(dir)
	fmt.Fprint(h, err)
	for _, e := range entries {
		st, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil {
			fmt.Fprint(h, e.Name(), err)
			continue
		}
		fmt.Fprintln(h, e.Name(), st.Size(), st.ModTime().UnixNano(), st.Mode())
	}
	return h.Sum64()
}

// supervisors asks what they do.  Whether one lives the kernel says, by its
// lock; what it tells is read again when it has written it again.
func (s *Source) supervisors(out *model.Sample) {
	out.Status = make(map[string]super.Status, len(out.Infos))
	fresh := make(map[string]kept, len(out.Infos))
	ask := func(name string) {
		if _, done := fresh[name]; done {
			return
		}
		k, err := s.supervisor(s.set.Conf.Run, name)
		if err != nil {
			if out.Unread == nil {
				out.Unread = map[string]error{}
			}
			out.Unread[name] = err
			return
		}
		fresh[name] = k
		out.Status[name] = k.status
	}
	for name := range s.set.Cells {
		ask(name)
	}
	for i := range out.Infos {
		if plan.Managed(&out.Infos[i]) {
			ask(out.Infos[i].Config.Name)
		}
	}
	s.status = fresh
}

// supervisor asks one.
func (s *Source) supervisor(dir, name string) (kept, error) {
	old, known := s.status[name]
	holder, err := super.Holder(dir, name)
	if err != nil {
		return kept{}, err
	}
	file, err := os.Stat(super.StatusFile(dir, name))
	if err != nil && !os.IsNotExist(err) {
		return kept{}, err
	}
	if known && holder == old.holder && same(file, old.file) {
		return old, nil
	}
	st, err := super.ReadStatus(dir, name)
	return kept{status: st, file: file, holder: holder}, err
}

// same reports whether nobody has written the file anew.
func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// Fingerprint changes with everything that a plan depends on and a sample
// shows: manifests, what the kernel enforces, what supervisors are about.
func (s *Source) Fingerprint(in model.Sample) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, s.stamp)
	for i := range in.Infos {
		c := &in.Infos[i]
		fmt.Fprint(h, c.ID, c.State, c.Config.Profile, c.Config.Mode, c.Config.Allow, c.Config.MaxProc,
			c.Config.Ports, c.Config.Addrs, c.Config.Tag)
		st := in.Status[c.Config.Name]
		fmt.Fprint(h, st.Alive, st.State, st.Cell)
	}
	return h.Sum64()
}

// Look takes a deep look.  It may take long: supervisors that are between
// two states are waited for.  It may run beside samples.  With mistakes in
// manifests there is no plan: what these would want is not known.
func Look(set *manifest.Set, mistakes error) *model.Deep {
	d := &model.Deep{At: time.Now()}
	e, err := engine.Open(set)
	if err != nil {
		d.Err = err
		return d
	}
	defer e.Close()
	if d.World, d.Err = e.Observe(); d.Err != nil {
		return d
	}
	d.Hidden = e.Hidden()
	if d.Err = mistakes; mistakes != nil {
		return d
	}
	d.Plan, d.Err = plan.Apply(d.World, plan.Options{})
	return d
}
