package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
)

// createOptions are those of backup create.
type createOptions struct {
	all
	how     how
	level   level
	volumes bool
	force   bool
	verify  bool
}

func backupCreate() cli.Verb {
	return cli.Verb{
		Name: "create", Operands: "[CELL | VOLUME...]", Max: -1,
		Summary: "makes a backup of each, and prints its name",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			o := createOptions{how: backup.Stop, level: 4} // as small as gzip -6, within some percent
			fs.BoolVarP((*bool)(&o.all), "all", "a", false, "every cell, and every volume whose file says backup yes")
			fs.BoolVarP(&o.force, "force", "f", false, "even where the disk may become full")
			fs.BoolVarP(&o.volumes, "volumes", "V", false, "with the named volumes of a cell")
			fs.BoolVarP(&o.verify, "verify", "v", false, "read each backup once it is written")
			fs.VarP(&o.how, "consistency", "c", "what becomes of cells that run: stop, pause or live: `HOW`")
			fs.VarP(&o.level, "level", "z", "how hard to compress, from 1 to 9 (4): `N`")
			return o.run
		},
	}
}

func (o *createOptions) run(ctx *cli.Context, operands []string) error {
	if err := o.check(ctx.Verb, operands); err != nil {
		return err
	}
	return withLock(ctx, nil, func(e *engine.Engine) error {
		if o.all {
			operands = everything(e)
		}
		var errs []error
		for _, name := range operands {
			if ctx.Err() != nil {
				return errors.Join(append(errs, ctx.Err())...)
			}
			if err := o.one(ctx, e, name); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
		return errors.Join(errs...)
	})
}

// everything lists what -a stands for.
func everything(e *engine.Engine) []string {
	var out []string
	for _, n := range e.Set.Names() {
		out = append(out, backup.KindCell+":"+n)
	}
	for _, n := range e.Set.VolumeNames() {
		if e.Set.Volumes[n].Backup {
			out = append(out, backup.KindVolume+":"+n)
		}
	}
	return out
}

// one makes one backup.
func (o *createOptions) one(ctx *cli.Context, e *engine.Engine, operand string) error {
	kind, name, err := resolve(e.Set, operand)
	if err != nil {
		return err
	}
	src, err := backup.NewSource(e, kind, name, o.volumes)
	if err != nil {
		return err
	}
	st := store(e.Set)
	p := newProgress(ctx, operand, 0)
	b, err := st.Create(ctx, e, src, backup.Making{How: string(o.how), Force: o.force,
		Total:   func(n int64) { p.total = n },
		Writing: backup.Writing{Level: int(o.level), Warn: ctx.Warn, Moved: p.moved}})
	p.end()
	if b.Stamp != "" {
		fmt.Fprintln(ctx.Out, b.ID)
		ctx.Out.Flush()
	}
	if err == nil && o.verify {
		err = verifyOne(ctx, st, b)
	}
	return err
}
