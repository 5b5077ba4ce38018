package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cli"
)

func completionVerb() cli.Verb {
	return cli.Verb{
		Name: "completion", Operands: "SHELL", Min: 1, Max: 1,
		Summary: "prints what makes a shell complete the words of this program",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error {
				return ctx.Program.Completion(ctx.Out, args[0])
			}
		},
	}
}
