package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	s, _ := load() // mistakes of others are no reason
	c := s.Cells[name]
	if c == nil {
		return &work.NoCellError{Name: name, Known: s.Names()}
	}
	if o.lines < 0 {
		return cli.Usagef("logs: -n %d: a count expected", o.lines)
	}
	files := engine.LogFiles(c)
	if len(files) == 0 {
		return fmt.Errorf("%s: syslogd(8) puts %s into no file", name, c.Log)
	}
	var errs []error
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		defer f.Close()
		lines, end, err := engine.LastLines(f, name, o.lines)
		if err != nil {
			return err
		}
		if len(lines) == 0 && len(files) > 1 && file != files[len(files)-1] {
			continue
		}
		for _, l := range lines {
			ctx.Out.Write(l)
		}
		if o.follow {
			return followLog(ctx, f, file, name, end)
		}
		return nil
	}
	return errors.Join(errs...)
}

// followLog prints lines as they come, also from the file that takes the
// place of one that was rotated, until it is interrupted.
func followLog(ctx *cli.Context, f *os.File, file, name string, at int64) error {
	for {
		ctx.Out.Flush()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		lines, end, err := engine.LinesAfter(f, name, at)
		if err != nil {
			return err
		}
		at = end
		for _, l := range lines {
			ctx.Out.Write(l)
		}
		if g := rotated(f, file); g != nil {
			f, at = g, 0
			defer f.Close()
		}
	}
}

// rotated opens the file anew where its name stands for another one.
func rotated(f *os.File, file string) *os.File {
	was, err := f.Stat()
	if err != nil {
		return nil
	}
	is, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) || err != nil || os.SameFile(was, is) {
		return nil
	}
	g, err := os.Open(file)
	if err != nil {
		return nil
	}
	return g
}
