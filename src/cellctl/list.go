package main

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/super"
	"cells/src/internal/table"
	"cells/src/internal/words"
)

func listVerb() cli.Verb {
	return cli.Verb{
		Name: "list", Operands: "[CELL...]", Max: -1,
		Summary: "lists the cells, what they are and what holds them",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, args []string) error { return list(ctx, l, args) }
		},
	}
}

func list(ctx *cli.Context, l cli.Listing, names []string) error {
	return withKernel(func(c *kern.Client) error {
		ins, err := selected(c, names)
		if err != nil {
			return err
		}
		return printAll(ctx, l, listFields, ins)
	})
}

// listFields is what list can show.  New ones go at the end.
var listFields = []table.Field[cell.Info]{
	{Name: "id", Right: true, Doc: "the cell's id, which is never used again",
		Value: func(in cell.Info) string { return in.ID.String() }},
	{Name: "name", Doc: "its name",
		Value: func(in cell.Info) string { return in.Config.Name }},
	{Name: "state", Doc: "live, or dying: ending, and let in by nobody",
		Value: func(in cell.Info) string { return in.State.String() }},
	{Name: "profile", Doc: "low, medium or high",
		Value: func(in cell.Info) string { return in.Config.Profile.String() }},
	{Name: "mode", Doc: "enforce, or learn",
		Value: func(in cell.Info) string { return in.Config.Mode.String() }},
	{Name: "procs", Right: true, Doc: "processes now",
		Value: func(in cell.Info) string { return decimal(in.Processes) }},
	{Name: "uptime", Right: true, Doc: "seconds since it was created",
		Value: func(in cell.Info) string { return seconds(in.Uptime) },
		Human: func(in cell.Info) string { return words.BriefDuration(in.Uptime) }},
	{Name: "root", Doc: "its root directory",
		Value: func(in cell.Info) string { return in.Config.Root }},
	{Name: "super", Right: true, Doc: "process id of its supervisor, - for none, ? where that cannot be read",
		Value: func(in cell.Info) string { return supervisor(in.Config.Name) }},
	{Name: "allow", Extra: true, Doc: "exceptions in force, those with an end included",
		Value: func(in cell.Info) string { return in.Allowed().String() }},
	{Name: "until", Extra: true, Doc: "exceptions with an end, each as NAME=SECONDS that it has left",
		Value: func(in cell.Info) string { return left(in) }},
	{Name: "ports", Extra: true, Doc: "declared ports",
		Value: func(in cell.Info) string { return cell.FormatPorts(in.Config.Ports) }},
	{Name: "addrs", Extra: true, Doc: "declared addresses",
		Value: func(in cell.Info) string { return cell.FormatAddrs(in.Config.Addrs) }},
	{Name: "maxproc", Right: true, Extra: true, Doc: "most processes it may have, 0 for no limit",
		Value: func(in cell.Info) string { return decimal(in.Config.MaxProc) }},
	{Name: "tag", Extra: true, Doc: "what programs keep with it",
		Value: func(in cell.Info) string { return in.Config.Tag }},
	{Name: "created", Extra: true, Doc: "when it was created, in seconds since 1970",
		Value: func(in cell.Info) string { return epoch(in.Created) },
		Human: func(in cell.Info) string { return clock(in.Created) }},
}

// left lists the exceptions of a cell that have an end.
func left(in cell.Info) string {
	var out []string
	for i, d := range in.Left {
		if d > 0 {
			out = append(out, cell.Exception(i).String()+"="+seconds(d))
		}
	}
	return strings.Join(out, ",")
}

// supervisor is the process id of a cell's supervisor.
func supervisor(name string) string {
	pid, err := super.Holder(runDir(), name)
	switch {
	case err != nil:
		return "?"
	case pid == 0:
		return ""
	}
	return strconv.Itoa(pid)
}
