package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/enter"
	"cells/src/internal/kern"
)

type execOptions struct {
	user, dir, umask string
	env, rlimits     []string
}

func execVerb() cli.Verb {
	return cli.Verb{
		Name: "exec", Operands: "CELL COMMAND [ARG...]", Min: 2, Max: -1, Foreign: true,
		Summary: "joins a cell, enters its root and becomes the command",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o execOptions
			fs.StringVarP(&o.user, "user", "u", "", "as this `USER[:GROUP]` of the cell, by name or number")
			fs.StringArrayVarP(&o.env, "env", "e", nil, "with `NAME=VALUE` in the environment")
			fs.StringVarP(&o.dir, "dir", "d", "", "start in this `DIR` of the cell")
			fs.StringArrayVarP(&o.rlimits, "rlimit", "L", nil, "with the resource limit `LIMIT=SOFT[:HARD]`")
			fs.StringVarP(&o.umask, "umask", "m", "", "with this `UMASK`, in octal")
			return func(ctx *cli.Context, args []string) error { return o.run(ctx, args) }
		},
	}
}

func (o execOptions) run(ctx *cli.Context, args []string) error {
	r, err := o.request(args[1:])
	if err != nil {
		return cli.AsUsage(err)
	}
	return withCell(args[0], func(c *kern.Client, in cell.Info) error {
		r.Cell, r.Root = in.ID, in.Config.Root
		if enter.Unprivileged() && r.Root != "/" {
			ctx.Warn("%s: not root: the command keeps the host's root directory", in.Config.Name)
		}
		return commandStatus(ctx, in.Config.Name, enter.Exec(c, r))
	})
}

// request is what the options and the command say.
func (o execOptions) request(argv []string) (enter.Request, error) {
	r := enter.Request{User: o.user, Env: o.env, Dir: o.dir, Umask: -1, Argv: argv}
	for _, l := range o.rlimits {
		name, value, ok := strings.Cut(l, "=")
		if !ok {
			return r, fmt.Errorf("-L %s: LIMIT=SOFT[:HARD] expected", l)
		}
		limit, err := cell.ParseRlimit(name, value)
		if err != nil {
			return r, err
		}
		r.Rlimits = append(r.Rlimits, limit)
	}
	if o.umask != "" {
		mask, err := strconv.ParseUint(o.umask, 8, 9)
		if err != nil {
			return r, fmt.Errorf("-m %s: an octal number from 0 to 777 expected", o.umask)
		}
		r.Umask = int(mask)
	}
	if o.dir != "" && o.dir[0] != '/' {
		return r, fmt.Errorf("-d %s: not an absolute path", o.dir)
	}
	return r, enter.CheckEnv(o.env)
}
