package main

import (
	"slices"
	"testing"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/enter"
	"cells/src/internal/mantest"
)

const page = "../../man/cellctl.8"

func TestManVerbs(t *testing.T) { mantest.Read(t, page).Verbs(t, program().Verbs) }

func TestManOptions(t *testing.T) { mantest.Read(t, page).Options(t, program().Verbs) }

func TestManFields(t *testing.T) {
	mantest.Read(t, page).Listings(t, program().Verbs, map[string]mantest.Fields{
		"list": mantest.FieldsOf(listFields), "stats": mantest.FieldsOf(statFields),
		"denials": mantest.FieldsOf(denialFields), "explain": mantest.FieldsOf(explainFields),
		"policy": mantest.FieldsOf(policyFields), "probe": mantest.FieldsOf(probeFields),
		"version": mantest.FieldsOf(versionFields),
	})
}

func TestManWords(t *testing.T) {
	p := mantest.Read(t, page)
	p.Statuses(t, cli.OK, cli.Failed, cli.Usage, enter.StatusNotExecutable, enter.StatusNotFound)
	if got := mantest.Items(p.Sections["EXCEPTIONS"], "Cm"); !slices.Equal(got, cell.ExceptionNames()) {
		t.Errorf("EXCEPTIONS has %v", got)
	}
	p.Says(t, "set", setKeys()...)
	p.Says(t, "create", cell.Profiles()...)
	p.Says(t, "completion", cli.Shells()...)
	p.Says(t, "stats", cell.Scopes()...)
	p.Says(t, "exec", cell.RlimitNames()...)
	p.Environment(t, "CELLS_RIG", "CELLS_RUN", "CELLS_SYSLOG")
}

func TestManLint(t *testing.T) { mantest.Lint(t, page) }
