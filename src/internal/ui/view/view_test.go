package view

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cells/src/internal/backup"
	"cells/src/internal/cell"
	"cells/src/internal/engine"
	"cells/src/internal/explain"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/super"
	"cells/src/internal/ui/jobs"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
)

var noon = time.Date(2020, 1, 2, 12, 0, 0, 0, time.UTC)

// hostile is what a cell may call its program, or write.
const hostile = "\x1b[2J\u009bA\nx\x00"

// parsed is a manifest.
func parsed(t *testing.T, name, text string) *manifest.Cell {
	t.Helper()
	var errs manifest.Errors
	conf := manifest.ParseConf("cells.conf", nil, &errs)
	c := manifest.ParseCell(name, "/etc/cells/"+name+".cell", []byte(text), conf, &errs)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return c
}

// world is a host with cells in every state.
func world(t *testing.T) *model.Model {
	t.Helper()
	web := parsed(t, "web", "command /usr/pkg/sbin/nginx -g 'daemon off;'\nports 80 443\nmaxproc 64\nrlimit nofile 1024\n")
	db := parsed(t, "db", "command /usr/pkg/bin/postgres\nports 5432 5433\nenv A=1\n")
	ran := parsed(t, "db", "command /usr/pkg/bin/postgres\nports 5432\n")
	set := &manifest.Set{Dir: "/etc/cells", Cells: map[string]*manifest.Cell{"web": web, "db": db,
		"batch": parsed(t, "batch", "command /usr/pkg/bin/batch\nautostart no\n")}}
	w := cell.Info{ID: 3, State: cell.Live, Config: web.Config("/var/db/cells/cells/web/root", web.Digest()),
		Uptime: 3*time.Hour + 12*time.Minute, Processes: 5, Peak: 9, RSS: 12 << 20, VSZ: 80 << 20, CPU: time.Minute}
	w.Left[cell.ExcRawsock] = 9*time.Minute + 58*time.Second
	d := cell.Info{ID: 4, State: cell.Live, Config: ran.Config("/", ran.Digest()), Uptime: 26 * time.Hour, Processes: 1, RSS: 900 << 20}
	f := cell.Info{ID: 9, State: cell.Live, Config: cell.Config{Name: "a-cell-with-a-name-that-is-longer-than-columns"}}
	m := &model.Model{}
	for i := range 40 {
		w.CPU += time.Duration(i) * 20 * time.Millisecond
		w.RSS += uint64(i) << 14
		if i == 30 {
			w.Denied[cell.Process] = 7
		}
		m.Take(model.Sample{At: noon.Add(time.Duration(i) * time.Second), Set: set, Infos: []cell.Info{w, d, f},
			Version: cell.Version{ABI: 1},
			Status: map[string]super.Status{
				"web": {Alive: true, Cell: 3, State: super.Ready, Health: "ok", Restarts: 2, Since: noon.Unix() - 600, Why: "process 77 is in service"},
				"db":  {Alive: true, Cell: 4, State: super.Unhealthy, Health: "failing", Since: noon.Unix() - 5, Why: "unhealthy: 3 checks in a row have failed"},
			}})
	}
	deep := &model.Deep{World: plan.World{Set: set, Layout: plan.Layout{State: "/var/db/cells"}, Cells: map[string]*plan.Observed{
		"web":   {Kernel: &w, Applied: web, Service: plan.Service{Alive: true, Up: true, Cell: 3}},
		"db":    {Kernel: &d, Applied: ran, Service: plan.Service{Alive: true, Up: true, Cell: 4}},
		"batch": {},
	}}}
	deep.Plan, deep.Err = plan.Apply(deep.World, plan.Options{})
	deep.World.Cells["web"].Mounts = []plan.Mounted{{Path: "/", Source: "/var/db/cells/cells/web/top", ReadOnly: true},
		{Path: "/etc", Source: "/var/db/cells/cells/web/data/etc"}}
	m.TakeDeep(deep)
	return m
}

