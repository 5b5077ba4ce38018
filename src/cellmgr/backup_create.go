package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/work"
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
			usual := work.DefaultBackup()
			o := createOptions{how: how(usual.How), level: level(usual.Level)}
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
	p := newProgress(ctx, operand, 0)
	b, err := asker(ctx).MakeBackup(ctx, e, operand, work.Backup{How: string(o.how), Level: int(o.level),
		Volumes: o.volumes, Force: o.force}, p)
	p.end()
	if b.Stamp != "" {
		fmt.Fprintln(ctx.Out, b.ID)
		ctx.Out.Flush()
	}
	if err == nil && o.verify {
		err = verifyOne(ctx, work.Store(e.Set), b)
	}
	return err
}
