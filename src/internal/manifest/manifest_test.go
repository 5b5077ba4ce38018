package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// parse reads one manifest under the default configuration.
func parse(text string) (*Cell, error) {
	return parseWith("", text)
}

func parseWith(conf, text string) (*Cell, error) {
	var errs Errors
	cf := ParseConf("cells.conf", []byte(conf), &errs)
	c := ParseCell("web", "web.cell", []byte(text), cf, &errs)
	return c, errs.Err()
}

const full = `# a comment
command   /usr/pkg/sbin/nginx -g 'daemon off;'
user      www:www
env       A=1 B="two words"
env       C=
dir       /var/www
base      nb10
volume    www /var/www/static ro
volume    /srv/media /media
data      /var /etc
profile   medium
mode      learn
allow     rawsock ipc
ports     443 80
addr      192.0.2.7 2001:db8::1
maxproc   64
rlimit    nofile 1024
rlimit    core 0:unlimited
depend    db cache
autostart no
restart   on-failure
health    interval=10s retries=5 /usr/bin/true -x
log       local3.notice
stop      SIGQUIT 1m30s
backup    before /bin/sync
backup    after /bin/echo 'a b'
install   nginx.conf /etc/nginx.conf mode=0640 owner=www
mkdir     /var/log/nginx
link      ../run /var/r
line      /etc/rc.conf 'a=b c' replace=a=
pkg       nginx-1.2 bash
run       creates=/var/x timeout=10s user=www /bin/sh -c 'x=1; echo $x'
`

// TestRoundTrip: the effective text reads back as the same cell.
func TestRoundTrip(t *testing.T) {
	for _, text := range []string{full, "command /bin/x\n"} {
		c, err := parseWith("hostpath /srv", text)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseWith("hostpath /srv", c.Text())
		if err != nil {
			t.Fatalf("%v in\n%s", err, c.Text())
		}
		if again.Text() != c.Text() || again.Digest() != c.Digest() {
			t.Errorf("reads back as\n%swhich was\n%s", again.Text(), c.Text())
		}
	}
}

