package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
)

func createVerb() cli.Verb {
	return cli.Verb{
		Name: "create", Operands: "CELL DIRECTIVE=OPERANDS...", Min: 2, Max: -1,
		Summary: "writes the manifest of a new cell",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error { return create(ctx, args[0], args[1:]) }
		},
	}
}

func create(ctx *cli.Context, name string, edits []string) error {
	if err := cell.CheckName(name); err != nil {
		return cli.AsUsage(err)
	}
	return withLock(ctx, nil, func(e *engine.Engine) error {
		if e.Set.Cells[name] != nil {
			return fmt.Errorf("%s: there is a manifest already; `cellmgr set' changes it", name)
		}
		if err := edit(e, name, "", edits); err != nil {
			return err
		}
		fmt.Fprintf(ctx.Out, "%s written; `cellmgr apply %s' makes it so\n", e.Set.Cells[name].File, name)
		return nil
	})
}

func setVerb() cli.Verb {
	return cli.Verb{
		Name: "set", Operands: "CELL DIRECTIVE[+|-]=OPERANDS...", Min: 2, Max: -1,
		Summary: "changes a manifest: sets directives, or adds to them, or takes from them",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error { return set(ctx, args[0], args[1:]) }
		},
	}
}

func set(ctx *cli.Context, name string, edits []string) error {
	return withLock(ctx, []string{name}, func(e *engine.Engine) error {
		text, err := os.ReadFile(e.Set.Cells[name].File)
		if err != nil {
			return err
		}
		if err := edit(e, name, string(text), edits); err != nil {
			return err
		}
		fmt.Fprintf(ctx.Out, "%s changed; `cellmgr apply %s' makes it so\n", e.Set.Cells[name].File, name)
		return nil
	})
}

// edit changes the text of a manifest as edits say and writes it, if it is
// without mistakes.
func edit(e *engine.Engine, name, text string, edits []string) error {
	known := manifest.CellDirectives()
	for _, s := range edits {
		ed, err := manifest.ParseEdit(s, known)
		if err != nil {
			return cli.AsUsage(err)
		}
		if text, err = ed.Apply(text, repeats(known, ed.Name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return e.WriteManifests(map[string][]byte{name + manifest.CellSuffix: []byte(text)})
}

func repeats(known []manifest.Directive, name string) bool {
	for _, d := range known {
		if d.Name == name {
			return d.Repeat
		}
	}
	return false
}