// watched is what is followed.
func watched() *model.Watched {
	rule := cell.Rule{ID: 4, Name: "network.rawsock", Tier: cell.TierMedium, Exception: cell.ExcRawsock}
	never := cell.Rule{ID: 5, Name: "process.other.signal"}
	d := cell.Denial{Seq: 1, First: noon, Last: noon, PID: 4711, UID: 0, Count: 3, Rule: 4, Verdict: cell.Denied, Program: "ping"}
	bad := cell.Denial{Seq: 2, First: noon, Last: noon.Add(time.Second), PID: 4712, UID: 1000, Count: 1, Rule: 5, Verdict: cell.Learned, Program: hostile}
	lift := explain.Remedy{Lift: "exception rawsock", Command: "cellctl allow web rawsock", Manifest: "allow rawsock"}
	return &model.Watched{
		Focus: model.Focus{Cell: "web", Log: "web", Denials: true, Of: "web"},
		Explained: []explain.Line{{Rule: rule, What: "opening a raw socket", Denied: 3, Last: d, Remedy: lift},
			{Rule: never, What: "signalling a process outside the cell", Denied: 1, Last: bad}},
		Log: model.Log{File: "/var/log/daemon", Lines: []string{
			"Jan  2 11:59:58 host web[77]: started", "2026-01-02T11:59:59Z web[77]: " + hostile, "no time in it"}},
		Denials: []model.Denial{{Denial: d, Rule: rule, Name: "web", What: "opening a raw socket", Remedy: lift},
			{Denial: bad, Rule: never, Name: "web", What: "signalling a process outside the cell"}},
	}
}

func storage() *model.Storage {
	b := func(name, stamp string, i backup.Info) backup.Backup {
		return backup.Backup{ID: backup.ID{Kind: backup.KindCell, Name: name, Stamp: stamp}, Info: i, Size: 3 << 20}
	}
	return &model.Storage{At: noon,
		Volumes: []model.Volume{{VolumeFile: &manifest.VolumeFile{Name: "www", Path: "/srv/www", Share: "ro", Backup: true}, Users: []string{"web", "batch"}}},
		Bases:   []engine.Base{{Name: "nb10", Added: noon, Sets: []engine.BaseSet{{Name: "base.tar.xz"}, {Name: "etc.tar.xz"}}, Used: []string{"web"}}},
		Backups: []backup.Backup{
			b("web", "20260101T000000Z", backup.Info{Totals: backup.Totals{Files: 12}, How: "stop", Verified: noon, Drilled: noon, Drill: backup.DrillOK}),
			b("web", "20260102T000000Z", backup.Info{How: "live", Bad: noon}),
			b("web", "20260103T000000Z", backup.Info{Lost: true})},
	}
}

func someJobs() []jobs.View {
	return []jobs.View{
		{ID: 3, Name: "backup web", State: jobs.Running, Begun: noon, Moved: 25 << 20, Total: 100 << 20, MovedSince: noon},
		{ID: 2, Name: "restart db", State: jobs.Failed, Begun: noon, Ended: noon.Add(90 * time.Second), Err: errors.New("db: x"),
			Lines: []string{"- db: stop the service", "~ db: wait", "+ db: start", "db: " + hostile}},
		{ID: 1, Name: "start db", State: jobs.Waiting},
	}
}