// TestEveryDirective: full uses each of them, and each changes the digest.
func TestEveryDirective(t *testing.T) {
	whole, err := parseWith("hostpath /srv", full)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range CellDirectives() {
		var kept []string
		found := false
		for line := range strings.Lines(full) {
			if strings.HasPrefix(line, d.Name+" ") {
				found = true
				continue
			}
			kept = append(kept, line)
		}
		if !found {
			t.Errorf("%s is not tested", d.Name)
		}
		if d.Name == "command" || d.Name == "data" {
			continue // others need them
		}
		c, err := parseWith("hostpath /srv", strings.Join(kept, ""))
		if err != nil {
			t.Errorf("without %s: %v", d.Name, err)
		} else if c.Digest() == whole.Digest() {
			t.Errorf("%s does not change the digest", d.Name)
		}
		if whole.Field(d.Name) == "" {
			t.Errorf("%s has no text", d.Name)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := parse("command /bin/x")
	if err != nil {
		t.Fatal(err)
	}
	want := "command /bin/x\nuser root\ndir /\nbase host\nprofile high\nmode enforce\nmaxproc 0\n" +
		"autostart yes\nrestart always\nlog daemon.info\nstop TERM 10s\n"
	if c.Text() != want {
		t.Errorf("got\n%swant\n%s", c.Text(), want)
	}
	if c.Line("command") != 1 || c.Line("user") != 0 {
		t.Errorf("lines: command %d user %d", c.Line("command"), c.Line("user"))
	}
}

// TestMistakes: each is told with its line and, where close, what was meant.
func TestMistakes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `web.cell: command is missing`},
		{"comand /bin/x", `web.cell:1: unknown directive "comand" (did you mean "command"?)`},
		{"command /bin/x\n\ncommand /bin/y", `web.cell:3: command: given twice, first in line 1`},
		{"command x", `web.cell:1: command: x: not an absolute path`},
		{"command", `web.cell:1: command: usage: command PROGRAM [ARG...]`},
		{"command /bin/x 'y", `web.cell:1: column 16: unterminated single quote`},
		{"ports 0", `web.cell:1: ports: bad port "0": a number from 1 to 65535 expected`},
		{"ports 80 80", `web.cell:1: ports: port 80 given twice`},
		{"ports 80x", `web.cell:1: ports: bad port "80x": a number from 1 to 65535 expected`},
		{"profile hihg", `web.cell:1: profile: unknown profile "hihg" (did you mean "high"?)`},
		{"allow rawsok", `web.cell:1: allow: unknown exception "rawsok" (did you mean "rawsock"?)`},
		{"mode lern", `web.cell:1: mode: unknown mode "lern" (did you mean "learn"?)`},
		{"addr 1.2.3", `web.cell:1: addr: bad address "1.2.3"`},
		{"maxproc many", `web.cell:1: maxproc: bad number "many"`},
		{"env =x", `web.cell:1: env: "=x": NAME=VALUE expected`},
		{"env A=1 A=2", `web.cell:1: env: A is set twice`},
		{"dir /a/../b", `web.cell:1: dir: /a/../b: written plainly it is /b`},
		{"user a:", `web.cell:1: user: "a:": USER or USER:GROUP expected`},
		{"base ../x", `web.cell:1: base: name "../x": character '.' is not allowed there`},
		{"volume www var", `web.cell:1: volume: var: not an absolute path`},
		{"volume www / ro", `web.cell:1: volume: / is the base's`},
		{"volume www /dev/x", `web.cell:1: volume: /dev/x: a cell's /dev is made by cellmgr`},
		{"volume www /w or", `web.cell:1: volume: unknown word "or" (did you mean "ro"?); one of: ro rw`},
		{"volume a /w\nvolume b /w", `web.cell:2: volume: /w is a volume already, in line 1`},
		{"data /var /var/db", `web.cell:1: data: /var and /var/db overlap`},
		{"rlimit nofiles 1", `web.cell:1: rlimit: unknown resource limit "nofiles" (did you mean "nofile"?)`},
		{"autostart maybe", `web.cell:1: autostart: yes or no expected, not "maybe"`},
		{"restart allways", `web.cell:1: restart: unknown word "allways" (did you mean "always"?); one of: always on-failure never`},
		{"health true", `web.cell:1: health: true: not an absolute path`},
		{"health interval=1ms /bin/true", `web.cell:1: health: 1ms: at least 1s expected`},
		{"health intervall=1s /bin/true", `web.cell:1: health: unknown option "intervall" (did you mean "interval"?)`},
		{"log demon.info", `web.cell:1: log: unknown facility "demon" (did you mean "daemon"?)`},
		{"stop TREM", `web.cell:1: stop: unknown signal "TREM" (did you mean "TERM"?)`},
		{"stop TERM 1y", `web.cell:1: stop: duration "1y": unit expected (w d h ms m s)`},
		{"backup befor /x", `web.cell:1: backup: unknown word "befor" (did you mean "before"?); one of: before after`},
		{"install ../x /etc/x", `web.cell:1: install: "../x": a path below the cell's .d directory expected`},
		{"install x /etc/x mode=999", `web.cell:1: install: mode "999": an octal number from 0 to 7777 expected`},
		{"install x /etc/x owne=a", `web.cell:1: install: unknown option "owne" (did you mean "owner"?)`},
		{"run creates=/x", `web.cell:1: run: an operand is missing after the options`},
		{"command /bin/\x01", `web.cell:1: control character '\x01'`},
		{"command /bin/\xff", `web.cell:1: not UTF-8 text`},
		{"command /x\nbase none\nvolume w /w", "web.cell:3: volume: needs a root directory of the cell's own, which `base none' is not"},
		{"command /x\nvolume w /var\ndata /var/db", `web.cell:3: data: /var/db would be hidden by the volume at /var in line 2`},
		{"command /x\ndata /var\nmkdir /etc/x", `web.cell:3: mkdir: /etc/x is not below a data directory or a writable volume of the cell`},
		{"command /x\nvolume w /w ro\nmkdir /w/x", `web.cell:3: mkdir: /w/x is not below a data directory or a writable volume of the cell`},
		{"command /x\nvolume /srv/x /w", `web.cell:2: volume: /srv/x: cells.conf allows no such path (hostpath)`},
	}
	for _, test := range tests {
		_, err := parse(test.text)
		if err == nil {
			t.Errorf("%q: no error", test.text)
			continue
		}
		found := false
		for line := range strings.SplitSeq(err.Error(), "\n") {
			found = found || line == test.want
		}
		if !found {
			t.Errorf("%q: got\n%v\nwant\n%s", test.text, err, test.want)
		}
	}
}

