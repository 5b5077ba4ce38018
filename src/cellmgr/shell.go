package main

import (
	"os"
	"syscall"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
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

// shell becomes cellctl exec: what runs in a cell is a child of the caller's
// shell, with its terminal.
func shell(ctx *cli.Context, user string, args []string) error {
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
