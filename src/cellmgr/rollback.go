package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
)

func rollbackVerb() cli.Verb {
	return cli.Verb{
		Name: "rollback", Operands: "[N]", Max: 1,
		Summary: "puts the manifests of generation N, or of the one before, back and applies them",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o applyOptions
			o.flags(fs)
			fs.BoolVarP(&o.dry, "dry-run", "n", false, "only print how the files would change")
			return func(ctx *cli.Context, args []string) error { return o.rollback(ctx, args) }
		},
	}
}

// rollback works with manifests that are full of mistakes, too: they are what
// one wants to get away from.
func (o applyOptions) rollback(ctx *cli.Context, args []string) error {
	n := 0
	if len(args) > 0 {
		var err error
		if n, err = number(args[0]); err != nil {
			return err
		}
	}
	conf, release, err := asker(ctx).Locked()
	if err != nil {
		return err
	}
	defer release()
	back := engine.Offline(conf)
	g, err := target(back, n)
	if err != nil {
		return err
	}
	if o.dry {
		now, err := back.Now()
		if err != nil {
			return err
		}
		changes, err := back.Changes(now, g)
		fmt.Fprint(ctx.Out, changes)
		return err
	}
	if err := back.Restore(g); err != nil {
		return err
	}
	fmt.Fprintf(ctx.Out, "manifests are those of generation %d\n", g.Number)
	ctx.Out.Flush()
	return asker(ctx).Loaded(nil, func(e *engine.Engine) error { return apply(ctx, e, o.plan(nil)) })
}

// target is the generation to go back to.
func target(e *engine.Engine, n int) (*engine.Generation, error) {
	if n == 0 {
		return e.Previous()
	}
	return e.Generation(n)
}
