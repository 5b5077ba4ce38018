package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/table"
	"cells/src/internal/work"
)

func listVerb() cli.Verb {
	return cli.Verb{
		Name: "list", Operands: "[CELL...]", Max: -1,
		Summary: "lists the cells and what their manifests say",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			var v string
			l.Flags(fs)
			viewFlag(fs, &v)
			return func(ctx *cli.Context, names []string) error { return listCells(ctx, l, v, names) }
		},
	}
}

// entry is one cell as list shows it.
type entry struct {
	c     *manifest.Cell // in the view that was asked for
	state string
}

func listCells(ctx *cli.Context, l cli.Listing, v string, names []string) error {
	s, w, err := look(ctx, v)
	if err != nil {
		return err
	}
	all := s.Names()
	if v != desired {
		all = w.Names()
	}
	var errs []error
	for _, n := range names {
		if !slices.Contains(all, n) {
			errs = append(errs, &work.NoCellError{Name: n, Known: all})
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	var rows []entry
	for _, n := range all {
		if len(names) > 0 && !slices.Contains(names, n) {
			continue
		}
		if c := inView(s.Cells[n], w.Cells[n], v); c != nil {
			rows = append(rows, entry{c, stateIn(w.Cells[n], v)})
		}
	}
	return printAll(ctx, l, listFields, rows)
}

// inView is the cell as the view shows it: merged is what runs, or what would.
func inView(c *manifest.Cell, o *plan.Observed, v string) *manifest.Cell {
	r := plan.InForce(o)
	switch {
	case v == desired, v == merged && r == nil:
		return c
	case v == merged && c != nil && o.Applied == nil:
		return r.Over(c)
	}
	return r
}

func stateIn(o *plan.Observed, v string) string {
	if v == desired {
		return ""
	}
	return o.State().String()
}

// field is a column that shows a directive.
func field(name, directive, doc string) table.Field[entry] {
	return table.Field[entry]{Name: name, Doc: doc, Value: func(e entry) string {
		return strings.ReplaceAll(e.c.Field(directive), "\n", "; ")
	}}
}

// commas is field for lists.
func commas(name, directive, doc string) table.Field[entry] {
	return table.Field[entry]{Name: name, Doc: doc, Value: func(e entry) string {
		return strings.ReplaceAll(e.c.Field(directive), " ", ",")
	}}
}

// extra makes a field one that is shown only where it is asked for.
func extra(f table.Field[entry]) table.Field[entry] {
	f.Extra = true
	return f
}

// listFields is what list can show.  New ones go at the end.
var listFields = []table.Field[entry]{
	{Name: "name", Doc: "the cell's name", Value: func(e entry) string { return e.c.Name }},
	field("profile", "profile", "low, medium or high"),
	field("mode", "mode", "enforce, or learn"),
	field("base", "base", "none, host, or the name of a base"),
	commas("ports", "ports", "declared ports"),
	{Name: "autostart", Doc: "1 where apply keeps it up", Value: func(e entry) string { return flag(e.c.Autostart) },
		Human: func(e entry) string { return e.c.Field("autostart") }},
	commas("depend", "depend", "cells that start before it"),
	field("command", "command", "what runs in it"),
	extra(field("user", "user", "whom that runs as")),
	extra(commas("allow", "allow", "exceptions to the profile")),
	extra(commas("addrs", "addr", "declared addresses")),
	{Name: "maxproc", Right: true, Extra: true, Doc: "most processes, 0 for no limit",
		Value: func(e entry) string { return strconv.FormatUint(uint64(e.c.MaxProc), 10) }},
	extra(commas("data", "data", "directories that it has privately")),
	extra(field("volumes", "volume", "what is mounted, and where")),
	extra(field("restart", "restart", "always, on-failure or never")),
	extra(field("log", "log", "where its output goes")),
	{Name: "state", Extra: true, Doc: "down, running, done, broken or foreign; - in the view desired",
		Value: func(e entry) string { return e.state }},
	{Name: "digest", Extra: true, Doc: "SHA-256 of the effective manifest",
		Value: func(e entry) string { return e.c.Digest() }},
}
