package main

import (
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strings"
)

// event is one line of go test -json; see `go doc test2json'.
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// goTest is one test of one package, or with an empty name the package.
type goTest struct {
	pkg, name string
}

// goRun is what is known of the tests after reading all events.
type goRun struct {
	verdict  map[goTest]string // last of run, pass, fail, skip
	output   map[goTest]*strings.Builder
	children map[goTest]bool // has subtests
	broken   map[goTest]bool // a subtest or a test of it failed
}

// parseGotest counts tests without subtests, and what failed above them: a
// test whose subtests all passed, a package that did not build or that died.
func parseGotest(r io.Reader, report *Report) error {
	run := goRun{map[goTest]string{}, map[goTest]*strings.Builder{}, map[goTest]bool{}, map[goTest]bool{}}
	decoder := json.NewDecoder(r)
	for {
		var e event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		run.add(e)
	}
	run.count(report)
	return nil
}

func (run *goRun) add(e event) {
	if e.Package == "" {
		e.Package, _, _ = strings.Cut(e.ImportPath, " ")
	}
	test := goTest{e.Package, e.Test}
	switch e.Action {
	case "output", "build-output":
		if run.output[test] == nil {
			run.output[test] = &strings.Builder{}
		}
		run.output[test].WriteString(e.Output)
	case "start", "run", "pass", "fail", "skip":
		run.verdict[test] = e.Action
		for parent, ok := test.parent(); ok; parent, ok = parent.parent() {
			if parent.name != "" {
				run.children[parent] = true
			}
			run.broken[parent] = run.broken[parent] || e.Action == "fail"
		}
	}
}

// parent is the test around a subtest, or the package around a test.
func (t goTest) parent() (goTest, bool) {
	if t.name == "" {
		return t, false
	}
	above := max(strings.LastIndexByte(t.name, '/'), 0)
	return goTest{t.pkg, t.name[:above]}, true
}

func (run *goRun) count(report *Report) {
	tests := make([]goTest, 0, len(run.verdict))
	for test := range run.verdict {
		tests = append(tests, test)
	}
	sort.Slice(tests, func(i, j int) bool {
		a, b := tests[i], tests[j]
		return a.pkg < b.pkg || a.pkg == b.pkg && a.name < b.name
	})
	unfinished := map[string]bool{}
	for _, test := range tests {
		if test.name != "" && run.verdict[test] == "run" && !run.children[test] {
			report.fail(test.String(), "it never ended\n"+run.text(test))
			unfinished[test.pkg] = true
		}
	}
	for _, test := range tests {
		leaf := test.name != "" && !run.children[test]
		switch verdict := run.verdict[test]; {
		case verdict == "pass" && leaf:
			report.Passed++
		case verdict == "skip" && leaf:
			report.skip(test.String(), run.text(test))
		case verdict == "fail" && !run.broken[test] && !(test.name == "" && unfinished[test.pkg]):
			report.fail(test.String(), run.text(test))
		case verdict == "start":
			report.fail(test.String(), "it never ended\n"+run.text(test))
		}
	}
}

func (t goTest) String() string {
	if t.name == "" {
		return t.pkg
	}
	return t.pkg + "." + t.name
}

// text is what a test printed, without the runner's own marks.
func (run *goRun) text(test goTest) string {
	if run.output[test] == nil {
		return ""
	}
	var kept []string
	for _, line := range strings.Split(run.output[test].String(), "\n") {
		if !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(strings.TrimSpace(line), "--- ") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "\n")
}
