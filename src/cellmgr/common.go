package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/manifest"
	"cells/src/internal/table"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

// load reads the manifests.
func load() (*manifest.Set, error) { return work.Load() }

// asker is who types the command: warnings go to standard error, and each
// step of a plan to standard output as it is done.
func asker(ctx *cli.Context) *work.Asker {
	// The actions of backup are a program of their own: cellmgr backup.
	_, group, _ := strings.Cut(ctx.Program.Name, " ")
	return &work.Asker{Verb: strings.TrimSpace(group + " " + ctx.Verb), Warn: ctx.Warn, Step: func(line string) {
		fmt.Fprint(ctx.Out, line)
		ctx.Out.Flush()
	}}
}

// open connects an engine to the kernel.
func open(ctx *cli.Context, s *manifest.Set) (*engine.Engine, error) { return asker(ctx).Open(s) }

// withEngine loads the manifests and opens the kernel, to look only.
func withEngine(ctx *cli.Context, names []string, f func(e *engine.Engine) error) error {
	return asker(ctx).Loaded(names, func(e *engine.Engine) error {
		if n, err := e.Restoring(); err != nil {
			return err
		} else if n != 0 {
			ctx.Warn("a rollback to generation %d was interrupted; the next change finishes it", n)
		}
		return f(e)
	})
}

// withLock is withEngine for verbs that change something.
func withLock(ctx *cli.Context, names []string, f func(e *engine.Engine) error) error {
	return asker(ctx).WithLock(names, f)
}

// rootOnly says of an error what an ordinary user is not allowed to do.
func rootOnly(what string, err error) error {
	if errors.Is(err, fs.ErrPermission) && !engine.Root() {
		return fmt.Errorf("only root may %s: %w", what, err)
	}
	return err
}

// warnMistakes tells of mistakes in manifests that are no reason to stop.
func warnMistakes(ctx *cli.Context, mistakes error) {
	if mistakes != nil {
		ctx.Warn("%s in the manifests; `cellmgr check' tells all", words.Count(work.CountErrors(mistakes), "mistake"))
	}
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

// after is the time when d has passed since begun; none where d is 0.
func after(begun time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return begun.Add(d)
}
