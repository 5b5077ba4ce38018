package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/backup"
	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/table"
	"cells/src/internal/ui"
	"cells/src/internal/ui/gui"
	"cells/src/internal/ui/model"
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/source"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

// options are those of the program.
type options struct {
	ascii, mono bool
	every       interval
}

func look() *cli.Verb {
	return &cli.Verb{
		Operands: "[CELL]", Max: 1,
		Summary: "shows cells, and what can be done with them, on one screen",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			o := options{every: interval(time.Second)}
			fs.BoolVarP(&o.ascii, "ascii", "a", false, "draw with ASCII alone, whatever the locale")
			fs.BoolVarP(&o.mono, "mono", "m", false, "no colours, whatever the terminal")
			fs.VarP(&o.every, "interval", "i", "look again after this `TIME`, a second or more")
			return o.run
		},
	}
}

func (o *options) run(ctx *cli.Context, operands []string) error {
	for _, f := range []struct {
		name string
		file any
	}{{"standard input", ctx.In}, {"standard output", ctx.Stdout}} {
		if w, ok := f.file.(*os.File); !ok || !table.IsTerminal(w) {
			return cli.Usagef("%s is no terminal; cellmgr(8) and cellctl(8) do without", f.name)
		}
	}
	set := screen.Charset{ASCII: o.ascii || !gui.UTF8(os.Getenv)}
	t, err := gui.New(set, o.mono || gui.Mono(os.Getenv))
	if err != nil {
		return err
	}
	src, err := source.Open()
	if err != nil {
		return err
	}
	backup.Self = func() (string, error) { return engine.Program("cellmgr") }
	backup.Errors = io.Discard
	c := ui.Config{Terminal: t, Sampler: src, Look: source.Look, Storage: source.Storage, Set: set,
		Host: hostName(), Root: engine.Root(), Every: time.Duration(o.every)}
	if len(operands) > 0 {
		c.Cell = operands[0]
		if err := known(src.Sample(), c.Cell); err != nil {
			return err
		}
	}
	return show(ctx, t, ui.New(c))
}

// known makes sure that a cell has a manifest, or runs.
func known(s model.Sample, name string) error {
	all := s.Set.Names()
	for _, in := range s.Infos {
		all = append(all, in.Config.Name)
	}
	if slices.Contains(all, name) || s.Err != nil {
		return s.Err
	}
	return &work.NoCellError{Name: name, Known: all}
}

// show runs the interface until it is quit, or until a signal ends it.
func show(ctx *cli.Context, t *gui.Terminal, a *ui.App) error {
	syscall.Umask(0o022)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	var deadly atomic.Value
	listen := func() {
		for s := range signals {
			if !a.Alone() && (s == syscall.SIGINT || s == syscall.SIGQUIT) {
				continue // meant for the program that has the terminal
			}
			deadly.CompareAndSwap(nil, s)
			a.HangUp()
		}
	}
	err := t.Run(a, func() {
		t.Go(listen)
		a.Start()
	})
	a.Stop(func(names []string) { ctx.Warn("waiting for the end of: %s", strings.Join(names, ", ")) })
	if s, ok := deadly.Load().(syscall.Signal); ok {
		signal.Reset(s)
		syscall.Kill(syscall.Getpid(), s)
		time.Sleep(100 * time.Millisecond) // the program began with it ignored
		return cli.Status(128 + int(s))
	}
	return err
}

// hostName is what the header calls this host.
func hostName() string {
	h, err := os.Hostname()
	if err != nil {
		return "?"
	}
	return h
}

// interval is the value of -i.
type interval time.Duration

func (i *interval) String() string { return words.FormatDuration(time.Duration(*i)) }

func (i *interval) Type() string { return "TIME" }

func (i *interval) Set(s string) error {
	d, err := words.Duration(s)
	if err == nil && (d < time.Second || d > time.Hour) {
		err = fmt.Errorf("%s: from 1s to 1h expected", s)
	}
	*i = interval(d)
	return err
}
