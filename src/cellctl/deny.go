package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
)

func denyVerb() cli.Verb {
	return cli.Verb{
		Name: "deny", Operands: "CELL EXCEPTION...", Min: 2, Max: -1,
		Summary: "takes exceptions back from a running cell, whichever way they were given",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(_ *cli.Context, args []string) error { return deny(args[0], args[1:]) }
		},
	}
}

func deny(which string, names []string) error {
	revoke, err := cell.ParseExceptions(names...)
	if err != nil {
		return cli.AsUsage(err)
	}
	return change(which, cell.Change{Revoke: revoke})
}
