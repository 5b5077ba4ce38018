package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/plan"
	"cells/src/internal/table"
)

// load reads the manifests; the first mistake of any ends the program before
// anything is changed.
func load() (*manifest.Set, error) { return manifest.Load(manifest.EtcDir()) }

// noCellError is a name that no manifest has.
type noCellError struct {
	name  string
	known []string
}

func (e *noCellError) Error() string { return fmt.Sprintf("no manifest for cell %q", e.name) }

// Unknown lets the printer add what was probably meant.
func (e *noCellError) Unknown() (string, []string) { return e.name, e.known }

// known makes sure that every name has a manifest.
func known(s *manifest.Set, names []string) error {
	var errs []error
	for _, n := range names {
		if s.Cells[n] == nil {
			errs = append(errs, &noCellError{n, s.Names()})
		}
	}
	return errors.Join(errs...)
}

// open connects an engine to the kernel.
func open(ctx *cli.Context, s *manifest.Set) (*engine.Engine, error) {
	e, err := engine.Open(s)
	if err != nil {
		return nil, err
	}
	e.Warn = ctx.Warn
	return e, nil
}

// withEngine loads the manifests and opens the kernel, to look only.
func withEngine(ctx *cli.Context, names []string, f func(e *engine.Engine) error) error {
	return loaded(ctx, names, func(e *engine.Engine) error {
		if n, err := e.Restoring(); err != nil {
			return err
		} else if n != 0 {
			ctx.Warn("a rollback to generation %d was interrupted; the next change finishes it", n)
		}
		return f(e)
	})
}

// loaded calls f with an engine for the manifests as they are now.
func loaded(ctx *cli.Context, names []string, f func(e *engine.Engine) error) error {
	s, err := load()
	if err == nil {
		err = known(s, names)
	}
	if err != nil {
		return err
	}
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer e.Close()
	return f(e)
}

// locked takes the lock and finishes a rollback or a restore that was
// interrupted.  The
// set that it returns has the configuration only.
func locked(ctx *cli.Context) (*manifest.Set, func(), error) {
	dir := manifest.EtcDir()
	conf, err := manifest.LoadConf(dir)
	if err != nil {
		return nil, nil, err
	}
	l, err := engine.Acquire(conf.Run, ctx.Verb)
	if errors.Is(err, fs.ErrPermission) && !engine.Root() {
		return nil, nil, fmt.Errorf("only root may %s: %w", ctx.Verb, err)
	}
	if err != nil {
		return nil, nil, err
	}
	s := &manifest.Set{Dir: dir, Conf: conf}
	e := engine.Offline(s)
	if err := errors.Join(e.Sweep(), e.FinishRestore(), backup.Recover(conf)); err != nil {
		l.Release()
		return nil, nil, err
	}
	return s, l.Release, nil
}

// withLock is withEngine for verbs that change something.
func withLock(ctx *cli.Context, names []string, f func(e *engine.Engine) error) error {
	_, release, err := locked(ctx)
	if err != nil {
		return err
	}
	defer release()
	return loaded(ctx, names, f)
}

// printer makes the Printer of a listing verb.
func printAll[T any](ctx *cli.Context, l cli.Listing, fields []table.Field[T], records []T) error {
	p, err := table.New(ctx.Out, fields, table.Options{
		Columns: l.Columns, NoHeader: l.NoHeader, Terminal: table.IsTerminal(ctx.Stdout)})
	if err != nil {
		return err
	}
	return p.Print(records...)
}

// execute obeys a plan and prints each step as it is done.
func execute(ctx *cli.Context, e *engine.Engine, p *plan.Plan) error {
	e.Report = func(l plan.Line, cell string) {
		fmt.Fprint(ctx.Out, l.String(cell))
		ctx.Out.Flush()
	}
	g, err := e.Begin(ctx.Verb, p)
	if err != nil {
		ctx.Warn("history: %v: what follows is not recorded", err)
		g = nil
	}
	res, err := e.Execute(ctx, p)
	if err != nil {
		return err
	}
	if err := e.Finish(g, res); err != nil {
		ctx.Warn("history: %v", err)
	}
	if err := res.Err(); err != nil {
		failed := res.Failed()
		return errors.Join(err, fmt.Errorf("%d of %d cells failed: %s", len(failed), cellsOf(p), list(failed)))
	}
	return nil
}

// cellsOf counts the cells of a plan for which something would be done.
func cellsOf(p *plan.Plan) int {
	seen := map[string]bool{}
	for _, n := range p.Nodes {
		seen[n.Cell] = true
	}
	return len(seen)
}

// list names a few cells.
func list(names []string) string {
	out := ""
	for i, n := range slices.Compact(slices.Clone(names)) {
		if i == 8 {
			return out + fmt.Sprintf(" and %d more", len(names)-i)
		}
		if i > 0 {
			out += " "
		}
		out += n
	}
	return out
}
