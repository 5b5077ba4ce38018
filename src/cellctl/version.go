package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/abi"
	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/table"
)

func versionVerb() cli.Verb {
	return cli.Verb{
		Name: "version", Max: 0,
		Summary: "prints the versions of the program and of what decides",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, _ []string) error { return version(ctx, l) }
		},
	}
}

// versionRecord is the program's version with the kernel's, if that is known.
type versionRecord struct {
	cell.Version
	known bool
}

// version prints its record also where there is no kernel to ask, and then
// fails.
func version(ctx *cli.Context, l cli.Listing) error {
	var r versionRecord
	err := withKernel(func(c *kern.Client) error {
		v, err := c.Version()
		r = versionRecord{v, err == nil}
		return err
	})
	if perr := printAll(ctx, l, versionFields, []versionRecord{r}); perr != nil {
		return perr
	}
	return err
}

// versionFields is what version can show.  New ones go at the end.
var versionFields = []table.Field[versionRecord]{
	{Name: "program", Doc: "the version of cellctl",
		Value: func(versionRecord) string { return cli.Version }},
	{Name: "abi", Right: true, Doc: "the ABI version that cellctl speaks",
		Value: func(versionRecord) string { return decimal(uint32(abi.Version)) }},
	{Name: "by", Doc: "what decides: kernel; or rig, a rehearsal",
		Value: ifKnown(func(v cell.Version) string {
			if v.Rig {
				return "rig"
			}
			return "kernel"
		})},
	{Name: "enforces", Right: true, Doc: "1: decisions bind real processes",
		Value: ifKnown(func(v cell.Version) string { return flag(v.Enforcing || !v.Rig) })},
	{Name: "rules", Right: true, Doc: "rows of the policy table",
		Value: ifKnown(func(v cell.Version) string { return decimal(v.Rules) })},
	{Name: "cells", Right: true, Doc: "cells now",
		Value: ifKnown(func(v cell.Version) string { return decimal(v.Cells) })},
	{Name: "banner", Doc: "what it says of itself",
		Value: ifKnown(func(v cell.Version) string { return v.Banner })},
}

// ifKnown shows nothing where there was no kernel to ask.
func ifKnown(value func(cell.Version) string) func(versionRecord) string {
	return func(r versionRecord) string {
		if !r.known {
			return ""
		}
		return value(r.Version)
	}
}
