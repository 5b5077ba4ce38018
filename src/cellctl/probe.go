package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/probe"
	"cells/src/internal/table"
)

func probeVerb() cli.Verb {
	return cli.Verb{
		Name: "probe", Operands: "CELL", Min: 1, Max: 1,
		Summary: "tries what a cell is forbidden, from inside it, and reports",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, args []string) error { return probeCell(ctx, l, args[0]) }
		},
	}
}

// childVerb is the name of the verb that probe starts its children with.
const childVerb = "probe-child"

func probeChildVerb() cli.Verb {
	return cli.Verb{
		Name: childVerb, Min: 1, Max: 7, Hidden: true,
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error {
				return withKernel(func(c *kern.Client) error {
					o, err := probe.Child(c, args)
					if err == nil {
						fmt.Fprintln(ctx.Out, o)
					}
					return err
				})
			}
		},
	}
}

func probeCell(ctx *cli.Context, l cli.Listing, which string) error {
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		if err := binding(c); err != nil {
			return err
		}
		self, err := os.Executable()
		if err != nil {
			return err
		}
		p, err := printer(ctx, l, probeFields)
		if err != nil {
			return err
		}
		var results []probe.Result
		pr := probe.Prober{Kernel: c, Self: []string{self, childVerb}}
		err = pr.Run(ctx, in, func(r probe.Result) error {
			results = append(results, r)
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.Print(results...); err != nil {
			return err
		}
		boundaries(ctx, in, results)
		return leaks(results)
	})
}

// leaks names the ways that are open although the policy closes them.
func leaks(results []probe.Result) error {
	var open []string
	for _, r := range results {
		if r.Leak() {
			open = append(open, r.Name)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return fmt.Errorf("open although the policy closes it: %s", strings.Join(open, ", "))
}

// boundaries tells what a kernel would close and a rig cannot.
func boundaries(ctx *cli.Context, in cell.Info, results []probe.Result) {
	var open []string
	for _, r := range results {
		if r.Boundary() {
			open = append(open, r.Name)
		}
	}
	if len(open) > 0 {
		ctx.Out.Flush() // it comes last, wherever both go
		ctx.Warn("%s: open on a rig, closed by a kernel: %s", in.Config.Name, strings.Join(open, ", "))
	}
}

// binding makes sure that decisions bind real processes.
func binding(c *kern.Client) error {
	v, err := c.Version()
	if err == nil && v.Rig && !v.Enforcing {
		err = fmt.Errorf("this rig does not enforce: there is nothing to probe")
	}
	return err
}

// probeFields is what probe can show.  New ones go at the end.
var probeFields = []table.Field[probe.Result]{
	{Name: "operation", Doc: "what was tried",
		Value: func(r probe.Result) string { return r.Name }},
	{Name: "result", Doc: "closed, open; or absent: there is nothing here to try it on",
		Value: func(r probe.Result) string { return r.Got.String() }},
	{Name: "expected", Doc: "closed or open, by the cell's policy",
		Value: func(r probe.Result) string { return r.Expected.String() }},
	{Name: "leak", Right: true, Doc: "1: open although the policy closes it",
		Value: func(r probe.Result) string { return flag(r.Leak()) }},
	{Name: "rule", Doc: "the rule that closed it, - where something else did",
		Value: func(r probe.Result) string { return r.By }},
	{Name: "what", Doc: "the operation in words",
		Value: func(r probe.Result) string { return r.Doc }},
	{Name: "error", Extra: true, Doc: "what the system call said",
		Value: func(r probe.Result) string { return outcomeText(r.Outcome) }},
	{Name: "meant", Extra: true, Doc: "the rule that the operation is meant for",
		Value: func(r probe.Result) string { return r.Rule }},
	{Name: "boundary", Extra: true, Right: true, Doc: "1: open, since a rig is not asked there",
		Value: func(r probe.Result) string { return flag(r.Boundary()) }},
}

func outcomeText(o probe.Outcome) string {
	if o.Absent || o.Errno == 0 {
		return ""
	}
	return syscall.Errno(o.Errno).Error()
}
