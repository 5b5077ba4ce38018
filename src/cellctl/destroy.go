package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
)

func destroyVerb() cli.Verb {
	return cli.Verb{
		Name: "destroy", Operands: "CELL", Min: 1, Max: 1,
		Summary: "removes a cell that no process lives in",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var kill bool
			fs.BoolVarP(&kill, "kill", "k", false, "end its processes first")
			return func(_ *cli.Context, args []string) error { return destroy(args[0], kill) }
		},
	}
}

func destroy(which string, kill bool) error {
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		if kill {
			if err := c.Kill(in.ID); err != nil {
				return err
			}
		}
		err := c.Destroy(in.ID)
		if errors.Is(err, kern.ErrBusy) {
			return busy(c, in.ID, err)
		}
		return err
	})
}

// busy says how many processes keep a cell from being destroyed.
func busy(c *kern.Client, id cell.ID, err error) error {
	in, gerr := c.GetID(id)
	if gerr != nil || in.Processes == 0 {
		return err
	}
	if in.Processes == 1 {
		return fmt.Errorf("one process lives in it: end it first, or use destroy -k")
	}
	return fmt.Errorf("%d processes live in it: end them first, or use destroy -k", in.Processes)
}
