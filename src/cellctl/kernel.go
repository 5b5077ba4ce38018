package main

import (
	"errors"
	"fmt"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// withCell opens the kernel, finds the cell, and calls f.  What goes wrong
// names the cell.
func withCell(which string, f func(c *kern.Client, in cell.Info) error) error {
	return withKernel(func(c *kern.Client) error {
		in, err := c.Get(which)
		if err != nil {
			return named(which, err)
		}
		return named(in.Config.Name, f(c, in))
	})
}

// withKernel opens the kernel and calls f.
func withKernel(f func(c *kern.Client) error) error {
	c, err := kern.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	return f(c)
}

// named puts the cell's name before err, unless it is there, and says who
// may where somebody may not.
func named(name string, err error) error {
	var he *kern.HeldError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kern.ErrNoCell):
		return fmt.Errorf("%s: %w", name, kern.ErrNoCell)
	case errors.Is(err, kern.ErrNotPermitted):
		return fmt.Errorf("%s: %w: only the host's root may", name, err)
	case errors.As(err, &he) && he.Port == 0:
		return err // it starts with the name
	}
	return fmt.Errorf("%s: %w", name, err)
}

// selected returns the cells that names say, or every one.
func selected(c *kern.Client, names []string) ([]cell.Info, error) {
	if len(names) == 0 {
		return c.List()
	}
	ins := make([]cell.Info, 0, len(names))
	for _, n := range names {
		in, err := c.Get(n)
		if err != nil {
			return nil, named(n, err)
		}
		ins = append(ins, in)
	}
	return ins, nil
}
