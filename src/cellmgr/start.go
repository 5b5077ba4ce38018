package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/plan"
	"cells/src/internal/words"
)

// all is the option of verbs that work on named cells or on every one.
type all bool

func (a *all) flags(fs *pflag.FlagSet) {
	fs.BoolVarP((*bool)(a), "all", "a", false, "every cell")
}

// check makes sure that cells are named or all are meant.
func (a all) check(verb string, names []string) error {
	if bool(a) == (len(names) > 0) {
		return cli.Usagef("%s: either cells or -a expected", verb)
	}
	return nil
}

func startVerb() cli.Verb {
	return cli.Verb{
		Name: "start", Operands: "[CELL...]", Max: -1,
		Summary: "starts cells, and first those that they depend on",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var a all
			a.flags(fs)
			return func(ctx *cli.Context, names []string) error {
				return up(ctx, a, names, plan.Options{Names: names, Start: true})
			}
		},
	}
}

func restartVerb() cli.Verb {
	return cli.Verb{
		Name: "restart", Operands: "[CELL...]", Max: -1,
		Summary: "starts cells anew, as their manifests say now",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var a all
			a.flags(fs)
			return func(ctx *cli.Context, names []string) error {
				// All are those that run and those that are wanted up.
				o := plan.Options{Names: names, Start: !bool(a), Anew: true, Restart: true}
				return up(ctx, a, names, o)
			}
		},
	}
}

// up brings cells up.
func up(ctx *cli.Context, a all, names []string, o plan.Options) error {
	if err := a.check(ctx.Verb, names); err != nil {
		return err
	}
	return withLock(ctx, names, func(e *engine.Engine) error { return apply(ctx, e, o) })
}

func stopVerb() cli.Verb {
	return cli.Verb{
		Name: "stop", Operands: "[CELL...]", Max: -1,
		Summary: "ends cells, after those that depend on them, and unmounts what was theirs",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var a all
			var within within
			a.flags(fs)
			fs.VarP(&within, "within", "w", "services have this `TIME` to end in order, then all are killed")
			return func(ctx *cli.Context, names []string) error { return stop(ctx, a, within, names) }
		},
	}
}

// within is the value of -w.
type within time.Duration

func (w *within) String() string { return words.FormatDuration(time.Duration(*w)) }

func (w *within) Type() string { return "TIME" }

func (w *within) Set(s string) error {
	d, err := words.Duration(s)
	*w = within(d)
	return err
}

// stop ends cells.
func stop(ctx *cli.Context, a all, limit within, names []string) error {
	begun := time.Now()
	if err := a.check(ctx.Verb, names); err != nil {
		return err
	}
	p, err := asker(ctx).Stop(ctx, names, after(begun, time.Duration(limit)))
	if err == nil && p.Empty() {
		fmt.Fprintln(ctx.Out, "nothing to do")
	}
	return err
}
