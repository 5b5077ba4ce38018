package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func checkVerb() cli.Verb {
	return cli.Verb{
		Name: "check", Operands: "[CELL...]", Max: -1,
		Summary: "reads every manifest and reports all mistakes",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return check
		},
	}
}

// check reads all files: a mistake of one may be about another.
func check(ctx *cli.Context, names []string) error {
	s, err := load()
	if err == nil {
		err = work.Known(s, names)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(ctx.Out, "%s: %s, %s, no mistakes\n", s.Dir, words.Count(len(s.Cells), "cell"), words.Count(len(s.Volumes), "volume"))
	return nil
}
