package main

import (
	"slices"
	"strings"
	"testing"

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

// TestManBackup: every action of backup is on the page, and the fields of its list.
func TestManBackup(t *testing.T) {
	var want []string
	for _, v := range backupProgram().Verbs {
		if !v.Hidden {
			want = append(want, v.Name)
		}
	}
	p := mantest.Read(t, page)
	actions, _, _ := strings.Cut(p.Sections["backup"], "\nThe fields are:\n")
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
