package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func showVerb() cli.Verb {
	return cli.Verb{
		Name: "show", Operands: "CELL...", Min: 1, Max: -1,
		Summary: "prints the effective manifest, with every default",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var v string
			viewFlag(fs, &v)
			return func(ctx *cli.Context, names []string) error { return show(ctx, v, names) }
		},
	}
}

func show(ctx *cli.Context, v string, names []string) error {
	s, w, err := look(ctx, v)
	if err != nil {
		return err
	}
	for i, n := range names {
		if i > 0 {
			fmt.Fprintln(ctx.Out)
		}
		text, err := showOne(s.Cells[n], w.Cells[n], v)
		if err != nil {
			return err
		}
		if text == "" {
			return &work.NoCellError{Name: n, Known: s.Names()}
		}
		if len(names) > 1 {
			fmt.Fprintf(ctx.Out, "# %s\n", n)
		}
		fmt.Fprint(ctx.Out, text)
	}
	return nil
}

// showOne is one cell's manifest in a view; "" where there is no such cell.
func showOne(c *manifest.Cell, o *plan.Observed, v string) (string, error) {
	r := plan.InForce(o)
	switch {
	case v == desired && c != nil:
		return c.Text(), nil
	case v == merged && c != nil && r != nil:
		return both(c, o), nil
	case v == merged && c != nil:
		return "# does not run\n" + c.Text(), nil
	case v != desired && r != nil:
		return facts(o) + enforced(r, o), nil
	case v == runtime && c != nil:
		return "# does not run\n", nil
	}
	return "", nil
}

// facts are what only a running cell has.
func facts(o *plan.Observed) string {
	in := o.Kernel
	s := fmt.Sprintf("# id %s, %s, %s, root %s\n", in.ID, in.State, words.Count(in.Processes, "process"), in.Config.Root)
	for _, m := range o.Mounts {
		how := "rw"
		if m.ReadOnly {
			how = "ro"
		}
		s += fmt.Sprintf("# mounted %s %s from %s\n", m.Path, how, m.Source)
	}
	return s
}

// enforced is what is known of a running cell: all of its manifest or, where
// that is not kept, what the kernel knows.
func enforced(r *manifest.Cell, o *plan.Observed) string {
	if o.Applied != nil {
		return r.Text()
	}
	var s string
	for _, d := range manifest.CellDirectives() {
		if d.Effect == manifest.Live {
			s += fieldText(d.Name, r.Field(d.Name))
		}
	}
	return s
}

// both is the manifest, with what is in force instead as a comment.
func both(c *manifest.Cell, o *plan.Observed) string {
	s := facts(o)
	for _, d := range plan.Directives(c, o) {
		s += fieldText(d.Name, d.Want)
		if !d.Differs {
			continue
		}
		have := d.Name + " -"
		if d.Have != "" {
			have = strings.TrimSuffix(fieldText(d.Name, d.Have), "\n")
		}
		s += "# in force: " + strings.ReplaceAll(have, "\n", "\n# in force: ") + "\n"
	}
	return s
}
