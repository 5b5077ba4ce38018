package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/work"
)

func backupDrill() cli.Verb {
	return cli.Verb{
		Name: "drill", Operands: "[NAME | BACKUP...]", Max: -1,
		Summary: "tries backups: starts each in a throw-away cell, checks its health, removes it",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var a all
			a.flags(fs)
			return func(ctx *cli.Context, operands []string) error {
				if err := a.check(ctx.Verb, operands); err != nil {
					return err
				}
				return withLock(ctx, nil, func(e *engine.Engine) error { return drillAll(ctx, e, a, operands) })
			}
		},
	}
}

// drillAll drills the newest backup of every cell, or those that are named.
func drillAll(ctx *cli.Context, e *engine.Engine, a all, operands []string) error {
	st := work.Store(e.Set)
	if a {
		have, err := st.List()
		if err != nil {
			return err
		}
		for i, b := range have {
			if b.Kind == backup.KindCell && (i == 0 || have[i-1].Name != b.Name) {
				operands = append(operands, b.Kind+":"+b.Name)
			}
		}
	}
	var errs []error
	for _, o := range operands {
		b, err := st.Find(o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		p := newProgress(ctx, b.ID.String(), b.Size)
		err = asker(ctx).Drill(ctx, e, &b, p)
		p.end()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(ctx.Out, "%s: drilled\n", b.ID)
		ctx.Out.Flush()
	}
	return errors.Join(errs...)
}