// TestGolden holds every view, in both character sets and sizes, against what
// it was; UPDATE=1 writes that anew.
func TestGolden(t *testing.T) {
	time.Local = time.UTC
	m, seen := world(t), watched()
	views := map[string]func(set screen.Charset, w, h int) []screen.Line{
		"header": func(s screen.Charset, w, _ int) []screen.Line {
			return []screen.Line{Header(s, m, "host", w), Tabs(s, []string{"cells", "cell"}, 1, "web", w),
				Footer(s, []Hint{{"q", "back"}, {"Enter", "open"}}, w)}
		},
		"cells": func(s screen.Charset, w, h int) []screen.Line {
			return Cells(s, m, &CellsLook{Name: "db"}, w, h)
		},
		"filtered": func(s screen.Charset, w, h int) []screen.Line {
			return Cells(s, m, &CellsLook{Filter: "nothing", Reverse: true, Order: 4}, w, h)
		},
		"cell-web":   func(s screen.Charset, w, _ int) []screen.Line { return Cell(s, m, seen, "web", w) },
		"cell-db":    func(s screen.Charset, w, _ int) []screen.Line { return Cell(s, m, seen, "db", w) },
		"cell-batch": func(s screen.Charset, w, _ int) []screen.Line { return Cell(s, m, nil, "batch", w) },
		"cell-none":  func(s screen.Charset, w, _ int) []screen.Line { return Cell(s, m, nil, "x", w) },
		"log":        func(s screen.Charset, w, h int) []screen.Line { return Log(s, "web", seen, &Follow{}, w, h) },
		"denials": func(s screen.Charset, w, h int) []screen.Line {
			return Denials(s, "web", seen, &DenialsLook{}, w, h)
		},
		"storage": func(s screen.Charset, w, h int) []screen.Line {
			return Storage(s, storage(), &StorageLook{List{At: 2}}, w, h)
		},
		"unreadable": func(s screen.Charset, w, h int) []screen.Line {
			return Storage(s, &model.Storage{BasesErr: os.ErrPermission, BackupErr: os.ErrPermission}, &StorageLook{}, w, h)
		},
		"plan": func(s screen.Charset, w, h int) []screen.Line { return Plan(s, m, &PlanLook{List: List{At: 1}}, w, h) },
		"plan-restart": func(s screen.Charset, w, h int) []screen.Line {
			return Plan(s, m, &PlanLook{Restart: true}, w, h)
		},
		"jobs": func(s screen.Charset, w, h int) []screen.Line {
			return Jobs(s, someJobs(), noon.Add(10*time.Second), &JobsLook{List{At: 1}}, w, h)
		},
		"small": func(s screen.Charset, w, h int) []screen.Line { return TooSmall(s, 40, 10, nil) },
	}
	for name, view := range views {
		for _, size := range []struct {
			w, h int
			set  screen.Charset
		}{{80, 20, screen.Charset{ASCII: true}}, {132, 39, screen.Charset{}}} {
			lines := view(size.set, size.w, size.h)
			golden(t, fmt.Sprintf("%s.%d", name, size.w), screen.Marked(lines))
			checkSafe(t, name, lines, size.set, size.w)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s, not\n%s", name, got, want)
	}
}

// checkSafe: no control character, and lines not wider than the terminal
// where the view lays them out.
func checkSafe(t *testing.T, name string, lines []screen.Line, set screen.Charset, w int) {
	t.Helper()
	for _, l := range lines {
		for _, r := range l.String() {
			if screen.RuneWidth(r) == 0 || set.ASCII && r > '~' {
				t.Errorf("%s: %q in %q", name, r, l.String())
			}
		}
		if name == "cells" && l.Width() > w {
			t.Errorf("%s: %d columns: %q", name, l.Width(), l.String())
		}
	}
}

func TestFollow(t *testing.T) {
	var f Follow
	f.Up(3, 100, 20)
	if f.Top != 77 || !f.Held {
		t.Errorf("up: %+v", f)
	}
	f.Up(-2, 110, 20)
	if f.Top != 79 || !f.Held {
		t.Errorf("down: %+v", f)
	}
	f.Up(-50, 110, 20)
	if f.Top != 90 || f.Held {
		t.Errorf("to the end: %+v", f)
	}
	f.Up(1<<30, 110, 20)
	if f.Top != 0 || !f.Held {
		t.Errorf("to the beginning: %+v", f)
	}
	f.Up(5, 3, 20)
	if f.Top != 0 || f.Held {
		t.Errorf("a short one: %+v", f)
	}
}

func TestListShow(t *testing.T) {
	for _, c := range []struct{ in, want List }{
		{List{At: 50}, List{50, 41}}, {List{At: 5, Top: 41}, List{5, 5}}, {List{At: 200}, List{99, 90}}, {List{At: -4}, List{0, 0}},
	} {
		l := c.in
		if l.Show(100, 10); l != c.want {
			t.Errorf("%+v becomes %+v, want %+v", c.in, l, c.want)
		}
	}
}

func TestBrief(t *testing.T) {
	time.Local = time.UTC
	for in, want := range map[string]string{
		"2026-01-02T03:04:05.6+00:00 web[1]: a web[2]: b": "Jan  2 03:04:05 a web[2]: b",
		"Nov 26 01:02:03 host web[12]: hello":             "Nov 26 01:02:03 hello",
		"Nov 26 01:02:03 host other[12]: hello":           "Nov 26 01:02:03 host other[12]: hello",
		"hello web[1]: x":                                 "hello web[1]: x",
		strings.Repeat("2026-01-02T03:04:05Z web[1", 1):   "2026-01-02T03:04:05Z web[1",
	} {
		if got := brief(in, "web"); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
