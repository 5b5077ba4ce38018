package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
)

// graph makes a plan of nodes that have nothing to do; edges are given as
// "node: need need | after".
func graph(lines ...string) *plan.Plan {
	p := &plan.Plan{}
	for _, l := range lines {
		id, edges, _ := strings.Cut(l, ":")
		needs, after, _ := strings.Cut(edges, "|")
		p.Nodes = append(p.Nodes, &plan.Node{ID: id, Cell: id, Needs: strings.Fields(needs), After: strings.Fields(after),
			Steps: []*plan.Step{{Op: plan.Note, Cell: id, Lines: []plan.Line{{Sign: '~', Text: "x"}}}}})
	}
	return p
}

func offline(t *testing.T) *Engine {
	t.Helper()
	t.Setenv(manifest.EnvState, t.TempDir())
	var errs manifest.Errors
	conf := manifest.ParseConf("cells.conf", nil, &errs)
	e := Offline(&manifest.Set{Dir: t.TempDir(), Conf: conf, Cells: map[string]*manifest.Cell{}})
	e.Rig = true
	return e
}

// fail is a step that no engine can do.
var fail = plan.Op(200)

// TestOrder: nodes come after what they need and follow, and are skipped
// where what they need has failed; the others are not.
func TestOrder(t *testing.T) {
	e := offline(t)
	var order []string
	e.Report = func(_ plan.Line, c string) { order = append(order, c) }
	p := graph("web: db cache", "db: disk", "cache:", "disk:", "late: | web", "bad:", "needsbad: bad", "afterbad: | bad", "deep: needsbad")
	p.Nodes[5].Steps[0].Op = fail
	res, err := e.Execute(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n string) int { return slices.Index(order, n) }
	for _, edge := range [][2]string{{"disk", "db"}, {"db", "web"}, {"cache", "web"}, {"web", "late"}} {
		if at(edge[0]) < 0 || at(edge[0]) > at(edge[1]) {
			t.Errorf("%s is not before %s in %v", edge[0], edge[1], order)
		}
	}
	if at("afterbad") < 0 || at("needsbad") >= 0 || at("deep") >= 0 {
		t.Errorf("done: %v", order)
	}
	if got := res.Failed(); !slices.Equal(got, []string{"bad", "needsbad", "deep"}) {
		t.Errorf("failed: %v", got)
	}
	if !strings.Contains(res.Err().Error(), "needsbad: not started: bad, on which it depends, failed") {
		t.Error(res.Err())
	}
}

// TestRing: a plan that could not be obeyed is refused, and not waited for.
func TestRing(t *testing.T) {
	e := offline(t)
	for _, p := range []*plan.Plan{graph("a: b", "b: a"), graph("a: a"), graph("x:", "a: | b", "b: c x", "c: | a")} {
		if _, err := e.Execute(context.Background(), p); err == nil || !strings.Contains(err.Error(), "wait for each other") {
			t.Errorf("%v", err)
		}
	}
}

// TestUndo: a step that fails has those before it undone, last first.
func TestUndo(t *testing.T) {
	e := offline(t)
	forget := func(name string) *plan.Step { return &plan.Step{Op: plan.Forget, Cell: name} }
	for _, name := range []string{"a", "b", "c"} {
		if err := os.MkdirAll(filepath.Join(e.Layout.Home(name), "applied"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	n := &plan.Node{ID: "x", Cell: "x", Steps: []*plan.Step{
		{Op: plan.Note, Cell: "x", Undo: forget("a")},
		{Op: plan.Note, Cell: "x"},
		{Op: fail, Cell: "x", Undo: forget("b")},
		{Op: plan.Note, Cell: "x", Undo: forget("c")},
	}}
	res, err := e.Execute(context.Background(), &plan.Plan{Nodes: []*plan.Node{n}})
	if err != nil || len(res.Failed()) != 1 {
		t.Errorf("%v %+v", err, res)
	}
	for name, want := range map[string]bool{"a": false, "b": false, "c": true} {
		if _, err := os.Stat(e.appliedDir(name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInterrupted: what has not begun when the program is told to end is not.
func TestInterrupted(t *testing.T) {
	e := offline(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	res, err := e.Execute(ctx, graph("a:", "b: a"))
	if err != nil || len(res.Failed()) != 2 {
		t.Errorf("%v %+v", err, res)
	}
}

// TestNeedsRoot: all cells that an ordinary user cannot start are told at
// once, and nothing is begun.
func TestNeedsRoot(t *testing.T) {
	if Root() {
		t.Skip("is about ordinary users")
	}
	e := offline(t)
	c := &manifest.Cell{Base: "host"}
	p := &plan.Plan{}
	for _, n := range []string{"a", "b"} {
		p.Nodes = append(p.Nodes, &plan.Node{ID: n, Cell: n, Steps: []*plan.Step{
			{Op: plan.Create, Cell: n, Desired: c, Config: cell.Config{Root: "/x"}}}})
	}
	_, err := e.Execute(context.Background(), p)
	var ne *NeedsRootError
	if !errors.As(err, &ne) || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v", err)
	}
}
