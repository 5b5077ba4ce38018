package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/words"
)

// The views of a cell: as its manifest wants it, as it runs, or both.
const (
	desired = "desired"
	runtime = "runtime"
	merged  = "merged"
)

var views = []string{desired, runtime, merged}

// viewFlag declares --view.
func viewFlag(fs *pflag.FlagSet, v *string) {
	*v = desired
	fs.VarP((*view)(v), "view", "v", "as its manifest wants it (desired), as it runs (runtime), or both (merged): `VIEW`")
}

// view is the value of --view.
type view string

func (v *view) String() string { return string(*v) }

func (v *view) Type() string { return "VIEW" }

func (v *view) Set(s string) error {
	for _, k := range views {
		if s == k {
			*v = view(s)
			return nil
		}
	}
	return fmt.Errorf("unknown view %q%s", s, words.Meant(s, views))
}

// look reads the manifests and, for a view that needs it, observes.  Mistakes
// in manifests matter only to the views that show them.
func look(ctx *cli.Context, v string) (*manifest.Set, plan.World, error) {
	s, mistakes := load()
	if v == desired {
		return s, plan.World{Set: s}, mistakes
	}
	warnMistakes(ctx, mistakes)
	e, err := open(ctx, s)
	if err != nil {
		return s, plan.World{}, err
	}
	defer e.Close()
	w, err := e.Observe()
	return s, w, err
}

// fieldText is a directive with its operands, one line for each time it is
// given.
func fieldText(name, operands string) string {
	var b strings.Builder
	for l := range strings.Lines(operands) {
		b.WriteString(name + " " + strings.TrimSuffix(l, "\n") + "\n")
	}
	return b.String()
}
