package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cli"
	"cells/src/internal/engine"
	"cells/src/internal/plan"
	"cells/src/internal/super"
	"cells/src/internal/table"
	"cells/src/internal/words"
	"cells/src/internal/work"
)

func statusVerb() cli.Verb {
	return cli.Verb{
		Name: "status", Operands: "[CELL...]", Max: -1,
		Summary: "tells how the cells are, one line each",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			l.Flags(fs)
			return func(ctx *cli.Context, names []string) error { return status(ctx, l, names) }
		},
	}
}

// health is one cell as status shows it.
type health struct {
	name   string
	state  plan.State
	seen   *plan.Observed
	super  super.Status
	drift  []string // what a plan would change, held back or not
	wanted bool
}

func status(ctx *cli.Context, l cli.Listing, names []string) error {
	s, mistakes := load()
	warnMistakes(ctx, mistakes)
	e, err := open(ctx, s)
	if err != nil {
		return err
	}
	defer e.Close()
	w, err := e.Observe()
	if err != nil {
		return err
	}
	if err := work.Present(w, names); err != nil {
		var fe *plan.ForeignError
		if !errors.As(err, &fe) {
			return err
		}
	}
	rows, err := states(e, w, names, mistakes == nil)
	if err != nil {
		return err
	}
	return printAll(ctx, l, statusFields, rows)
}

// states gathers the lines of status.
func states(e *engine.Engine, w plan.World, names []string, planned bool) ([]health, error) {
	var drift map[string][]string
	if planned {
		p, _ := plan.Apply(w, plan.Options{})
		drift = p.Drift()
	}
	var rows []health
	for _, n := range w.Names() {
		if len(names) > 0 && !slices.Contains(names, n) {
			continue
		}
		h := health{name: n, seen: w.Cells[n], state: w.Cells[n].State(), drift: drift[n]}
		if h.state != plan.Foreign {
			var err error
			if h.super, err = super.ReadStatus(e.Set.Conf.Run, n); err != nil {
				return nil, fmt.Errorf("%s: %w", n, err)
			}
		}
		c := e.Set.Cells[n]
		h.wanted = c != nil && c.Autostart
		rows = append(rows, h)
	}
	return rows, nil
}

// failed reports whether its service came to a bad end.
func (h health) failed() bool { return h.state == plan.Done && h.seen.Failed() }

// word is the state in one word: the supervisor's where it runs.
func (h health) word() string {
	if h.state == plan.Running || h.failed() {
		return h.super.State.String()
	}
	return h.state.String()
}

// since is when the state began; zero where nobody knows.
func (h health) since() time.Time {
	switch {
	case (h.state == plan.Running || h.failed()) && h.super.Since != 0:
		return time.Unix(h.super.Since, 0)
	case h.seen.Kernel != nil:
		return h.seen.Kernel.Created
	}
	return time.Time{}
}

// statusFields is what status can show.  New ones go at the end.
var statusFields = []table.Field[health]{
	{Name: "name", Doc: "the cell's name",
		Value: func(h health) string { return h.name }},
	{Name: "state", Doc: "down, broken, foreign, done, failed, or what its supervisor says: clearing starting running ready unhealthy backoff",
		Value: func(h health) string { return h.word() }},
	{Name: "since", Right: true, Doc: "seconds since the state began",
		Value: func(h health) string {
			if h.since().IsZero() {
				return ""
			}
			return strconv.FormatInt(int64(time.Since(h.since()).Seconds()), 10)
		},
		Human: func(h health) string {
			if h.since().IsZero() {
				return ""
			}
			return words.BriefDuration(time.Since(h.since()))
		}},
	{Name: "restarts", Right: true, Doc: "how often its service was started again",
		Value: func(h health) string { return h.count(h.super.Restarts) }},
	{Name: "health", Doc: "ok, failing, unknown, or - where it is not checked",
		Value: func(h health) string {
			if !h.super.Alive {
				return ""
			}
			return h.super.Health
		}},
	{Name: "drift", Doc: "how many things apply would change, 0 for none",
		Value: func(h health) string { return strconv.Itoa(len(h.drift)) },
		Human: func(h health) string {
			if len(h.drift) == 0 {
				return "none"
			}
			return strings.Join(h.drift, ",")
		}},
	{Name: "id", Right: true, Extra: true, Doc: "the kernel's number of the cell",
		Value: func(h health) string {
			if h.seen.Kernel == nil {
				return ""
			}
			return h.seen.Kernel.ID.String()
		}},
	{Name: "procs", Right: true, Extra: true, Doc: "processes now",
		Value: func(h health) string {
			if h.seen.Kernel == nil {
				return ""
			}
			return strconv.FormatUint(uint64(h.seen.Kernel.Processes), 10)
		}},
	{Name: "why", Extra: true, Doc: "what led to the state",
		Value: func(h health) string { return h.super.Why }},
	{Name: "autostart", Extra: true, Doc: "1 where apply keeps it up",
		Value: func(h health) string { return flag(h.wanted) }},
	{Name: "what", Extra: true, Doc: "what the drift is about",
		Value: func(h health) string { return strings.Join(h.drift, ",") }},
	counter("exits", "how often its service ended", func(s super.Status) uint64 { return s.Exits }),
	counter("failures", "how often of these not with status 0", func(s super.Status) uint64 { return s.Failures }),
	{Name: "lastexit", Extra: true, Doc: "how it ended last",
		Value: func(h health) string { return h.super.LastExit }},
	counter("checksok", "health checks that it passed", func(s super.Status) uint64 { return s.ChecksOK }),
	counter("checksbad", "health checks that it failed", func(s super.Status) uint64 { return s.ChecksBad }),
	counter("lines", "lines that it printed", func(s super.Status) uint64 { return s.Lines }),
	counter("lost", "of these that some log did not get", func(s super.Status) uint64 { return s.Lost }),
}

// counter is a field that a supervisor counts, since it began.
func counter(name, doc string, of func(super.Status) uint64) table.Field[health] {
	return table.Field[health]{Name: name, Right: true, Extra: true, Doc: doc,
		Value: func(h health) string { return h.count(of(h.super)) }}
}

// count is a number that a supervisor tells, if there is one.
func (h health) count(n uint64) string {
	if !h.super.Alive && !h.failed() {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// flag is a truth as a raw value.
func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
