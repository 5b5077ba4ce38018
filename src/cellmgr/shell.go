package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/kern"
)

func shellVerb() cli.Verb {
	return cli.Verb{
		Name: "shell", Operands: "CELL [COMMAND [ARG...]]", Min: 1, Max: -1, Foreign: true,
		Summary: "opens a shell, or runs a command, in a running cell",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var user string
			fs.StringVarP(&user, "user", "u", "", "as this `USER[:GROUP]` of the cell")
			return func(ctx *cli.Context, args []string) error { return shell(ctx, user, args) }
		},
	}
}

// mayEnter says of a cell that has a manifest, and is not there, how to start
// it.  All else is for cellctl to say.
func mayEnter(ctx *cli.Context, name string) error {
	s, _ := load() // mistakes keep nobody out
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer e.Close()
	if _, err := e.Kern.Get(name); errors.Is(err, kern.ErrNoCell) && s.Cells[name] != nil {
		return fmt.Errorf("%s: it is down; `cellmgr start %s' starts it", name, name)
	}
	return nil
}

// shell becomes cellctl exec: what runs in a cell is a child of the caller's
// shell, with its terminal.
func shell(ctx *cli.Context, user string, args []string) error {
	if err := mayEnter(ctx, args[0]); err != nil {
		return err
	}
	path, err := engine.Cellctl()
	if err != nil {
		return err
	}
	argv := []string{"cellctl", "exec"}
	if user != "" {
		argv = append(argv, "-u", user)
	}
	argv = append(argv, args...)
	if len(args) == 1 {
		argv = append(argv, "/bin/sh")
	}
	ctx.Out.Flush()
	return syscall.Exec(path, argv, os.Environ())
}