// TestOneMistake: what was probably meant is not missing as well.
func TestOneMistake(t *testing.T) {
	const missing = "web.cell: command is missing"
	for text, says := range map[string]bool{
		"comand /bin/x":        false,
		"command /bin/x 'y":    false,
		"command /bin/\x01":    false,
		"command":              false,
		"#command /bin/x":      true,
		"'command /bin/x":      false,
		"entirely different x": true,
		"profile hihg":         true,
	} {
		_, err := parse(text)
		if err == nil {
			t.Errorf("%q: no error", text)
		} else if strings.Contains(err.Error(), missing) != says {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestHostPaths: read-only ones may not be mounted for writing, neighbours
// with the same beginning not at all.
func TestHostPaths(t *testing.T) {
	tests := []struct {
		volume string
		ok     bool
	}{
		{"/srv/x /w", true}, {"/srv /w", true}, {"/srvx /w", false},
		{"/ro/x /w ro", true}, {"/ro/x /w", false}, {"/etc /w ro", false},
	}
	for _, test := range tests {
		_, err := parseWith("hostpath /srv\nhostpath /ro ro\n", "command /x\nvolume "+test.volume)
		if (err == nil) != test.ok {
			t.Errorf("%s: %v", test.volume, err)
		}
	}
}

// write lays out a directory of manifests.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestLoadMistakes: all of all files in one run, in order.
func TestLoadMistakes(t *testing.T) {
	dir := write(t, map[string]string{
		"a.cell":     "command /x\ndepend b\n",
		"b.cell":     "command /x\ndepend c nosuch\n",
		"c.cell":     "command /x\ndepend a\nports 80\n",
		"d.cell":     "command /x\nports 443 80\n",
		"e.cell":     "command /x\nvolume wwww /w\ndata /etc\ninstall f /etc/f\n",
		"f.cell":     "command /x\nvolume www /w\n",
		"g.cell":     "command /x\nvolume www /w\n",
		"h.cell":     "command /x\nvolume www /w ro\n",
		"www.volume": "mode 0755\n",
		"bad!.cell":  "command /x\n",
		"x.volume":   "pth /x\n",
		"cells.conf": "kepe 3\n",
		"README":     "not a manifest",
		".h.cell":    "nor this",
	})
	_, err := Load(dir)
	want := `a.cell:2: depend: a cycle: a -> b -> c -> a
b.cell:2: depend: no cell "nosuch"
bad!.cell: name "bad!": character '!' is not allowed there
cells.conf:1: unknown directive "kepe" (did you mean "keep"?)
d.cell:2: ports: 80 belongs to cell c (c.cell:3)
e.cell:2: volume: no volume "wwww" (did you mean "www"?)
e.cell:4: install: no file f in e.d
g.cell:2: volume: www is written by cell f (f.cell:2) already; ` + "`share yes' in www.volume allows both" + `
x.volume:1: unknown directive "pth" (did you mean "path"?)`
	if err == nil || strings.ReplaceAll(err.Error(), dir+"/", "") != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestNested: a mount point that another cell may move is refused, whatever
// name the other has for the directory.
func TestNested(t *testing.T) {
	const outer = "command /x\nvolume %s /v\nvolume w /v/w\n"
	for _, test := range []struct{ a, b, want string }{
		{"v", "v", "lies in volume v, which cell b may write"},
		{"/srv/x", "/srv/x", "lies in volume /srv/x, which cell b may write"},
		{"/srv/x", "/srv", "lies in volume /srv/x, which cell b may write"},
		{"/srv", "/srv/x", "lies in volume /srv, which cell b may write"},
		{"p", "/srv/p/deep", "lies in volume p, which cell b may write"},
		{"v", "u", ""}, {"/srv/x", "/srv/xy", ""},
	} {
		for _, how := range []string{"rw", "ro"} {
			files := map[string]string{
				"a.cell":   fmt.Sprintf(outer, test.a),
				"b.cell":   "command /x\nvolume " + test.b + " /v " + how + "\n",
				"v.volume": "share yes\n", "w.volume": "", "u.volume": "", "p.volume": "share yes\npath /srv/p\n",
				"cells.conf": "hostpath /srv\n",
			}
			want := test.want
			if how == "ro" {
				want = ""
			}
			_, err := Load(write(t, files))
			if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s in a, %s %s in b: %v, want %q", test.a, test.b, how, err, want)
			}
		}
	}
}

// TestPlaces: every volume has a directory to itself.
func TestPlaces(t *testing.T) {
	t.Setenv(EnvState, "/srv/db")
	for _, test := range []struct{ a, b, want string }{
		{"path /srv/x", "path /srv/x", "b.volume:1: path: /srv/x is that of volume a (a.volume:1)"},
		{"path /srv/x", "mode 0755\npath /srv/x/y", "b.volume:2: path: /srv/x/y lies in that of volume a (a.volume:1)"},
		{"path /srv/x/y", "path /srv/x", "a.volume:1: path: /srv/x/y lies in that of volume b (b.volume:1)"},
		{"", "path /srv/db/volumes/a", "b.volume:1: path: /srv/db/volumes/a is that of volume a (a.volume)"},
		{"path /srv/db/volumes/b/c", "", "a.volume:1: path: /srv/db/volumes/b/c lies in that of volume b (b.volume)"},
		{"", "path /srv/db", "b.volume:1: path: /srv/db holds that of volume a (a.volume)"},
		{"path /srv/x", "path /srv/xy", ""}, {"", "", ""},
	} {
		dir := write(t, map[string]string{"a.volume": test.a + "\n", "b.volume": test.b + "\n",
			"cells.conf": "hostpath /srv\n"})
		_, err := Load(dir)
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), dir+"/", "")
		}
		if got != test.want {
			t.Errorf("%q and %q: got %q, want %q", test.a, test.b, got, test.want)
		}
	}
}

