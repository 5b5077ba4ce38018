package main

import (
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/work"
)

func logsVerb() cli.Verb {
	return cli.Verb{
		Name: "logs", Operands: "CELL", Min: 1, Max: 1,
		Summary: "prints the last lines that a cell's service has written",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o logOptions
			fs.IntVarP(&o.lines, "lines", "n", 50, "the last `COUNT` lines")
			fs.BoolVarP(&o.follow, "follow", "f", false, "go on with new ones as they come")
			return func(ctx *cli.Context, args []string) error { return o.run(ctx, args[0]) }
		},
	}
}

type logOptions struct {
	lines  int
	follow bool
}

func (o logOptions) run(ctx *cli.Context, name string) error {
	s, mistakes := load() // those of others are no reason
	c := s.Cells[name]
	if c == nil && mistakes != nil {
		return mistakes // its manifest may be one that cannot be read
	}
	if c == nil {
		return &work.NoCellError{Name: name, Known: s.Names()}
	}
	if o.lines < 0 {
		return cli.Usagef("logs: -n %d: a count expected", o.lines)
	}
	t, err := engine.OpenTail(c, o.lines)
	if err != nil {
		return rootOnly("read that log", err)
	}
	defer t.Close()
	for {
		lines, err := t.Next()
		if err != nil {
			return err
		}
		for _, l := range lines {
			ctx.Out.Write(l)
		}
		if !o.follow {
			return nil
		}
		ctx.Out.Flush()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}
