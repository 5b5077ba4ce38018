package main

import (
	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/explain"
	"cells/src/internal/kern"
	"cells/src/internal/table"
)

func policyVerb() cli.Verb {
	return cli.Verb{
		Name: "policy", Max: 0,
		Summary: "prints the policy table of the kernel",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			var profile string
			l.Flags(fs)
			fs.StringVarP(&profile, "profile", "p", "", "only what this `PROFILE` denies")
			return func(ctx *cli.Context, _ []string) error { return policy(ctx, l, profile) }
		},
	}
}

func policy(ctx *cli.Context, l cli.Listing, profile string) error {
	var only cell.Profile
	if profile != "" {
		var err error
		if only, err = cell.ParseProfile(profile); err != nil {
			return cli.AsUsage(err)
		}
	}
	return withKernel(func(c *kern.Client) error {
		rules, err := c.Policy()
		if err != nil {
			return err
		}
		var chosen []cell.Rule
		for _, r := range rules {
			if only == 0 || r.Denies(only, 0) {
				chosen = append(chosen, r)
			}
		}
		return printAll(ctx, l, policyFields, chosen)
	})
}

// policyFields is what policy can show.  New ones go at the end.
var policyFields = []table.Field[cell.Rule]{
	{Name: "id", Right: true, Doc: "the rule's number",
		Value: func(r cell.Rule) string { return decimal(r.ID) }},
	{Name: "rule", Doc: "its name",
		Value: func(r cell.Rule) string { return r.Name }},
	{Name: "scope", Doc: "the kauth(9) scope",
		Value: func(r cell.Rule) string { return r.Scope.String() }},
	{Name: "tier", Doc: "always, or the lowest profile that denies; never: left to the other models",
		Value: func(r cell.Rule) string { return r.Tier.String() }},
	{Name: "exception", Doc: "the exception that lifts it",
		Value: func(r cell.Rule) string { return r.Exception.String() }},
	{Name: "relation", Doc: "same or other: on a process or socket of the same cell, or of another",
		Value: func(r cell.Rule) string { return r.Relation.String() }},
	{Name: "action", Right: true, Extra: true, Doc: "the number of the kauth(9) action, 0 for any other",
		Value: func(r cell.Rule) string { return decimal(r.Action) }},
	{Name: "request", Right: true, Extra: true, Doc: "the number of the kauth(9) request, 0 for any",
		Value: func(r cell.Rule) string { return decimal(r.Request) }},
	{Name: "quiet", Right: true, Extra: true, Doc: "1: asked all the time, so denials are only counted",
		Value: func(r cell.Rule) string { return flag(r.Quiet) }},
	{Name: "what", Extra: true, Doc: "in words",
		Value: explain.Phrase},
}
