package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/table"
)

func baseVerb() cli.Verb {
	return cli.Verb{
		Name: "base", Operands: "list | add BASE ARCHIVE... | remove BASE...", Min: 1, Max: -1,
		Actions: []string{"list", "add", "remove"}, More: "BASE",
		Summary: "lists, unpacks or removes bases",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			var sums string
			l.Flags(fs)
			fs.StringVarP(&sums, "sums", "s", "", "`FILE` of SHA256 or SHA512 digests that the archives must have")
			return func(ctx *cli.Context, args []string) error { return base(ctx, l, sums, args) }
		},
	}
}

func base(ctx *cli.Context, l cli.Listing, sums string, args []string) error {
	action, rest := args[0], args[1:]
	ctx.Verb += " " + action
	switch {
	case action == "list" && len(rest) == 0:
		return baseList(ctx, l)
	case action == "add" && len(rest) > 1:
		return baseAdd(ctx, rest[0], rest[1:], sums)
	case action == "remove" && len(rest) > 0:
		return baseRemove(ctx, rest)
	}
	return cli.Usagef("base: list, add BASE ARCHIVE or remove BASE expected")
}

func baseList(ctx *cli.Context, l cli.Listing) error {
	s, mistakes := load()
	warnMistakes(ctx, mistakes)
	all, err := engine.Offline(s).Bases()
	if err != nil {
		return rootOnly("look at bases", err)
	}
	return printAll(ctx, l, baseFields, all)
}

// baseFields is what base list can show.  New ones go at the end.
var baseFields = []table.Field[engine.Base]{
	{Name: "name", Doc: "the base's name", Value: func(b engine.Base) string { return b.Name }},
	{Name: "added", Doc: "when, in seconds since 1970",
		Value: func(b engine.Base) string {
			if b.Added.IsZero() {
				return ""
			}
			return strconv.FormatInt(b.Added.Unix(), 10)
		},
		Human: func(b engine.Base) string {
			if b.Added.IsZero() {
				return ""
			}
			return b.Added.Format(time.DateTime)
		}},
	{Name: "sets", Doc: "archives that it was unpacked from",
		Value: func(b engine.Base) string {
			names := make([]string, len(b.Sets))
			for i, s := range b.Sets {
				names[i] = s.Name
			}
			return strings.Join(names, ",")
		}},
	{Name: "cells", Doc: "cells that are built on it",
		Value: func(b engine.Base) string { return strings.Join(b.Used, ",") }},
	{Name: "digests", Extra: true, Doc: "SHA-256 of these archives, in the same order",
		Value: func(b engine.Base) string {
			sums := make([]string, len(b.Sets))
			for i, s := range b.Sets {
				sums[i] = s.SHA256
			}
			return strings.Join(sums, ",")
		}},
}

func baseAdd(ctx *cli.Context, name string, archives []string, sums string) error {
	_, release, err := asker(ctx).Locked()
	if err != nil {
		return err
	}
	defer release()
	s, _ := load() // mistakes in manifests are no reason
	e := engine.Offline(s)
	e.Warn = ctx.Warn
	b, err := e.AddBase(name, archives, sums)
	if err != nil {
		return err
	}
	for _, set := range b.Sets {
		fmt.Fprintf(ctx.Out, "%s  %s\n", set.SHA256, set.Name)
	}
	return nil
}

func baseRemove(ctx *cli.Context, names []string) error {
	_, release, err := asker(ctx).Locked()
	if err != nil {
		return err
	}
	defer release()
	s, err := load() // who uses it stands there
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := engine.Offline(s).RemoveBase(n); err != nil {
			return err
		}
	}
	return nil
}
