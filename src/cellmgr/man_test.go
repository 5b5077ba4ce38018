package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/manifest"
	"cells/src/internal/mantest"
)

const page = "../../man/cellmgr.8"

func TestManVerbs(t *testing.T) { mantest.Read(t, page).Verbs(t, program().Verbs) }

func TestManOptions(t *testing.T) { mantest.Read(t, page).Options(t, program().Verbs) }

func TestManFields(t *testing.T) {
	mantest.Read(t, page).Listings(t, program().Verbs, map[string]mantest.Fields{
		"status": mantest.FieldsOf(statusFields), "list": mantest.FieldsOf(listFields),
		"history": mantest.FieldsOf(historyFields), "volume": mantest.FieldsOf(volumeFields),
		"base": mantest.FieldsOf(baseFields), "doctor": mantest.FieldsOf(doctorFields),
	})
}

// TestManBackup: every action of backup is on the page with its options, and
// the fields of its list.
func TestManBackup(t *testing.T) {
	p := mantest.Read(t, page)
	actions, _, _ := strings.Cut(p.Sections["backup"], "\nThe fields are:\n")
	letters := regexp.MustCompile(`Fl (\w+)`)
	var want []string
	for _, v := range backupProgram().Verbs {
		if v.Hidden {
			continue
		}
		want = append(want, v.Name)
		head := regexp.MustCompile(`(?m)^\.It Cm ` + v.Name + `\b.*`).FindString(actions)
		var got string
		for _, m := range letters.FindAllStringSubmatch(head, -1) {
			got += m[1]
		}
		var options string
		v.Flags().VisitAll(func(f *pflag.Flag) { options += f.Shorthand })
		if len(got) != len(options) || strings.Trim(got, options) != "" {
			t.Errorf("%s: the page has options %s, the program %s", v.Name, got, options)
		}
	}
	if got := mantest.Items(actions, "Cm"); !slices.Equal(got, want) {
		t.Errorf("the page has actions %v, the program %v", got, want)
	}
	p.Listings(t, nil, map[string]mantest.Fields{"backup": mantest.FieldsOf(backupFields)})
}

func TestManWords(t *testing.T) {
	p := mantest.Read(t, page)
	p.Statuses(t, cli.OK, cli.Failed, cli.Usage, cli.Drift)
	p.Environment(t, manifest.EnvEtc, manifest.EnvState, manifest.EnvRun, manifest.EnvBackup, "CELLS_RIG")
	for _, v := range views {
		if !strings.Contains(p.Sections["show"], ".Cm "+v) || !strings.Contains(p.Sections["list"], ".Cm "+v) {
			t.Errorf("view %s is not said", v)
		}
	}
}

func TestManLint(t *testing.T) { mantest.Lint(t, page) }
