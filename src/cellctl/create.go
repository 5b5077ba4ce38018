package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
)

type createOptions struct {
	name, profile, tag  string
	allow, ports, addrs []string
	maxproc             uint32
	learn               bool
}

func createVerb() cli.Verb {
	return cli.Verb{
		Name: "create", Operands: "ROOT", Min: 1, Max: 1,
		Summary: "creates a cell and prints its id",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o createOptions
			fs.StringVarP(&o.name, "name", "n", "", "the cell's `NAME`")
			cli.Required(fs, "name")
			fs.BoolVarP(&o.learn, "learn", "L", false, "record what would be denied, and let it pass")
			fs.StringVarP(&o.profile, "profile", "p", "", "`PROFILE`: low, medium or high, which is what it is otherwise")
			fs.StringSliceVarP(&o.allow, "allow", "a", nil, "exceptions from the profile, `ALLOW,...`")
			fs.StringSliceVarP(&o.ports, "ports", "P", nil, "ports that belong to the cell, `PORT,...`")
			fs.StringSliceVarP(&o.addrs, "addrs", "A", nil, "the only addresses that it may bind, `ADDR,...`")
			fs.Uint32VarP(&o.maxproc, "maxproc", "m", 0, "at most so many processes, `MAXPROC`")
			fs.StringVarP(&o.tag, "tag", "t", "", "`TAG` of at most 64 bytes, kept with the cell")
			return func(ctx *cli.Context, args []string) error { return o.run(ctx, args[0]) }
		},
	}
}

func (o createOptions) run(ctx *cli.Context, root string) error {
	cf, err := o.config()
	if err != nil {
		return cli.AsUsage(err)
	}
	if cf.Root, err = checkedRoot(root); err != nil {
		return named(cf.Name, err)
	}
	if err := cf.Validate(); err != nil {
		return cli.AsUsage(err)
	}
	return withKernel(func(c *kern.Client) error {
		id, err := c.Create(cf)
		if err != nil {
			return named(cf.Name, err)
		}
		fmt.Fprintln(ctx.Out, id)
		return nil
	})
}

// config is what the options say.
func (o createOptions) config() (cell.Config, error) {
	cf := cell.Default()
	cf.Name, cf.Tag, cf.MaxProc = o.name, o.tag, o.maxproc
	var err error
	if err = cell.CheckName(o.name); err != nil {
		return cf, err
	}
	if o.learn {
		cf.Mode = cell.Learn
	}
	if o.profile != "" {
		if cf.Profile, err = cell.ParseProfile(o.profile); err != nil {
			return cf, err
		}
	}
	if cf.Allow, err = cell.ParseExceptions(o.allow...); err != nil {
		return cf, err
	}
	if cf.Ports, err = cell.ParsePorts(o.ports...); err != nil {
		return cf, err
	}
	cf.Addrs, err = cell.ParseAddrs(o.addrs...)
	return cf, err
}

// checkedRoot makes root absolute and makes sure that it is a directory.
func checkedRoot(root string) (string, error) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return "", fmt.Errorf("root %s: %w", root, err)
	}
	st, err := os.Lstat(abs)
	switch {
	case err != nil:
		return "", fmt.Errorf("root %s: %w", abs, pathCause(err))
	case st.Mode()&os.ModeSymlink != 0:
		return "", fmt.Errorf("root %s: a symbolic link, not a directory", abs)
	case !st.IsDir():
		return "", fmt.Errorf("root %s: not a directory", abs)
	}
	return abs, nil
}
