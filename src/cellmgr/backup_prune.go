package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
)

func backupPrune() cli.Verb {
	return cli.Verb{
		Name: "prune", Operands: "[NAME...]", Max: -1,
		Summary: "deletes backups that no rule keeps, but never the last good one",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var k backup.Keep
			var dry bool
			fs.BoolVarP(&dry, "dry-run", "n", false, "only print which")
			fs.IntVarP(&k.Count, "keep", "k", 0, "the newest `N`")
			fs.IntVarP(&k.Daily, "keep-daily", "d", 0, "the newest of each of the last `N` days")
			fs.IntVarP(&k.Weekly, "keep-weekly", "w", 0, "the newest of each of the last `N` weeks")
			return func(ctx *cli.Context, names []string) error { return prune(ctx, k, dry, names) }
		},
	}
}

func prune(ctx *cli.Context, k backup.Keep, dry bool, names []string) error {
	if k.Count < 0 || k.Daily < 0 || k.Weekly < 0 || k == (backup.Keep{}) {
		return cli.Usagef("prune: at least one of -k, -d and -w expected, each with a number")
	}
	return asker(ctx).WithStore(func(st *backup.Store) error {
		if !dry {
			if err := st.Tidy(); err != nil {
				return err
			}
		}
		all, err := chosen(st, names)
		if err != nil {
			return err
		}
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].Kind == all[0].Kind && all[n].Name == all[0].Name {
				n++
			}
			if err := drop(ctx, st, k.Prune(all[:n]), dry); err != nil {
				return err
			}
			all = all[n:]
		}
		return nil
	})
}

// drop deletes backups and prints their names.
func drop(ctx *cli.Context, st *backup.Store, gone []backup.Backup, dry bool) error {
	for _, b := range gone {
		if !dry {
			if err := st.Delete(b.ID); err != nil {
				return err
			}
		}
		fmt.Fprintln(ctx.Out, b.ID)
	}
	return nil
}

func backupDelete() cli.Verb {
	return cli.Verb{
		Name: "delete", Operands: "BACKUP...", Min: 1, Max: -1,
		Summary: "deletes backups, each named with its time",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, operands []string) error {
				return asker(ctx).WithStore(func(st *backup.Store) error { return deleteAll(st, operands) })
			}
		},
	}
}

// deleteAll looks all of them up before it deletes one.
func deleteAll(st *backup.Store, operands []string) error {
	var all []backup.Backup
	for _, o := range operands {
		if _, _, stamp, err := backup.Split(o); err != nil || stamp == "" {
			return cli.AsUsage(errors.Join(err, fmt.Errorf("delete: %q: the time is missing, as in NAME@20260131T120000Z", o)))
		}
		b, err := st.Find(o)
		if err != nil {
			return err
		}
		all = append(all, b)
	}
	for _, b := range all {
		if err := st.Delete(b.ID); err != nil {
			return err
		}
	}
	return nil
}
