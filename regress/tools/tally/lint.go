package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// parseLint counts lines `ok NAME', `FAIL NAME: why' and `skip NAME: why'.
// Lines that start with a TAB explain the line before them.
func parseLint(r io.Reader, report *Report) error {
	scanner := bufio.NewScanner(r)
	var last *Case
	for scanner.Scan() {
		line := scanner.Text()
		if more, ok := strings.CutPrefix(line, "\t"); ok {
			if last != nil {
				last.Why = joinNonEmpty([]string{last.Why, more})
			}
			continue
		}
		verdict, rest, _ := strings.Cut(line, " ")
		name, why, _ := strings.Cut(rest, ": ")
		last = nil
		switch verdict {
		case "ok":
			report.Passed++
		case "FAIL":
			report.fail(name, why)
			last = &report.Failed[len(report.Failed)-1]
		case "skip":
			report.skip(name, why)
			last = &report.Skipped[len(report.Skipped)-1]
		default:
			return fmt.Errorf("what is %q?", line)
		}
	}
	return scanner.Err()
}
