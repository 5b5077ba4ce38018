package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/table"
)

func doctorVerb() cli.Verb {
	return cli.Verb{
		Name: "doctor", Max: 0,
		Summary: "examines the host, and tells what mends what it finds",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, _ []string) error { return doctor(ctx, l) }
		},
	}
}

// doctor fails where something is bad.
func doctor(ctx *cli.Context, l cli.Listing) error {
	set, mistakes := load()
	found := engine.Doctor(set, mistakes)
	if err := printAll(ctx, l, doctorFields, found); err != nil {
		return err
	}
	for _, f := range found {
		if f.Grade == engine.Bad {
			return cli.Status(cli.Failed)
		}
	}
	return nil
}

// doctorFields is what doctor can show.  New ones go at the end.
var doctorFields = []table.Field[engine.Finding]{
	{Name: "check", Doc: "what was examined: kernel manifests programs boot clock mounts bases volumes state cells",
		Value: func(f engine.Finding) string { return f.Check }},
	{Name: "grade", Doc: "ok, odd or bad", Value: func(f engine.Finding) string { return f.Grade.String() }},
	{Name: "what", Doc: "what was found", Value: func(f engine.Finding) string { return f.What }},
	{Name: "mend", Doc: "the command that mends it", Value: func(f engine.Finding) string { return f.Mend }},
}
