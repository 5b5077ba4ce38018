package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/work"
)

func removeVerb() cli.Verb {
	return cli.Verb{
		Name: "remove", Operands: "CELL...", Min: 1, Max: -1,
		Summary: "ends cells and removes their manifests; their data stays",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var data bool
			fs.BoolVarP(&data, "data", "d", false, "remove their private data, too")
			return func(ctx *cli.Context, names []string) error { return remove(ctx, data, names) }
		},
	}
}

// remove takes the manifests away first: a cell that is left behind by a
// sudden end then shows as one without a manifest, and is removed by doing
// the same again.
func remove(ctx *cli.Context, data bool, names []string) error {
	return withLock(ctx, nil, func(e *engine.Engine) error {
		w, err := e.Observe()
		if err != nil {
			return err
		}
		if err := work.Present(w, withoutKept(e, w, data, names)); err != nil {
			return err
		}
		changes := map[string][]byte{}
		for _, n := range names {
			if e.Set.Cells[n] != nil {
				changes[n+manifest.CellSuffix] = nil
			}
		}
		if err := e.WriteManifests(changes); err != nil {
			return fmt.Errorf("without it there would be mistakes: %w", err)
		}
		var errs []error
		for _, n := range names {
			errs = append(errs, e.RemoveFiles(n))
		}
		errs = append(errs, asker(ctx).Obey(ctx, e, plan.Remove(w, names)))
		for _, n := range names {
			if data {
				errs = append(errs, e.RemoveData(n))
			}
		}
		return errors.Join(errs...)
	})
}

// withoutKept leaves out the cells of which nothing is there but the data that
// is to be removed.
func withoutKept(e *engine.Engine, w plan.World, data bool, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return data && w.Cells[n] == nil && e.HasData(n)
	})
}
