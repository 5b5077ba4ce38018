// Command tally adds up what the test runners of `make check' reported.
//
//	tally DIRECTORY
//
// Each runner leaves its own report in the directory, NAME.gotest (events of
// go test -json), NAME.junit (kyua report-junit) or NAME.lint (a line for
// each file), and its exit status in NAME.status.  What failed and what was
// skipped is printed with its reason, then a line for each runner, and as the
// last line the sum.  The exit status is 0 only if something ran, nothing
// failed, and every runner that failed says what did.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Case is one test that did not simply pass.
type Case struct {
	Name string
	Why  string // reason or output, maybe several lines
}

// A Report is what one runner says about itself.
type Report struct {
	Name    string
	Passed  int
	Failed  []Case
	Skipped []Case
}

func (r *Report) fail(name, why string) { r.Failed = append(r.Failed, Case{name, why}) }
func (r *Report) skip(name, why string) { r.Skipped = append(r.Skipped, Case{name, why}) }

// parsers by the suffix of a report's file name.
var parsers = map[string]func(io.Reader, *Report) error{
	".gotest": parseGotest,
	".junit":  parseJUnit,
	".lint":   parseLint,
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tally DIRECTORY")
		os.Exit(2)
	}
	reports, err := readAll(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "tally: %v\n", err)
		os.Exit(2)
	}
	if !write(os.Stdout, reports) {
		os.Exit(1)
	}
}

// readAll reads every report in dir, in the order of their names.
func readAll(dir string) ([]*Report, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var reports []*Report
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if parse := parsers[filepath.Ext(path)]; parse != nil {
			reports = append(reports, read(path, parse))
		}
	}
	return reports, nil
}

// read reads one report.  A report that cannot be read, that is empty, or
// that does not explain its runner's exit status counts as a failure.
func read(path string, parse func(io.Reader, *Report) error) *Report {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	r := &Report{Name: filepath.Base(stem)}
	file, err := os.Open(path)
	if err == nil {
		defer file.Close()
		err = parse(file, r)
	}
	if err != nil {
		r.fail(r.Name, "unreadable report: "+err.Error())
		return r
	}
	status, err := readStatus(stem + ".status")
	switch {
	case err != nil:
		r.fail(r.Name, "no exit status: "+err.Error())
	case status != 0 && len(r.Failed) == 0:
		r.fail(r.Name, fmt.Sprintf("exit status %d, but no failure in its report", status))
	case r.Passed+len(r.Failed)+len(r.Skipped) == 0:
		r.fail(r.Name, "nothing ran")
	}
	return r
}

func readStatus(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// write prints the reports and their sum, and tells whether all is well.
func write(w io.Writer, reports []*Report) bool {
	var passed, failed, skipped int
	for _, r := range reports {
		for _, c := range r.Skipped {
			fmt.Fprintf(w, "skipped %s %s%s\n", r.Name, c.Name, detail(c.Why, ": "))
		}
	}
	for _, r := range reports {
		for _, c := range r.Failed {
			fmt.Fprintf(w, "FAILED %s %s%s\n", r.Name, c.Name, detail(c.Why, "\n\t"))
		}
	}
	for _, r := range reports {
		fmt.Fprintf(w, "%-12s %5d passed %5d failed %5d skipped\n",
			r.Name, r.Passed, len(r.Failed), len(r.Skipped))
		passed += r.Passed
		failed += len(r.Failed)
		skipped += len(r.Skipped)
	}
	fmt.Fprintf(w, "%d passed, %d failed", passed, failed)
	if skipped > 0 {
		fmt.Fprintf(w, ", %d skipped", skipped)
	}
	fmt.Fprintln(w)
	return failed == 0 && passed > 0
}

// detail indents a reason below the line it belongs to.
func detail(why, lead string) string {
	why = strings.TrimRight(why, "\n")
	if why == "" {
		return ""
	}
	return lead + strings.ReplaceAll(why, "\n", "\n\t")
}
