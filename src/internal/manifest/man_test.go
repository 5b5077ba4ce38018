package manifest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/mantest"
)

// documented lists what follows `.It Cm' in a part of a manual page.
func documented(t *testing.T, page, from, to string) []string {
	t.Helper()
	_, text, _ := strings.Cut(source(t, page), from)
	text, _, _ = strings.Cut(text, to)
	return mantest.Items(text, "Cm")
}

func source(t *testing.T, page string) string {
	t.Helper()
	b, err := os.ReadFile("../../../man/" + page)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(ds []Directive) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.Name)
	}
	return out
}

// TestManual: the pages have every directive, in the order of the grammar.
func TestManual(t *testing.T) {
	tests := []struct {
		page, from, to string
		want           []string
	}{
		{"cell.5", ".Sh DESCRIPTION", ".Ss cells.conf", names(CellDirectives())},
		{"cell.5", ".Ss cells.conf", ".Sh FILES", names(ConfDirectives())},
		{"volume.5", ".Sh DESCRIPTION", ".Sh FILES", names(VolumeDirectives())},
	}
	for _, test := range tests {
		if got := documented(t, test.page, test.from, test.to); !slices.Equal(got, test.want) {
			t.Errorf("%s has %v, the grammar %v", test.page, got, test.want)
		}
	}
}

// operandMacros are what a page writes operands with.
var operandMacros = regexp.MustCompile(`\b(Cm|Ar|Op|Oo|Oc|Ns|Pa)\b|\\&`)

// TestManualOperands: the operands of each directive are those of the table.
func TestManualOperands(t *testing.T) {
	squeeze := func(s string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", "[", "", "]", "", "|", "", "...", "").Replace(s))
	}
	for page, rows := range map[string][]Directive{"cell.5": append(CellDirectives(), ConfDirectives()...), "volume.5": VolumeDirectives()} {
		var lines []string
		for _, m := range regexp.MustCompile(`(?m)^\.It Cm (.*)$`).FindAllStringSubmatch(source(t, page), -1) {
			lines = append(lines, squeeze(operandMacros.ReplaceAllString(m[1], " ")))
		}
		for _, d := range rows {
			if want := squeeze(d.Name + " " + d.Args); !slices.Contains(lines, want) {
				t.Errorf("%s: no %q among %q", page, want, lines)
			}
		}
	}
}

// TestManualWords: every word that a directive takes is on the page.
func TestManualWords(t *testing.T) {
	text := source(t, "cell.5")
	for _, list := range [][]string{cell.Profiles(), cell.Modes(), cell.ExceptionNames(), cell.RlimitNames()} {
		for _, w := range list {
			if !regexp.MustCompile(`(?m)^\.(Cm|It).*\b` + w + `\b`).MatchString(text) {
				t.Errorf("cell.5 does not have %q", w)
			}
		}
	}
}

func TestManualLint(t *testing.T) { mantest.Lint(t, "../../../man/cell.5", "../../../man/volume.5") }
