package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/enter"
	"cells/src/internal/table"
)

const page = "../../man/cellctl.8"

// manual reads the page; sections are keyed by the text after .Sh or .Ss.
func manual(t *testing.T) (order []string, sections map[string]string) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	sections = map[string]string{}
	name := ""
	for line := range strings.Lines(string(b)) {
		if m := regexp.MustCompile(`^\.S[hs] (.*)\n`).FindStringSubmatch(line); m != nil {
			name = m[1]
			order = append(order, name)
		}
		sections[name] += line
	}
	return order, sections
}

// items lists what follows `.It MACRO' in a section.
func items(section, macro string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\.It `+macro+` (\S+)`).FindAllStringSubmatch(section, -1) {
		out = append(out, m[1])
	}
	return out
}

// listings are the fields of every listing verb, those shown first and those
// that -o adds.
func listings() map[string][2][]string {
	return map[string][2][]string{
		"list": split(listFields), "stats": split(statFields), "denials": split(denialFields),
		"explain": split(explainFields), "policy": split(policyFields),
		"probe": split(probeFields), "version": split(versionFields),
	}
}

func split[T any](fields []table.Field[T]) (out [2][]string) {
	for _, f := range fields {
		i := 0
		if f.Extra {
			i = 1
		}
		out[i] = append(out[i], f.Name)
	}
	return out
}

func TestManVerbs(t *testing.T) {
	order, sections := manual(t)
	var verbs []string
	for _, v := range program().Verbs {
		if v.Hidden {
			continue
		}
		verbs = append(verbs, v.Name)
		if !strings.Contains(sections["SYNOPSIS"], "\n.Cm "+v.Name+"\n") {
			t.Errorf("%s is not in the SYNOPSIS", v.Name)
		}
	}
	verbs = append(verbs, "help")
	var documented []string
	for _, s := range order {
		if s == strings.ToLower(s) {
			documented = append(documented, s)
		}
	}
	if !slices.Equal(documented, verbs) {
		t.Errorf("the page has %v, the program %v", documented, verbs)
	}
}

func TestManOptions(t *testing.T) {
	_, sections := manual(t)
	for _, v := range program().Verbs {
		if v.Hidden {
			continue
		}
		var flags []string
		v.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Shorthand == "" {
				t.Errorf("%s: option --%s has no letter", v.Name, f.Name)
			}
			flags = append(flags, f.Shorthand)
		})
		documented := items(sections[v.Name], "Fl")
		sort.Strings(flags)
		sort.Strings(documented)
		if !slices.Equal(flags, documented) {
			t.Errorf("%s: the page has options %v, the program %v", v.Name, documented, flags)
		}
	}
}

func TestManFields(t *testing.T) {
	_, sections := manual(t)
	scoped := regexp.MustCompile(`^(denied|learned|excepted)-`)
	for verb, fields := range listings() {
		shown, extra, _ := strings.Cut(sections[verb], "\n.Fl o\nalso:\n")
		for i, text := range []string{shown, extra} {
			var want []string
			for _, f := range fields[i] {
				f = scoped.ReplaceAllString(f, "$1-\x00")
				f, _, _ = strings.Cut(f, "\x00")
				if !slices.Contains(want, f) {
					want = append(want, f)
				}
			}
			if got := items(text, "Cm"); !slices.Equal(got, want) {
				t.Errorf("%s: the page has fields %v, the program %v", verb, got, want)
			}
		}
	}
	for _, v := range program().Verbs {
		if _, ok := listings()[v.Name]; ok != (v.Flags().Lookup("no-header") != nil) {
			t.Errorf("%s: is it a listing verb?", v.Name)
		}
	}
}

func TestManWords(t *testing.T) {
	_, sections := manual(t)
	var statuses []string
	for _, n := range []int{cli.OK, cli.Failed, cli.Usage, enter.StatusNotExecutable, enter.StatusNotFound} {
		statuses = append(statuses, strconv.Itoa(n))
	}
	var got []string
	for _, m := range regexp.MustCompile(`(?m)^\.It (\d+)$`).FindAllStringSubmatch(sections["EXIT STATUS"], -1) {
		got = append(got, m[1])
	}
	if !slices.Equal(got, statuses) {
		t.Errorf("EXIT STATUS has %v, the program %v", got, statuses)
	}
	if got := items(sections["EXCEPTIONS"], "Cm"); !slices.Equal(got, cell.ExceptionNames()) {
		t.Errorf("EXCEPTIONS has %v", got)
	}
	words := func(section string, names []string) {
		for _, n := range names {
			if !regexp.MustCompile(`(?m)^\.(Cm|Pq Cm|Ox)[^\n]*\b` + regexp.QuoteMeta(n) + `\b`).MatchString(sections[section]) {
				t.Errorf("%s: %s is not said", section, n)
			}
		}
	}
	words("set", setKeys())
	words("create", cell.Profiles())
	words("completion", cli.Shells())
	words("stats", cell.Scopes())
	words("exec", cell.RlimitNames())
	for _, env := range []string{"CELLS_RIG", "CELLS_RUN", "CELLS_SYSLOG"} {
		if !slices.Contains(items(sections["ENVIRONMENT"], "Ev"), env) {
			t.Errorf("ENVIRONMENT: %s is missing", env)
		}
	}
}

func TestManLint(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("no mandoc here")
	}
	if out, err := exec.Command(mandoc, "-Tlint", "-W", "warning", page).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
