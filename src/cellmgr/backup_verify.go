package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func backupVerify() cli.Verb {
	return cli.Verb{
		Name: "verify", Operands: "[NAME | BACKUP...]", Max: -1,
		Summary: "reads all of each backup and compares every digest",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var newest bool
			fs.BoolVarP(&newest, "newest", "n", false, "of each name only the newest")
			return func(ctx *cli.Context, operands []string) error {
				return asker(ctx).WithStore(func(st *backup.Store) error {
					all, err := chosen(st, operands)
					if err != nil {
						return err
					}
					return verifyAll(ctx, st, all, newest)
				})
			}
		},
	}
}

func verifyAll(ctx *cli.Context, st *backup.Store, all []backup.Backup, newest bool) error {
	var errs []error
	for i, b := range all {
		last := i == len(all)-1 || all[i+1].Kind != b.Kind || all[i+1].Name != b.Name
		if newest && !last {
			continue
		}
		if err := verifyOne(ctx, st, b); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// verifyOne reads one and says so.
func verifyOne(ctx *cli.Context, st *backup.Store, b backup.Backup) error {
	p := newProgress(ctx, b.ID.String(), b.Size)
	sum, err := st.Verify(ctx, &b, p.Moved)
	p.end()
	if err != nil {
		return work.Named(b.ID, err)
	}
	fmt.Fprintf(ctx.Out, "%s: good: %s, %s\n", b.ID, words.Count(sum.Files, "file"), words.Count(sum.Bytes, "byte"))
	return ctx.Out.Flush()
}
