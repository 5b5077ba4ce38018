package engine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDiff(t *testing.T) {
	long := strings.Repeat("same\n", 20)
	tests := []struct{ old, new, want string }{
		{"a\n", "a\n", ""},
		{"", "a\nb\n", "+ a\n+ b\n"},
		{"a\n", "", "- a\n"},
		{"a\nb\nc\n", "a\nx\nc\n", "  a\n- b\n+ x\n  c\n"},
		{"a", "a\n", "- a\n  (no newline at the end)\n+ a\n"},
		{"x\n" + long + "y\n", "X\n" + long + "Y\n",
			"- x\n+ X\n  same\n  same\n...\n  same\n  same\n- y\n+ Y\n"},
		{"a\nb\nc\nd\n", "b\nc\nd\ne\n", "- a\n  b\n  c\n  d\n+ e\n"},
		{"a\x00", "b", "not text: 2 bytes -> 1 bytes\n"},
		{strings.Repeat("x\n", 3000), "y\n", "3000 lines -> 1 lines\n"},
	}
	for _, test := range tests {
		if got := Diff([]byte(test.old), []byte(test.new)); got != test.want {
			t.Errorf("%.20q -> %.20q: got\n%swant\n%s", test.old, test.new, got, test.want)
		}
	}
	if n := strings.Count(Diff(nil, []byte(strings.Repeat("x\n", 500))), "\n"); n != diffShown+1 {
		t.Errorf("a long difference has %d lines", n)
	}
	if n := len(Diff([]byte(strings.Repeat("\u00e9", 1<<20)), []byte("x\n"))); n > 2*diffWidth {
		t.Errorf("a long line is shown as %d bytes", n)
	}
}

func TestSetLine(t *testing.T) {
	tests := []struct{ text, line, replace, want string }{
		{"", "a", "", "a\n"},
		{"a\n", "a", "", "a\n"},
		{"a\nb", "c", "", "a\nb\nc\n"},
		{"x=1\ny=2\nx=3\n", "x=4", "x=", "x=4\ny=2\nx=3\n"},
		{"y=2\n", "x=4", "x=", "y=2\nx=4\n"},
		{"x=1", "x=4", "x=", "x=4"},
		{"x=1\nx=4\n", "x=4", "x=", "x=1\nx=4\n"},
	}
	for _, test := range tests {
		if got := string(setLine([]byte(test.text), test.line, test.replace)); got != test.want {
			t.Errorf("%q, %q: %q, want %q", test.text, test.line, got, test.want)
		}
		once := setLine([]byte(test.text), test.line, test.replace)
		if twice := setLine(once, test.line, test.replace); string(twice) != string(once) {
			t.Errorf("%q: done again it is %q", once, twice)
		}
	}
}

