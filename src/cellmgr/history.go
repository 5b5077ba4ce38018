package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/table"
	"cells/src/internal/work"
)

func historyVerb() cli.Verb {
	return cli.Verb{
		Name: "history", Operands: "[N]", Max: 1,
		Summary: "lists the generations, or tells what generation N changed",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, args []string) error { return history(ctx, l, args) }
		},
	}
}

func history(ctx *cli.Context, l cli.Listing, args []string) error {
	conf, err := manifest.LoadConf(manifest.EtcDir())
	if err != nil {
		return err
	}
	e := engine.Offline(&manifest.Set{Dir: manifest.EtcDir(), Conf: conf})
	if len(args) == 0 {
		all, err := e.History()
		if err != nil {
			return rootOnly("look at the history", err)
		}
		return printAll(ctx, l, historyFields, all)
	}
	n, err := number(args[0])
	if err != nil {
		return err
	}
	return rootOnly("look at the history", tellGeneration(ctx, e, n))
}

// number reads the number of a generation.
func number(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, cli.Usagef("%q: the number of a generation expected", s)
	}
	return n, nil
}

// tellGeneration prints one generation: what was done, and how its files
// differ from those before.
func tellGeneration(ctx *cli.Context, e *engine.Engine, n int) error {
	g, err := e.Generation(n)
	if err != nil {
		return err
	}
	before, err := e.Before(n)
	if err != nil {
		return err
	}
	fmt.Fprintf(ctx.Out, "# generation %d, %s, %s by %s: %s\n", g.Number,
		g.Time.Format("2006-01-02 15:04:05"), g.Verb, g.User, g.Outcome())
	for _, s := range g.Steps {
		fmt.Fprintln(ctx.Out, s)
	}
	changes, err := e.Changes(before, g)
	if err != nil {
		return err
	}
	fmt.Fprint(ctx.Out, changes)
	return nil
}

// cells lists the cells that a generation was about.
func cells(g *engine.Generation) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range g.Steps {
		name, _, ok := strings.Cut(strings.TrimLeft(s, "+-~ "), ":")
		if ok && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

// historyFields is what history can show.  New ones go at the end.
var historyFields = []table.Field[*engine.Generation]{
	{Name: "generation", Right: true, Doc: "its number",
		Value: func(g *engine.Generation) string { return strconv.Itoa(g.Number) }},
	{Name: "time", Doc: "when, in seconds since 1970",
		Value: func(g *engine.Generation) string { return strconv.FormatInt(g.Time.Unix(), 10) },
		Human: func(g *engine.Generation) string { return g.Time.Format(time.DateTime) }},
	{Name: "user", Doc: "who",
		Value: func(g *engine.Generation) string { return g.User }},
	{Name: "verb", Doc: "by which verb; save: files that a verb was about to change",
		Value: func(g *engine.Generation) string { return g.Verb }},
	{Name: "result", Doc: "ok, failed and the cells that did, or interrupted",
		Value: func(g *engine.Generation) string { return g.Outcome() }},
	{Name: "cells", Doc: "which cells it was about",
		Value: func(g *engine.Generation) string { return strings.Join(cells(g), ",") },
		Human: func(g *engine.Generation) string { return work.List(cells(g)) }},
	{Name: "steps", Right: true, Extra: true, Doc: "how many lines its plan had",
		Value: func(g *engine.Generation) string { return strconv.Itoa(len(g.Steps)) }},
}
