// Command cellmgr is the control plane of cells: manifests in, plan, apply,
// health, volumes, history.  It exits when it is done.  See cellmgr(8).
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"cells/src/internal/cli"
	"cells/src/internal/manifest"
)

func main() {
	// What an interrupted apply has begun for a cell is taken back.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	syscall.Umask(0o022)
	code := program().Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// program is the table of verbs, in the order of the manual.
func program() *cli.Program {
	return &cli.Program{
		Name:    "cellmgr",
		Summary: "Keeps cells as their manifests say.",
		Verbs:   verbs(),
		Words: map[string][]string{
			"VIEW":               views,
			"SHELL":              cli.Shells(),
			"DIRECTIVE":          directives(),
			"DIRECTIVE=OPERANDS": directives(),
		},
		Commands: map[string]string{
			"CELL":   "cellmgr list -H -o name",
			"VOLUME": "cellmgr volume list -H -o name",
			"BASE":   "cellmgr base list -H -o name",
			"BACKUP": "{ cellmgr list -H -o name; cellmgr backup list -H -o backup; }",
			"N":      "cellmgr history -H -o generation",
		},
	}
}

// verbs lists them.
func verbs() []cli.Verb {
	return []cli.Verb{
		checkVerb(), planVerb(), applyVerb(), statusVerb(), listVerb(), showVerb(),
		createVerb(), setVerb(), removeVerb(), startVerb(), stopVerb(), restartVerb(),
		shellVerb(), logsVerb(), historyVerb(), rollbackVerb(), backupVerb(), volumeVerb(), baseVerb(),
		doctorVerb(), completionVerb(),
	}
}

// directives lists the words that create and set take.
func directives() []string {
	var out []string
	for _, d := range manifest.CellDirectives() {
		out = append(out, d.Name)
	}
	return out
}
