package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/plan"
	"cells/src/internal/work"
)

// applyOptions are the options of plan and of apply.
type applyOptions struct {
	restart, prune, dry bool
}

func (o *applyOptions) flags(fs *pflag.FlagSet) {
	fs.BoolVarP(&o.restart, "restart", "r", false, "cells may be started anew where a change needs it")
	fs.BoolVarP(&o.prune, "prune", "p", false, "cells without a manifest are ended")
}

func (o applyOptions) plan(names []string) plan.Options {
	return plan.Options{Names: names, Restart: o.restart, Prune: o.prune}
}

func planVerb() cli.Verb {
	return cli.Verb{
		Name: "plan", Operands: "[CELL...]", Max: -1,
		Summary: "prints what apply would do; exit status 3 where that is something",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o applyOptions
			o.flags(fs)
			return func(ctx *cli.Context, names []string) error { return o.show(ctx, names) }
		},
	}
}

// show prints the plan and tells by its status whether there is one.
func (o applyOptions) show(ctx *cli.Context, names []string) error {
	return withEngine(ctx, names, func(e *engine.Engine) error {
		p, err := asker(ctx).Planned(e, o.plan(names))
		if p != nil {
			fmt.Fprint(ctx.Out, p.Text())
		}
		if err != nil {
			return err
		}
		return drift(ctx, p)
	})
}

// drift is the status that says whether something is left to do.
func drift(ctx *cli.Context, p *plan.Plan) error {
	if p.Empty() {
		fmt.Fprintln(ctx.Out, "nothing to do")
		return nil
	}
	return cli.Status(cli.Drift)
}

func applyVerb() cli.Verb {
	return cli.Verb{
		Name: "apply", Operands: "[CELL...]", Max: -1,
		Summary: "brings cells in line with their manifests",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o applyOptions
			o.flags(fs)
			fs.BoolVarP(&o.dry, "dry-run", "n", false, "only print what would be done, as plan does")
			return func(ctx *cli.Context, names []string) error {
				if o.dry {
					return o.show(ctx, names)
				}
				return withLock(ctx, names, func(e *engine.Engine) error {
					return apply(ctx, e, o.plan(names))
				})
			}
		},
	}
}

// apply plans and obeys; what is held back is told at the end, and makes the
// status that of drift, unless something went wrong.
func apply(ctx *cli.Context, e *engine.Engine, o plan.Options) error {
	p, err := asker(ctx).Apply(ctx, e, o)
	switch {
	case p == nil:
		return err
	case p.Held():
		held(ctx, p)
		if err == nil {
			err = cli.Status(cli.Drift)
		}
	case err == nil && p.Empty():
		fmt.Fprintln(ctx.Out, "nothing to do")
	}
	return err
}

// held tells what was not done because nobody has asked for it: the lines of
// the plan, and after them how to ask.
func held(ctx *cli.Context, p *plan.Plan) {
	var restart, prune []string
	for _, s := range p.Steps() {
		if s.Op != plan.Hold {
			continue
		}
		for _, l := range s.Lines {
			fmt.Fprint(ctx.Out, l.String(s.Cell))
		}
		if s.Lines[0].When == plan.PruneToo {
			prune = append(prune, s.Cell)
		} else {
			restart = append(restart, s.Cell)
		}
	}
	ctx.Out.Flush() // before what follows on standard error
	if len(restart) > 0 {
		ctx.Warn("not done (restart): %s; `cellmgr apply -r' starts anew what needs it", work.List(restart))
	}
	if len(prune) > 0 {
		ctx.Warn("not done (prune): %s; `cellmgr apply -p' ends what has no manifest", work.List(prune))
	}
}
