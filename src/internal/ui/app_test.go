package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// loop is a Terminal without a terminal: what is posted runs when the test
// says so, and what would run beside the loop runs at once.
type loop struct {
	mu     sync.Mutex
	queue  []func()
	quit   bool
	synced int
}

func (l *loop) Post(f func()) {
	l.mu.Lock()
	l.queue = append(l.queue, f)
	l.mu.Unlock()
}

func (l *loop) Go(f func())      { f() }
func (l *loop) Suspend(f func()) { f() }
func (l *loop) Sync()            { l.synced++ }
func (l *loop) Pause()           {}
func (l *loop) Quit()            { l.quit = true }

// run runs what was posted, and what that posts.
func (l *loop) run() {
	for {
		l.mu.Lock()
		queue := l.queue
		l.queue = nil
		l.mu.Unlock()
		if len(queue) == 0 {
			return
		}
		for _, f := range queue {
			f()
		}
	}
}

// still is a Sampler that nobody asks.
type still struct{ Sampler }

func (still) Reread() {}

// desk is an App with its loop.
type desk struct {
	*App
	*loop
	set   *manifest.Set
	looks int
	deep  *model.Deep
}

func newDesk(t *testing.T, root bool) *desk {
	t.Helper()
	d := &desk{loop: &loop{}}
	var errs manifest.Errors
	conf := manifest.ParseConf("cells.conf", nil, &errs)
	set := &manifest.Set{Dir: t.TempDir(), Conf: conf, Cells: map[string]*manifest.Cell{}}
	for _, n := range []string{"batch", "db", "web"} {
		set.Cells[n] = manifest.ParseCell(n, n+".cell", []byte("command /bin/x\nbase none\nautostart no\n"), conf, &errs)
	}
	d.deep = &model.Deep{Plan: &plan.Plan{}, World: plan.World{Set: set}}
	d.App = New(Config{Terminal: d.loop, Sampler: still{}, Set: screen.Charset{ASCII: true}, Host: "host", Root: root, Every: time.Second,
		Look:    func(*manifest.Set, error) *model.Deep { d.looks++; return d.deep },
		Storage: func(*manifest.Set) *model.Storage { return &model.Storage{} }})
	d.set = set
	d.sample(time.Now(), 1)
	return d
}

// sample takes one with that fingerprint.
func (d *desk) sample(at time.Time, print uint64) {
	in := cell.Info{ID: 3, State: cell.Live, Uptime: time.Hour, Processes: 2,
		Config: cell.Config{Name: "web", Tag: strings.Repeat("0a", 32)}}
	d.take(model.Sample{At: at, Set: d.set, Infos: []cell.Info{in},
		Status: map[string]super.Status{"web": {Alive: true, Cell: 3, State: super.Ready}}}, print, nil)
	d.run()
}

// press presses keys and runs what they lead to.
func (d *desk) press(keys ...string) {
	for _, k := range keys {
		d.Key(k)
		d.run()
	}
}

// text is the screen.
func (d *desk) text() string { return screen.Text(d.Draw(80, 24)) }

func (d *desk) see(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(d.text(), w) {
			t.Fatalf("no %q in\n%s", w, d.text())
		}
	}
}

// TestBindings: in each view each key has one meaning, and each view exists.
func TestBindings(t *testing.T) {
	d := newDesk(t, true)
	var names []string
	for _, p := range d.pages {
		names = append(names, p.name())
		seen := map[string]string{}
		for _, b := range Bindings() {
			if !b.on(p.name()) {
				continue
			}
			for _, k := range b.Keys {
				if old := seen[k]; old != "" {
					t.Errorf("%s: %s is %q and %q", p.name(), k, old, b.About)
				}
				seen[k] = b.About
			}
		}
		for _, k := range []string{"?", "q", "tab", "up", "k", "down", "j", "1"} {
			if seen[k] == "" {
				t.Errorf("%s: no key %s", p.name(), k)
			}
		}
	}
	if !slices.Equal(names, Views()) {
		t.Errorf("views %v, pages %v", Views(), names)
	}
	for _, b := range Bindings() {
		for _, v := range b.On {
			if !slices.Contains(names, v) {
				t.Errorf("%q is on %s, which is no view", b.About, v)
			}
		}
	}
}

// TestReadOnly: an ordinary user's keys do nothing but say why.
func TestReadOnly(t *testing.T) {
	d := newDesk(t, false)
	d.see(t, "read-only: only root may change anything")
	for i := range d.pages {
		for _, b := range Bindings() {
			if !b.Acts || !b.on(d.pages[i].name()) {
				continue
			}
			d.show(i)
			d.press(b.Keys[0])
			d.see(t, ": only root may")
			if d.dialog != nil || len(d.jobs.List()) > 0 {
				t.Fatalf("%s did something", b.Keys[0])
			}
			if hints := d.hints(); slices.ContainsFunc(hints, func(h view.Hint) bool { return h.Does == b.Hint }) {
				t.Errorf("the footer has %s", b.Hint)
			}
		}
	}
}

// TestAsks: what takes something away asks, and n, q and Esc leave it.
func TestAsks(t *testing.T) {
	d := newDesk(t, true)
	for _, no := range []string{"n", "q", "esc", "ctrl-c"} {
		d.press("G", "K")
		d.see(t, "-- kill web", "every process of web (id 3, 2 now)", " y kill  n no")
		d.press("x", "j") // nothing
		d.see(t, "-- kill web")
		d.press(no)
		if d.dialog != nil || len(d.jobs.List()) > 0 {
			t.Fatalf("%s does not leave it", no)
		}
	}
	d.press("g", "K")
	d.see(t, "batch: it does not run")
}

