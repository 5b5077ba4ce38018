package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
)

func killVerb() cli.Verb {
	return cli.Verb{
		Name: "kill", Operands: "CELL", Min: 1, Max: 1,
		Summary: "ends every process of a cell and lets none in from now on",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(_ *cli.Context, args []string) error {
				return withCell(args[0], func(c *kern.Client, in cell.Info) error {
					return c.Kill(in.ID)
				})
			}
		},
	}
}
