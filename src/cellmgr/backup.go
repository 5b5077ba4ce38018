package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/manifest"
	"cells/src/internal/table"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func backupVerb() cli.Verb {
	return cli.Verb{
		Name: "backup", Operands: "ACTION [ARG...]", Min: 1, Max: -1, Foreign: true,
		Actions: backupProgram().Names(), More: "BACKUP",
		Summary: "makes, checks, restores and tries backups; backup help lists how",
		Setup: func(*pflag.FlagSet) cli.Action {
			return func(ctx *cli.Context, args []string) error {
				code := backupProgram().Run(ctx.Context, args, ctx.In, ctx.Stdout, ctx.Errors)
				if code != cli.OK {
					return cli.Status(code)
				}
				return nil
			}
		},
	}
}

// backupProgram is the table of actions, in the order of the manual.
func backupProgram() *cli.Program {
	return &cli.Program{
		Name:    "cellmgr backup",
		Summary: "Keeps backups of cells and volumes, and knows that they restore.",
		Verbs: []cli.Verb{
			backupCreate(), backupList(), backupShow(), backupVerify(), backupRestore(), backupDrill(),
			backupPrune(), backupDelete(), backupCat(), backupImport(),
			backupGuard(), backupSignal(),
		},
	}
}

// lookAtBackups is what only root may, since they hold what cells hold.
const lookAtBackups = "look at backups"

// storeOnly finds the store for actions that need no manifest: a mistake in
// one does not keep anybody from the backups.
func storeOnly() (*backup.Store, *manifest.Set) {
	s, _ := load()
	return work.Store(s), s
}

// progress draws a line at a terminal: bytes, rate and what is left.
type progress struct {
	w           io.Writer // nil: nobody looks
	what        string
	total, done int64
	began, last time.Time
}

func newProgress(ctx *cli.Context, what string, total int64) *progress {
	p := &progress{what: what, total: total, began: time.Now()}
	if table.IsTerminal(ctx.Errors) {
		p.w = ctx.Errors
	}
	return p
}

// Expect says how many bytes there will be.
func (p *progress) Expect(total int64) { p.total = total }

// Moved takes note of n bytes.
func (p *progress) Moved(n int64) {
	p.done += n
	if p.w == nil || time.Since(p.last) < 200*time.Millisecond {
		return
	}
	p.last = time.Now()
	fmt.Fprintf(p.w, "\r%s\x1b[K", p.line(time.Since(p.began)))
}

// line is what is drawn after so long.
func (p *progress) line(after time.Duration) string {
	rate := float64(p.done) / max(after.Seconds(), 0.001)
	s := fmt.Sprintf("%s: %s, %s/s", p.what, words.FormatSize(uint64(p.done)), words.FormatSize(uint64(rate)))
	if p.total > p.done && rate > 0 {
		left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second))
		s += fmt.Sprintf(", %s left", words.BriefDuration(left))
	}
	return s
}

// end wipes the line.
func (p *progress) end() {
	if p.w != nil && !p.last.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// chosen lists the backups of the operands; all of them where there are none.
// A name without a time stands for all of that name.
func chosen(st *backup.Store, operands []string) ([]backup.Backup, error) {
	all, err := st.List()
	if err != nil || len(operands) == 0 {
		return all, err
	}
	var out []backup.Backup
	for _, o := range operands {
		kind, name, stamp, err := backup.Split(o)
		if err != nil {
			return nil, cli.AsUsage(err)
		}
		before := len(out)
		for _, b := range all {
			if b.Name == name && (kind == "" || kind == b.Kind) && (stamp == "" || stamp == b.Stamp) {
				out = append(out, b)
			}
		}
		if len(out) == before {
			return nil, &backup.NoneError{What: o}
		}
	}
	return out, nil
}

// how is the value of --consistency.
type how string

func (h *how) String() string { return string(*h) }

func (h *how) Type() string { return "HOW" }

func (h *how) Set(s string) error {
	if !slices.Contains(backup.Hows, s) {
		return fmt.Errorf("%q: %s expected%s", s, strings.Join(backup.Hows, ", "), words.Meant(s, backup.Hows))
	}
	*h = how(s)
	return nil
}

// level is the value of --level.
type level int

func (l *level) String() string { return fmt.Sprint(int(*l)) }

func (l *level) Type() string { return "N" }

func (l *level) Set(s string) error {
	if len(s) != 1 || s[0] < '1' || s[0] > '9' {
		return fmt.Errorf("%q: a number from 1 to 9 expected", s)
	}
	*l = level(s[0] - '0')
	return nil
}

// quietContext is one that outlives an interruption, for what has to be put
// back.
func quietContext(ctx *cli.Context) context.Context { return context.WithoutCancel(ctx.Context) }
