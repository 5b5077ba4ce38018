package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/explain"
	"cells/src/internal/kern"
	"cells/src/internal/table"
)

func explainVerb() cli.Verb {
	return cli.Verb{
		Name: "explain", Operands: "CELL", Min: 1, Max: 1,
		Summary: "says what a cell was denied, how often, and what would lift it",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, args []string) error { return explainCell(ctx, l, args[0]) }
		},
	}
}

func explainCell(ctx *cli.Context, l cli.Listing, which string) error {
	return withCell(which, func(c *kern.Client, in cell.Info) error {
		o, err := observe(c, in)
		if err != nil {
			return err
		}
		return printAll(ctx, l, explainFields, explain.Explain(o))
	})
}

// observe reads everything about a cell's denials.
func observe(c *kern.Client, in cell.Info) (o explain.Observed, err error) {
	o.Info = in
	if o.Rules, err = c.Policy(); err != nil {
		return o, err
	}
	if o.Counters, err = c.Counters(in.ID); err != nil {
		return o, err
	}
	o.Denials, err = c.Denials(in.ID, 0)
	return o, err
}

// explainFields is what explain can show.  New ones go at the end.
var explainFields = []table.Field[explain.Line]{
	{Name: "rule", Doc: "the rule, as policy names it",
		Value: func(l explain.Line) string { return l.Rule.Name }},
	{Name: "denied", Right: true, Doc: "how often it denied",
		Value: func(l explain.Line) string { return decimal(l.Denied) }},
	{Name: "learned", Right: true, Doc: "how often it would have but for learning",
		Value: func(l explain.Line) string { return decimal(l.Learned) }},
	{Name: "what", Doc: "what was tried",
		Value: func(l explain.Line) string { return l.What }},
	{Name: "last", Doc: "when it was last tried, in seconds since 1970",
		Value: ifLast(func(d cell.Denial) string { return epoch(d.Last) }),
		Human: ifLast(func(d cell.Denial) string { return clock(d.Last) })},
	{Name: "program", Doc: "the program that tried last",
		Value: ifLast(func(d cell.Denial) string { return d.Program })},
	{Name: "pid", Right: true, Extra: true, Doc: "its process",
		Value: ifLast(func(d cell.Denial) string { return decimal(d.PID) })},
	{Name: "uid", Right: true, Doc: "its effective user",
		Value: ifLast(func(d cell.Denial) string { return decimal(d.UID) })},
	{Name: "lift", Doc: "what would lift the rule, or does by now (in force); - for nothing",
		Value: func(l explain.Line) string { return l.Remedy.Lift }},
	{Name: "command", Doc: "the command that lifts it now, - where none is needed",
		Value: func(l explain.Line) string { return l.Remedy.Command }},
	{Name: "manifest", Doc: "the directive of the manifest that lifts it",
		Value: func(l explain.Line) string { return l.Remedy.Manifest }},
}

// ifLast shows nothing where the kernel has no record of the last time.
func ifLast(value func(cell.Denial) string) func(explain.Line) string {
	return func(l explain.Line) string {
		if l.Last.Count == 0 {
			return ""
		}
		return value(l.Last)
	}
}