func TestMoves(t *testing.T) {
	d := newDesk(t, true)
	d.press("G", "enter")
	d.see(t, "[2 cell]", "web  ready")
	d.press("tab", "tab", "tab", "tab", "tab", "tab")
	d.see(t, "[1 cells]")
	d.press("backtab")
	d.see(t, "[7 jobs]", "nothing was done from here yet")
	d.press("q", "up", "2")
	d.see(t, "[2 cell]", "db  down")
	d.press("%")
	d.see(t, "no such key here: %; ? lists them")
	d.press("?")
	d.see(t, "keys of the view cell", "what can be done there")
	d.press("q", "q", "ctrl-l")
	if d.synced != 1 {
		t.Error("Ctrl-L does not draw anew")
	}
	d.press("q")
	if !d.quit {
		t.Error("q does not quit")
	}
}

func TestPrompts(t *testing.T) {
	d := newDesk(t, true)
	d.press("f", "w", "e", "x", "backspace", "space")
	d.see(t, "filter: we", "web")
	if strings.Contains(d.text(), "batch") {
		t.Error("the filter does not follow the letters")
	}
	d.press("esc")
	d.see(t, "batch")
	d.press("/", "w", "e", "enter")
	if got := d.page().target(); got != "web" {
		t.Errorf("search selects %s", got)
	}
	d.press("/", "z")
	d.see(t, "search: z")
	d.press("enter")
	d.see(t, "no cell's name has z in it")
}

func TestTooSmall(t *testing.T) {
	d := newDesk(t, true)
	for _, size := range [][2]int{{79, 24}, {80, 23}, {1, 1}, {0, 0}} {
		if text := screen.Text(d.Draw(size[0], size[1])); !strings.Contains(text, "too small") {
			t.Errorf("%v: %q", size, text)
		}
	}
	for _, size := range [][2]int{{80, 24}, {132, 43}, {300, 100}} {
		for i := range d.pages {
			d.show(i)
			lines := d.Draw(size[0], size[1])
			if len(lines) != size[1] {
				t.Errorf("%s at %v has %d lines", d.page().name(), size, len(lines))
			}
			for _, l := range lines {
				if l.Width() != size[0] {
					t.Errorf("%s at %v: %d columns: %q", d.page().name(), size, l.Width(), l.String())
				}
			}
		}
	}
}

// TestLooks: a deep look is taken when something has changed, and not when
// nothing has.
func TestLooks(t *testing.T) {
	d := newDesk(t, true)
	begin := time.Now()
	n := d.looks
	for i := range 30 {
		d.sample(begin.Add(time.Duration(i+10)*time.Second), 1)
	}
	if d.looks != n {
		t.Errorf("%d looks though nothing has changed", d.looks-n)
	}
	d.sample(begin.Add(45*time.Second), 2)
	if d.looks != n+1 {
		t.Errorf("%d looks after a change", d.looks-n)
	}
	d.sample(begin.Add(2*time.Minute), 2)
	if d.looks != n+2 {
		t.Errorf("%d looks after two minutes", d.looks-n)
	}
}

// TestSilence: a kernel that does not answer is said, and the cells stay.
func TestSilence(t *testing.T) {
	d := newDesk(t, true)
	d.take(model.Sample{At: time.Now(), Set: d.set, Err: errors.New("connection refused")}, 1, nil)
	d.see(t, "NOT ANSWERING", "the kernel does not answer: connection refused", "web")
}

// TestPager: what is read over the page scrolls, and gives way to a key that
// shows another view; what acts does not act behind it.
func TestPager(t *testing.T) {
	d := newDesk(t, true)
	d.press("?")
	d.see(t, "keys of the view cells", "lines 1 to 20 of", "1-7 view")
	d.press("G", "k", "space", "g", "pagedown", "K")
	d.see(t, "K does nothing here; q goes back", "what can be done there")
	d.press("6")
	d.see(t, "[6 plan]")
	d.press("?", "tab")
	d.see(t, "[7 jobs]", "nothing was done from here yet")
	d.press("enter")
	d.see(t, "no job is selected")
	for _, key := range []string{"q", "esc", "?", "enter"} {
		if d.press("?", key); d.dialog != nil || d.quit || d.page().name() != onJobs {
			t.Errorf("%s does not lead back from help", key)
		}
	}
}

// TestJob: everything that a job has said can be read.
func TestJob(t *testing.T) {
	d := newDesk(t, true)
	d.jobs.Start("much", false, func(_ context.Context, j *jobs.Job) error {
		for i := range 60 {
			j.Say("line %d %s", i, strings.Repeat("word ", 20))
		}
		return nil
	}, d.over)
	d.press("7", "enter")
	d.see(t, "line 0", "lines 1 to 20 of")
	d.press("G")
	d.see(t, "line 59", "job 1")
	d.press("q", "1")
	d.see(t, "[1 cells]")
}

// TestBlind: on a terminal that is too small to show anything nothing is done.
func TestBlind(t *testing.T) {
	d := newDesk(t, true)
	d.press("G", "K")
	d.Draw(60, 15)
	d.press("y", "A", "y", "2")
	d.see(t, "-- kill web", "[1 cells]")
	if len(d.jobs.List()) > 0 {
		t.Error("something was done that nobody could see")
	}
	d.Draw(60, 15)
	if d.press("q"); !d.quit {
		t.Error("q does not end it")
	}
}

// TestLongNote: what is said is said to its end.
func TestLongNote(t *testing.T) {
	d := newDesk(t, true)
	d.complain(errors.New(strings.Repeat("long ", 30) + "theend"))
	d.see(t, "theend", "? help")
	d.ask("title", []screen.Line{d.Set.Line(screen.Plain, "  + "+strings.Repeat("word ", 30)+"the last")})
	d.see(t, "the last")
}