// TestLogs: no cell may write where the log of one is.
func TestLogs(t *testing.T) {
	t.Setenv(EnvState, "/srv/db")
	for log, want := range map[string]string{
		"/srv/x/log":          "b.cell:2: log: /srv/x/log lies in volume /srv/x, which cell a may write (a.cell:2)",
		"/srv/x/y/z":          "b.cell:2: log: /srv/x/y/z lies in volume /srv/x, which cell a may write (a.cell:2)",
		"/srv/p/log":          "b.cell:2: log: /srv/p/log lies in volume p, which cell a may write (a.cell:4)",
		"/srv/db/cells/a/log": "b.cell:2: log: /srv/db/cells/a/log lies in /srv/db, which is cellmgr's own",
		"/srv/ro/log":         "",
		"/srv/xy":             "",
		"/var/log/cells/b":    "",
		"daemon.info":         "",
	} {
		dir := write(t, map[string]string{
			"a.cell":     "command /x\nvolume /srv/x /x\nvolume /srv/ro /ro ro\nvolume p /p\n",
			"b.cell":     "command /x\nlog " + log + "\n",
			"p.volume":   "path /srv/p\n",
			"cells.conf": "hostpath /srv\n",
		})
		_, err := Load(dir)
		got := ""
		if err != nil {
			got = strings.ReplaceAll(err.Error(), dir+"/", "")
		}
		if got != want {
			t.Errorf("log %s: got %q, want %q", log, got, want)
		}
	}
}

func TestComparePaths(t *testing.T) {
	for _, test := range [][2]string{{"/a", "/a/b"}, {"/a/b", "/a-b"}, {"/a/b", "/b"}} {
		if ComparePaths(test[0], test[1]) >= 0 || ComparePaths(test[1], test[0]) <= 0 {
			t.Errorf("%s does not come before %s", test[0], test[1])
		}
	}
}

// FuzzCell: no text makes the parser crash, and what it accepts reads back
// as the same.
func FuzzCell(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("command /bin/x\nports 80\n"))
	f.Add([]byte("command \"/a\\\"b\" ''\nvolume v /a\ndata /a/b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		const conf = "hostpath /srv"
		c, err := parseWith(conf, string(text))
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "web.cell") {
					t.Errorf("an error names no file: %q", line)
				}
			}
			return
		}
		again, err := parseWith(conf, c.Text())
		if err != nil {
			t.Fatalf("%v in %q", err, c.Text())
		}
		if again.Text() != c.Text() {
			t.Errorf("%q reads back as %q", c.Text(), again.Text())
		}
	})
}

// FuzzFiles: the same for the two smaller formats.
func FuzzFiles(f *testing.F) {
	f.Add([]byte("path /srv/x\nowner www\nmode 0750\nshare yes\nbackup no\n"))
	f.Add([]byte("state /s\nvolumes /v\nbases /b\nbackups /k\nhostpath /srv\nbase none\nlog user.info\nkeep 3\njobs 2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var errs Errors
		conf := ParseConf("cells.conf", text, &errs)
		if errs.Err() == nil {
			again := ParseConf("cells.conf", []byte(conf.Text()), &errs)
			if errs.Err() != nil || again.Text() != conf.Text() {
				t.Errorf("%v: %q reads back as %q", errs.Err(), conf.Text(), again.Text())
			}
		}
		errs = nil
		open := &Conf{File: "cells.conf", Volumes: "/v", Paths: []HostPath{{Dir: "/"}}}
		v := ParseVolume("v", "v.volume", text, open, &errs)
		if errs.Err() == nil {
			again := ParseVolume("v", "v.volume", []byte(v.Text()), open, &errs)
			if errs.Err() != nil || again.Text() != v.Text() {
				t.Errorf("%v: %q reads back as %q", errs.Err(), v.Text(), again.Text())
			}
		}
	})
}
