package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// names of cases, joined, so that one string compares them all.
func names(cases []Case) string {
	var list []string
	for _, c := range cases {
		list = append(list, c.Name)
	}
	return strings.Join(list, " ")
}

func TestParsers(t *testing.T) {
	tests := []struct {
		name, suffix, input string
		passed              int
		failed, skipped     string
	}{
		{"go: leaves count, parents do not", ".gotest", `
{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"run","Package":"p","Test":"A/y"}
{"Action":"skip","Package":"p","Test":"A/y"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}`, 1, "", "p.A/y"},
		{"go: a failure counts once", ".gotest", `
{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, 0, "p.A/x", ""},
		{"go: a parent that fails by itself", ".gotest", `
{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"run","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, 1, "p.A", ""},
		{"go: a test that never ended", ".gotest", `
{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}`, 0, "p.A", ""},
		{"go: a stream cut short", ".gotest", `
{"Action":"start","Package":"p"}`, 0, "p", ""},
		{"go: a package that does not build", ".gotest", `
{"Action":"build-output","ImportPath":"p [p.test]","Output":"no\n"}
{"Action":"build-fail","ImportPath":"p [p.test]"}
{"Action":"start","Package":"p"}
{"Action":"fail","Package":"p"}`, 0, "p", ""},
		{"junit", ".junit", `<?xml version="1.0" encoding="iso-8859-1"?><testsuite>
<testcase classname="a" name="good" time="0"><system-out>` + "\x1b\xe4" + `</system-out></testcase>
<testcase classname="a" name="bad" time="0"><failure message="m"/></testcase>
<testcase classname="a" name="broken" time="0"><error message="m"/></testcase>
<testcase classname="a" name="left" time="0"><skipped/></testcase>
</testsuite>`, 1, "a:bad a:broken", "a:left"},
		{"lint", ".lint", "ok a\nFAIL b: why\n\tmore\nskip c: not here\nok d\n", 2, "b", "c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r Report
			if err := parsers[test.suffix](strings.NewReader(test.input), &r); err != nil {
				t.Fatal(err)
			}
			if r.Passed != test.passed || names(r.Failed) != test.failed || names(r.Skipped) != test.skipped {
				t.Errorf("%d passed, failed [%s], skipped [%s]; want %d, [%s], [%s]", r.Passed,
					names(r.Failed), names(r.Skipped), test.passed, test.failed, test.skipped)
			}
		})
	}
}

func TestMalformed(t *testing.T) {
	for suffix, input := range map[string]string{".gotest": "FAIL p\n", ".junit": "<testsuite", ".lint": "good a\n"} {
		if err := parsers[suffix](strings.NewReader(input), new(Report)); err == nil {
			t.Errorf("%s: %q was taken for a report", suffix, input)
		}
	}
}

func TestSum(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		last  string
		well  bool
	}{
		{"all well", map[string]string{"a.lint": "ok x\n", "a.status": "0\n", "b.lint": "skip y: z\n", "b.status": "0\n"},
			"1 passed, 0 failed, 1 skipped", true},
		{"without skips", map[string]string{"a.lint": "ok x\n", "a.status": "0\n"}, "1 passed, 0 failed", true},
		{"a failure", map[string]string{"a.lint": "ok x\nFAIL y: z\n", "a.status": "1\n"}, "1 passed, 1 failed", false},
		{"an unexplained status", map[string]string{"a.lint": "ok x\n", "a.status": "2\n"}, "1 passed, 1 failed", false},
		{"no status", map[string]string{"a.lint": "ok x\n"}, "1 passed, 1 failed", false},
		{"an empty report", map[string]string{"a.lint": "", "a.status": "0\n", "b.lint": "ok x\n", "b.status": "0\n"},
			"1 passed, 1 failed", false},
		{"only skips", map[string]string{"a.lint": "skip x: y\n", "a.status": "0\n"}, "0 passed, 0 failed, 1 skipped", false},
		{"nothing", nil, "0 passed, 0 failed", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range test.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			reports, err := readAll(dir)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			well := write(&out, reports)
			lines := strings.Split(strings.TrimRight(out.String(), "\n"), "\n")
			if last := lines[len(lines)-1]; last != test.last || well != test.well {
				t.Errorf("%q, %v; want %q, %v", last, well, test.last, test.well)
			}
		})
	}
}
