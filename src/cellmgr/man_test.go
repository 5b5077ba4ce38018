package main

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
	"cells/src/internal/manifest"
	"cells/src/internal/table"
)

const page = "../../man/cellmgr.8"

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
		"status": split(statusFields), "list": split(listFields), "history": split(historyFields),
		"volume": split(volumeFields), "base": split(baseFields), "doctor": split(doctorFields),
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
	var want []string
	for _, v := range program().Verbs {
		if v.Hidden {
			continue
		}
		want = append(want, v.Name)
		if !strings.Contains(sections["SYNOPSIS"], "\n.Cm "+v.Name+"\n") {
			t.Errorf("%s is not in the SYNOPSIS", v.Name)
		}
	}
	want = append(want, "help")
	var got []string
	for _, s := range order {
		if s == strings.ToLower(s) {
			got = append(got, s)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has %v, the program %v", got, want)
	}
}

func TestManOptions(t *testing.T) {
	_, sections := manual(t)
	for _, v := range program().Verbs {
		var flags []string
		v.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Shorthand == "" {
				t.Errorf("%s: option --%s has no letter", v.Name, f.Name)
			}
			flags = append(flags, f.Shorthand)
		})
		got := items(sections[v.Name], "Fl")
		slices.Sort(flags)
		slices.Sort(got)
		if !v.Hidden && !slices.Equal(flags, got) {
			t.Errorf("%s: the page has options %v, the program %v", v.Name, got, flags)
		}
	}
}

func TestManFields(t *testing.T) {
	_, sections := manual(t)
	for verb, fields := range listings() {
		_, list, _ := strings.Cut(sections[verb], "\nThe fields are:\n")
		shown, extra, _ := strings.Cut(list, "\n.Fl o\nalso:\n")
		for i, text := range []string{shown, extra} {
			if got := items(text, "Cm"); !slices.Equal(got, fields[i]) {
				t.Errorf("%s: the page has fields %v, the program %v", verb, got, fields[i])
			}
		}
	}
	for _, v := range program().Verbs {
		if _, ok := listings()[v.Name]; ok != (v.Flags().Lookup("no-header") != nil) {
			t.Errorf("%s: is it a listing verb?", v.Name)
		}
	}
}

// TestManBackup: every action of backup is on the page.
func TestManBackup(t *testing.T) {
	_, sections := manual(t)
	var want []string
	for _, v := range backupProgram().Verbs {
		if !v.Hidden {
			want = append(want, v.Name)
		}
	}
	if got := items(sections["backup"], "Cm"); !slices.Equal(got, want) {
		t.Errorf("the page has actions %v, the program %v", got, want)
	}
}

func TestManWords(t *testing.T) {
	_, sections := manual(t)
	var want, got []string
	for _, n := range []int{cli.OK, cli.Failed, cli.Usage, cli.Drift} {
		want = append(want, strconv.Itoa(n))
	}
	for _, m := range regexp.MustCompile(`(?m)^\.It (\d+)$`).FindAllStringSubmatch(sections["EXIT STATUS"], -1) {
		got = append(got, m[1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("EXIT STATUS has %v, the program %v", got, want)
	}
	for _, env := range []string{manifest.EnvEtc, manifest.EnvState, manifest.EnvRun, manifest.EnvBackup, "CELLS_RIG"} {
		if !slices.Contains(items(sections["ENVIRONMENT"], "Ev"), env) {
			t.Errorf("ENVIRONMENT: %s is missing", env)
		}
	}
	for _, v := range views {
		if !strings.Contains(sections["show"], ".Cm "+v) || !strings.Contains(sections["list"], ".Cm "+v) {
			t.Errorf("view %s is not said", v)
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
