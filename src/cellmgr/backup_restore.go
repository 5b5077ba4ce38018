package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func backupRestore() cli.Verb {
	return cli.Verb{
		Name: "restore", Operands: "NAME | BACKUP", Min: 1, Max: 1,
		Summary: "brings back what a backup holds, all of it or nothing",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o backup.Restoring
			fs.BoolVarP(&o.Manifest, "manifest", "m", false, "the manifest, too; that makes a generation")
			fs.BoolVarP(&o.Stop, "stop", "s", false, "stop the cells that use it, and start them again")
			fs.BoolVarP(&o.SetID, "setid", "u", false, "keep set-id bits of files, where the backup was made here or imported with -t")
			fs.BoolVarP(&o.Volumes, "volumes", "V", false, "of a cell's backup the volumes, too")
			return func(ctx *cli.Context, operands []string) error { return restore(ctx, o, operands[0]) }
		},
	}
}

func restore(ctx *cli.Context, o backup.Restoring, operand string) error {
	var p *progress
	b, res, err := asker(ctx).Restore(ctx, operand, o, func(b backup.Backup) work.Progress {
		p = newProgress(ctx, b.ID.String(), b.Size)
		return p
	})
	if p != nil {
		p.end()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(ctx.Out, "%s: restored: %s, %s\n", b.ID, words.Count(res.Files, "file"), words.Count(res.Bytes, "byte"))
	return nil
}