func TestHasPackage(t *testing.T) {
	have := []string{"nginx-1.24.0nb2", "py311-foo-bar-2", "pkgdb.byfile.db"}
	for name, want := range map[string]bool{"nginx": true, "nginx-1.24.0nb2": true, "nginx-1.24": false,
		"ngin": false, "py311-foo-bar": true, "py311-foo": false, "pkgdb.byfile.db": true} {
		if got := hasPackage(have, name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSyslogFiles(t *testing.T) {
	const conf = `# comment
*.err;kern.*;auth.notice;authpriv.none;mail.crit	/dev/console
*.info;auth,authpriv,cron,ftp,kern,lpr,mail.none	/var/log/messages
daemon.=debug						/var/log/daemon.debug
!sshd
*.*							/var/log/sshd
!*
daemon.*						-/var/log/daemon
*.emerg							*
`
	tests := map[string]string{
		"daemon.info":   "/var/log/messages /var/log/daemon",
		"daemon.debug":  "/var/log/daemon.debug /var/log/daemon",
		"mail.info":     "",
		"local3.notice": "/var/log/messages",
	}
	for priority, want := range tests {
		if got := strings.Join(syslogFiles([]byte(conf), priority), " "); got != want {
			t.Errorf("%s: %q, want %q", priority, got, want)
		}
	}
}

func TestLogLine(t *testing.T) {
	for line, want := range map[string]bool{
		"Nov 23 21:00:00 host web[12]: x":    true,
		"2026-11-23T21:00:00.0 web[12]: x":   true,
		"web[1]: x":                          true,
		"Nov 23 host myweb[12]: x":           false,
		"Nov 23 host web[x]: x":              false,
		"Nov 23 host web: x":                 false,
		"Nov 23 host other[1]: see web[2]: ": true, // a forged one cannot be told apart
		"Nov 23 host other[1]: myweb[2]: x":  false,
	} {
		if got := LogLine([]byte(line), "web"); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestGenerationText(t *testing.T) {
	g := &Generation{Number: 7, Time: time.Unix(1700000000, 0), User: "root by jo", Verb: "apply",
		Files:  []KeptFile{{"web.cell", 0o644, "ab"}, {"web.d/a file", 0o600, "cd"}},
		Steps:  []string{"~ web: env A='x y' # z", "+ web: start /bin/sh -c 'echo \"$x\"'"},
		Result: "failed web db"}
	again, err := parseGeneration(7, g.text())
	if err != nil {
		t.Fatal(err)
	}
	if string(again.text()) != string(g.text()) || again.Files[1] != g.Files[1] || again.Steps[1] != g.Steps[1] {
		t.Errorf("reads back as\n%s", again.text())
	}
	for _, bad := range []string{"", "x\n", generationMagic + "\nfile ab 644 ../x\n", generationMagic + "\ntime x\n",
		generationMagic + "\nuser 'x\n"} {
		if _, err := parseGeneration(1, []byte(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if _, err := parseGeneration(1, []byte(generationMagic+"\nlater word\n")); err != nil {
		t.Errorf("a line of a later version: %v", err)
	}
}

// TestSurplus: what goes first is what changed no file.
func TestSurplus(t *testing.T) {
	for _, test := range []struct{ files, gone string }{
		{"a b c", ""}, {"a b c d", "1"}, {"a b c d e f", "1 2 3"},
		{"a a b c", "2"}, {"a b b b b c", "3 4 5"}, {"a a a a", "2"}, {"a b b c d", "3 1"}, {"a b a b a", "1 2"},
	} {
		var all []*Generation
		for i, f := range strings.Fields(test.files) {
			all = append(all, &Generation{Number: i + 1, Files: []KeptFile{{"web.cell", 0o644, f}}})
		}
		var got []string
		for _, g := range surplus(all, 3) {
			got = append(got, strconv.Itoa(g.Number))
		}
		if strings.Join(got, " ") != test.gone {
			t.Errorf("%s: %v go, want %s", test.files, got, test.gone)
		}
	}
	if got := surplus([]*Generation{{Number: 1}, {Number: 2}}, 0); len(got) != 1 {
		t.Errorf("the newest goes: %v", got)
	}
}

func TestPublished(t *testing.T) {
	sums := filepath.Join(t.TempDir(), "SHA512")
	digest := strings.Repeat("0a", 64)
	os.WriteFile(sums, []byte("MD5 (a.tgz) = 00\nSHA512 (a.tgz) = "+strings.ToUpper(digest)+"\n"+
		strings.Repeat("0b", 32)+"  ./b.tgz\n"+strings.Repeat("0c", 20)+"  c.tgz\n"), 0o644)
	for name, want := range map[string]string{"a.tgz": digest, "b.tgz": strings.Repeat("0b", 32)} {
		if got, err := published(sums, name); err != nil || got != want {
			t.Errorf("%s: %s %v", name, got, err)
		}
	}
	for _, name := range []string{"c.tgz", "d.tgz"} {
		if got, err := published(sums, name); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestHostEtc(t *testing.T) {
	for name, want := range map[string]bool{"passwd": true, "ssl": true, "ssl/certs": true, "ssl/certs/x": true,
		"ssl/private": false, "shadow": false, "master.passwd": false, "spwd.db": false, "ssh": false, "pass": false,
		"openssl/openssl.cnf": true, "krb5.keytab": false} {
		if got := fromHostEtc(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestResolve(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	os.Mkdir(filepath.Join(dir, "real"), 0o755)
	os.Symlink("real", filepath.Join(dir, "link"))
	for in, want := range map[string]string{"link/not/yet": "real/not/yet", "real": "real", "link": "real", "no": "no"} {
		if got := resolve(filepath.Join(dir, in)); got != filepath.Join(dir, want) {
			t.Errorf("%s: %s", in, got)
		}
	}
}
