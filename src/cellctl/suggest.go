package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/explain"
	"cells/src/internal/kern"
)

func suggestVerb() cli.Verb {
	return cli.Verb{
		Name: "suggest", Operands: "CELL", Min: 1, Max: 1,
		Summary: "prints the least policy that what a cell did while learning needs",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error { return suggest(ctx, args[0]) }
		},
	}
}

func suggest(ctx *cli.Context, which string) error {
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		o, err := observe(c, in)
		if err != nil {
			return err
		}
		s := explain.Suggest(o)
		if !s.Learned {
			ctx.Warn("%s: it never learned: cellctl set %s mode=learn, then use it",
				in.Config.Name, in.Config.Name)
		}
		for _, line := range s.Manifest() {
			fmt.Fprintln(ctx.Out, line)
		}
		return nil
	})
}
