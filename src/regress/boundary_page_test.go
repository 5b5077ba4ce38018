//go:build !netbsd

package regress

import (
	"os"
	"strings"
	"testing"
)

// TestBoundaryPage: the manual page has each boundary with its state, in the
// order of the table, and no other.
func TestBoundaryPage(t *testing.T) {
	text, err := os.ReadFile("../../man/secmodel_cell.9")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), ".Sh BOUNDARIES\n")
	if !ok {
		t.Fatal("no section BOUNDARIES")
	}
	section, _, _ = strings.Cut(section, "\n.Sh ")
	var got []boundary
	lines := strings.Split(section, "\n")
	for i, line := range lines {
		subject, ok := strings.CutPrefix(line, ".It ")
		if !ok {
			continue
		}
		state := ""
		if i+1 < len(lines) {
			state = strings.TrimSuffix(strings.TrimPrefix(lines[i+1], ".Em "), " .")
		}
		got = append(got, boundary{subject, state})
	}
	for i := range max(len(got), len(boundaries)) {
		switch {
		case i >= len(got):
			t.Errorf("the page lacks %+v", boundaries[i])
		case i >= len(boundaries):
			t.Errorf("the page has %+v, which nothing tries", got[i])
		case got[i] != boundaries[i]:
			t.Errorf("the page has %+v, want %+v", got[i], boundaries[i])
		}
	}
}
