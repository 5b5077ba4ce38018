package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/table"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func backupList() cli.Verb {
	return cli.Verb{
		Name: "list", Operands: "[NAME | BACKUP...]", Max: -1,
		Summary: "lists backups, and when each was last known to be good",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, operands []string) error {
				st, _ := storeOnly()
				all, err := chosen(st, operands)
				if err != nil {
					return rootOnly(lookAtBackups, err)
				}
				return printAll(ctx, l, backupFields, all)
			}
		},
	}
}

// timeColumn shows seconds since 1970, and to a reader how long ago that was.
func timeColumn(name, doc string, at func(b backup.Backup) time.Time) table.Field[backup.Backup] {
	return table.Field[backup.Backup]{Name: name, Doc: doc,
		Value: func(b backup.Backup) string {
			if at(b).IsZero() {
				return ""
			}
			return strconv.FormatInt(at(b).Unix(), 10)
		},
		Human: func(b backup.Backup) string {
			if at(b).IsZero() {
				return ""
			}
			return at(b).Local().Format(time.DateTime)
		}}
}

// sizeColumn shows bytes.
func sizeColumn(name, doc string, n func(b backup.Backup) int64) table.Field[backup.Backup] {
	return table.Field[backup.Backup]{Name: name, Doc: doc, Right: true,
		Value: func(b backup.Backup) string { return strconv.FormatInt(n(b), 10) },
		Human: func(b backup.Backup) string { return words.FormatSize(uint64(n(b))) }}
}

func hidden(f table.Field[backup.Backup]) table.Field[backup.Backup] {
	f.Extra = true
	return f
}

// backupFields is what list can show.  New ones go at the end.
var backupFields = []table.Field[backup.Backup]{
	{Name: "backup", Doc: "its name", Value: func(b backup.Backup) string { return b.ID.String() }},
	timeColumn("made", "when it was made", func(b backup.Backup) time.Time { return b.Made() }),
	sizeColumn("size", "of the archive", func(b backup.Backup) int64 { return b.Size }),
	sizeColumn("bytes", "of the files in it", func(b backup.Backup) int64 { return b.Bytes }),
	{Name: "files", Right: true, Doc: "how many", Value: func(b backup.Backup) string { return strconv.FormatInt(b.Files, 10) }},
	{Name: "state", Doc: "bad, lost (nothing is known of it), drilled, verified, or made",
		Value: func(b backup.Backup) string { return b.State() }},
	timeColumn("verified", "when all of it was last read and found good", func(b backup.Backup) time.Time { return b.Verified }),
	timeColumn("drilled", "when it was last tried in a cell", func(b backup.Backup) time.Time { return b.Drilled }),
	{Name: "drill", Doc: "how that went: ok or failed", Value: func(b backup.Backup) string { return b.Drill }},
	{Name: "kind", Extra: true, Doc: "cell or volume", Value: func(b backup.Backup) string { return b.Kind }},
	{Name: "name", Extra: true, Doc: "of the cell or volume", Value: func(b backup.Backup) string { return b.Name }},
	{Name: "how", Extra: true, Doc: "stop, pause, live, or down where nothing ran", Value: func(b backup.Backup) string { return b.How }},
	{Name: "origin", Extra: true, Doc: "here, strange (imported) or trusted", Value: func(b backup.Backup) string { return b.Origin }},
	hidden(sizeColumn("entries", "files, directories, links and pipes", func(b backup.Backup) int64 { return b.Entries })),
}

func backupShow() cli.Verb {
	return cli.Verb{
		Name: "show", Operands: "BACKUP...", Min: 1, Max: -1,
		Summary: "prints what a backup says about itself, one word and its value a line",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, operands []string) error {
				st, _ := storeOnly()
				for i, o := range operands {
					if i > 0 {
						fmt.Fprintln(ctx.Out)
					}
					if err := showBackup(ctx, st, o); err != nil {
						return rootOnly(lookAtBackups, err)
					}
				}
				return nil
			}
		},
	}
}

func showBackup(ctx *cli.Context, st *backup.Store, operand string) error {
	b, err := st.Find(operand)
	if err != nil {
		return err
	}
	h, err := st.Head(ctx, &b)
	if err != nil {
		return work.Named(b.ID, err)
	}
	for _, f := range backupFields {
		if v := f.Value(b); v != "" {
			fmt.Fprintf(ctx.Out, "%s %s\n", f.Name, v)
		}
	}
	for _, l := range [][2]string{{"host", h.Host}, {"volumes", strings.Join(h.Volumes, " ")},
		{"left", strings.Join(h.Left, " ")}, {"file", st.Path(b.ID)}} {
		if l[1] != "" {
			fmt.Fprintf(ctx.Out, "%s %s\n", l[0], l[1])
		}
	}
	return nil
}
