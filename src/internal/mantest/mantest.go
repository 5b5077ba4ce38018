// Package mantest holds manual pages against the programs that they are
// about.  It is for tests only.
package mantest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/table"
)

// Page is the source of a manual page in mdoc(7).
type Page struct {
	Path     string
	Order    []string          // what follows .Sh or .Ss, in the page's order
	Sections map[string]string // the source of each, its heading included
}

var heading = regexp.MustCompile(`^\.S[hs] (.*)\n`)

// Read reads a page, or ends the test.
func Read(t *testing.T, path string) Page {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := Page{Path: path, Sections: map[string]string{}}
	name := ""
	for line := range strings.Lines(string(b)) {
		if m := heading.FindStringSubmatch(line); m != nil {
			name = m[1]
			p.Order = append(p.Order, name)
		}
		p.Sections[name] += line
	}
	return p
}

// Items lists the word that follows `.It MACRO' in a text, such as a section.
func Items(text, macro string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\.It `+macro+` (\S+)`).FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// Verbs wants a subsection for each verb that is not hidden, in the order of
// the table, then one for help, and every verb in the SYNOPSIS.
func (p Page) Verbs(t *testing.T, verbs []cli.Verb) {
	t.Helper()
	var want, got []string
	for _, v := range verbs {
		if v.Hidden {
			continue
		}
		want = append(want, v.Name)
		if !strings.Contains(p.Sections["SYNOPSIS"], "\n.Cm "+v.Name+"\n") {
			t.Errorf("%s is not in the SYNOPSIS", v.Name)
		}
	}
	want = append(want, "help")
	for _, s := range p.Order {
		if s == strings.ToLower(s) {
			got = append(got, s)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has %v, the program %v", got, want)
	}
}

// Options wants exactly the options of each verb in its subsection, and a
// letter for each.
func (p Page) Options(t *testing.T, verbs []cli.Verb) {
	t.Helper()
	for _, v := range verbs {
		if v.Hidden {
			continue
		}
		var want []string
		v.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Shorthand == "" {
				t.Errorf("%s: option --%s has no letter", v.Name, f.Name)
			}
			want = append(want, f.Shorthand)
		})
		got := Items(p.Sections[v.Name], "Fl")
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: the page has options %v, the program %v", v.Name, got, want)
		}
	}
}

// Fields are the names of a listing's fields: those that are shown, and those
// that -o adds.
type Fields [2][]string

// FieldsOf are the names of fields.
func FieldsOf[T any](fields []table.Field[T]) (out Fields) {
	for _, f := range fields {
		i := 0
		if f.Extra {
			i = 1
		}
		out[i] = append(out[i], f.Name)
	}
	return out
}

// Listings wants the fields of each listing verb in their order, and no
// listing verb left out.  A field whose name ends in an argument, as in
// denied-SCOPE, is listed once for all in a row that begin alike.
func (p Page) Listings(t *testing.T, verbs []cli.Verb, listings map[string]Fields) {
	t.Helper()
	for verb, fields := range listings {
		section := p.Sections[verb]
		if _, list, ok := strings.Cut(section, "\nThe fields are:\n"); ok {
			section = list
		}
		shown, extra, _ := strings.Cut(section, "\n.Fl o\nalso:\n")
		for i, text := range []string{shown, extra} {
			if want, got := family(fields[i]), Items(text, "Cm"); !slices.Equal(got, want) {
				t.Errorf("%s: the page has fields %v, the program %v", verb, got, want)
			}
		}
	}
	for _, v := range verbs {
		if _, ok := listings[v.Name]; ok != (v.Flags().Lookup("no-header") != nil) {
			t.Errorf("%s: is it a listing verb?", v.Name)
		}
	}
}

// family shortens names with an argument to what is before it.
func family(names []string) []string {
	var out []string
	for _, n := range names {
		if head, _, ok := strings.Cut(n, "-"); ok {
			n = head + "-"
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Statuses wants these numbers under EXIT STATUS.
func (p Page) Statuses(t *testing.T, want ...int) {
	t.Helper()
	var got []int
	for _, m := range regexp.MustCompile(`(?m)^\.It (\d+)$`).FindAllStringSubmatch(p.Sections["EXIT STATUS"], -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if !slices.Equal(got, want) {
		t.Errorf("EXIT STATUS has %v, the program %v", got, want)
	}
}

// Environment wants each variable under ENVIRONMENT.
func (p Page) Environment(t *testing.T, names ...string) {
	t.Helper()
	for _, n := range names {
		if !slices.Contains(Items(p.Sections["ENVIRONMENT"], "Ev"), n) {
			t.Errorf("ENVIRONMENT: %s is missing", n)
		}
	}
}

// Says wants each word in a section, on a line of a macro that marks words
// that are typed as they are.
func (p Page) Says(t *testing.T, section string, words ...string) {
	t.Helper()
	for _, w := range words {
		typed := regexp.MustCompile(`(?m)^\.(Cm|It|Pq Cm|Ox)[^\n]*\b` + regexp.QuoteMeta(w) + `\b`)
		if !typed.MatchString(p.Sections[section]) {
			t.Errorf("%s: %s is not said", section, w)
		}
	}
}

// Lint has mandoc(1) read pages.
func Lint(t *testing.T, paths ...string) {
	t.Helper()
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("no mandoc here")
	}
	args := append([]string{"-Tlint", "-W", "warning"}, paths...)
	if out, err := exec.Command(mandoc, args...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
