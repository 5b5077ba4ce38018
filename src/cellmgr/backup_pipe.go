package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/table"
	"cells/src/internal/work"
)

func backupCat() cli.Verb {
	return cli.Verb{
		Name: "cat", Operands: "BACKUP", Min: 1, Max: 1,
		Summary: "writes the archive to standard output, for import on another host",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, operands []string) error {
				if table.IsTerminal(ctx.Stdout) {
					return errors.New("an archive is not for a terminal; write it to a file or a pipe")
				}
				st, _ := storeOnly()
				b, err := st.Find(operands[0])
				if err != nil {
					return rootOnly(lookAtBackups, err)
				}
				return work.Named(b.ID, st.Cat(ctx, &b, ctx.Out))
			}
		},
	}
}

func backupImport() cli.Verb {
	return cli.Verb{
		Name: "import", Max: 0,
		Summary: "takes an archive from standard input, and prints its name",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var trust bool
			fs.BoolVarP(&trust, "trust", "t", false, "no limits of size, ratio and number, links as they are, set-id bits on demand")
			return func(ctx *cli.Context, _ []string) error { return importOne(ctx, trust) }
		},
	}
}

func importOne(ctx *cli.Context, trust bool) error {
	if f, ok := ctx.In.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return errors.New("an archive is expected on standard input, not a terminal")
	}
	lim := backup.StrangeLimits
	if trust {
		lim = backup.NoLimits
	}
	return asker(ctx).WithStore(func(st *backup.Store) error {
		if err := st.Tidy(); err != nil {
			return err
		}
		p := newProgress(ctx, "import", 0)
		b, err := st.Import(ctx, ctx.In, lim, p.Moved)
		p.end()
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		fmt.Fprintln(ctx.Out, b.ID)
		return nil
	})
}

// backupGuard is the process that brings cells back; see backup.Guard.
func backupGuard() cli.Verb {
	return cli.Verb{
		Name: "guard", Operands: "HOW CELL...", Min: 2, Max: -1, Hidden: true,
		Summary: "starts or continues cells when standard input ends",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, operands []string) error {
				s, err := load()
				if s == nil {
					return err
				}
				return backup.Guard(quietContext(ctx), s, operands[0], operands[1:], ctx.In, ctx.Stdout)
			}
		},
	}
}

// backupSignal is the process that joins a cell to signal its processes.
func backupSignal() cli.Verb {
	return cli.Verb{
		Name: "signal", Operands: "ID SIGNAL", Min: 2, Max: 2, Hidden: true,
		Summary: "signals every process of a cell",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, operands []string) error {
				id, err := strconv.ParseUint(operands[0], 10, 32)
				sig, err2 := strconv.Atoi(operands[1])
				if err = errors.Join(err, err2); err != nil {
					return cli.AsUsage(err)
				}
				return backup.SignalCell(cell.ID(id), syscall.Signal(sig))
			}
		},
	}
}
