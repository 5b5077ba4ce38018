// Command cellctl is the runtime adapter of secmodel_cell(9): one kernel
// operation per verb, plus exec and supervise.  See cellctl(8).
package main

import (
	"errors"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/enter"
)

func main() {
	enter.Exit(program().Main())
}

// program is the table of verbs, in the order of the manual.
func program() *cli.Program {
	return &cli.Program{
		Name:    "cellctl",
		Summary: "Creates, enters, watches and ends cells: one kernel operation per verb.",
		Verbs: []cli.Verb{
			createVerb(), setVerb(), allowVerb(), denyVerb(),
			execVerb(), superviseVerb(), superviseChildVerb(),
			killVerb(), destroyVerb(),
			listVerb(), statsVerb(), denialsVerb(),
			explainVerb(), suggestVerb(), policyVerb(),
			probeVerb(), probeChildVerb(),
			versionVerb(), completionVerb(),
		},
		Words: map[string][]string{
			"PROFILE":   cell.Profiles(),
			"EXCEPTION": cell.ExceptionNames(),
			"ALLOW":     cell.ExceptionNames(),
			"SHELL":     cli.Shells(),
			"KEY=VALUE": setKeys(),
		},
		Commands: map[string]string{
			"CELL": "cellctl list -H -o name",
		},
	}
}

// commandStatus gives the failure of a command in the cell with that name the
// status that sh(1) has.
func commandStatus(ctx *cli.Context, name string, err error) error {
	var ce *enter.CommandError
	if !errors.As(err, &ce) {
		return err
	}
	ctx.Warn("%s: %v", name, err)
	return cli.Status(ce.Status)
}
