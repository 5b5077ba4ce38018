package main

import (
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/words"
)

func allowVerb() cli.Verb {
	return cli.Verb{
		Name: "allow", Operands: "CELL EXCEPTION...", Min: 2, Max: -1,
		Summary: "grants a running cell exceptions, for a while where -t says so",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var span string
			fs.StringVarP(&span, "for", "t", "", "for this `DURATION`, such as 90s, 10m or 1h30m")
			return func(_ *cli.Context, args []string) error { return allow(args[0], args[1:], span) }
		},
	}
}

func allow(which string, names []string, span string) error {
	grant, err := cell.ParseExceptions(names...)
	if err != nil {
		return cli.AsUsage(err)
	}
	ch := cell.Change{Grant: grant}
	if span != "" {
		if ch.For, err = words.Duration(span); err != nil {
			return cli.AsUsage(err)
		}
		if ch.For < time.Second {
			return cli.Usagef("-t %s: at least a second", span)
		}
	}
	return change(which, ch)
}

// change applies ch to the cell.
func change(which string, ch cell.Change) error {
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		return c.Set(in.ID, ch)
	})
}
