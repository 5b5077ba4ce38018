package main

import (
	"errors"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/words"
)

type statsOptions struct {
	cli.Listing
	prometheus bool
	wait       string
	count      int
	counted    bool // -c is given
	interval   time.Duration
}

func statsVerb() cli.Verb {
	return cli.Verb{
		Name: "stats", Operands: "[CELL...]", Max: -1,
		Summary: "prints what the cells use and were denied",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var o statsOptions
			o.Flags(fs)
			fs.BoolVarP(&o.prometheus, "prometheus", "P", false, "in the text format of Prometheus")
			fs.StringVarP(&o.wait, "wait", "w", "", "print again every `SECONDS`, with the CPU's use in between")
			fs.IntVarP(&o.count, "count", "c", 0, "with -w, only `COUNT` times")
			return func(ctx *cli.Context, args []string) error {
				o.counted = fs.Changed("count")
				if err := o.check(); err != nil {
					return err
				}
				return o.run(ctx, args)
			}
		},
	}
}

// check refuses options that do not go together.
func (o *statsOptions) check() error {
	switch {
	case o.counted && o.count < 1:
		return cli.Usagef("stats: -c %d: a number above 0 expected", o.count)
	case o.count > 0 && o.wait == "":
		return cli.Usagef("stats: -c is of use with -w only")
	case o.prometheus && (o.wait != "" || o.NoHeader || len(o.Columns) > 0):
		return cli.Usagef("stats: -P goes with no other option")
	case o.wait == "":
		return nil
	}
	var err error
	if o.interval, err = parseInterval(o.wait); err != nil {
		return cli.Usagef("stats: -w: %w", err)
	}
	if o.interval < minInterval {
		return cli.Usagef("stats: -w %s: at least %v expected", o.wait, minInterval)
	}
	return nil
}

// minInterval keeps -w from doing nothing but look.
const minInterval = 10 * time.Millisecond

// parseInterval reads seconds, also a fraction of them, or a duration.
func parseInterval(s string) (time.Duration, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f < 1e9 {
		return time.Duration(f * float64(time.Second)), nil
	}
	return words.Duration(s)
}

func (o *statsOptions) run(ctx *cli.Context, names []string) error {
	return withKernel(func(c *kern.Client) error {
		switch {
		case o.prometheus:
			ins, err := selected(c, names)
			if err != nil {
				return err
			}
			return writeMetrics(ctx.Out, ins)
		case o.wait != "":
			return o.watch(ctx, c, names)
		}
		ins, err := selected(c, names)
		if err != nil {
			return err
		}
		return printAll(ctx, o.Listing, statFields, usages(ins, nil, 0))
	})
}

// watch prints what was used in each interval.
func (o *statsOptions) watch(ctx *cli.Context, c *kern.Client, names []string) error {
	p, err := printer(ctx, o.Listing, statFields)
	if err != nil {
		return err
	}
	before, err := selected(c, names)
	if err != nil {
		return err
	}
	at := time.Now()
	for n := 0; o.count == 0 || n < o.count; n++ {
		if err := pause(ctx, o.interval); err != nil {
			return err
		}
		now, err := selected(c, names)
		if err != nil {
			return err
		}
		span := time.Since(at)
		at = at.Add(span)
		if err := errors.Join(p.Print(usages(now, before, span)...), ctx.Out.Flush()); err != nil {
			return err
		}
		before = now
	}
	return nil
}

// pause waits, or returns why the program is to end.
func pause(ctx *cli.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// usage is one cell with what it used since the last look.
type usage struct {
	cell.Info
	percent float64 // of one CPU; below 0 where there was no last look
}

// usages compares cells with how they were span ago.
func usages(now, before []cell.Info, span time.Duration) []usage {
	was := make(map[cell.ID]time.Duration, len(before))
	for _, in := range before {
		was[in.ID] = in.CPU
	}
	out := make([]usage, len(now))
	for i, in := range now {
		out[i] = usage{in, -1}
		if cpu, ok := was[in.ID]; ok && span > 0 && in.CPU >= cpu {
			out[i].percent = 100 * float64(in.CPU-cpu) / float64(span)
		}
	}
	return out
}
