package main

import (
	"errors"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"cells/src/internal/cell"
	"cells/src/internal/cli"
	"cells/src/internal/kern"
	"cells/src/internal/table"
)

// followEvery is how often -f looks: often enough that a cell's ring of 32
// does not run over between two looks under any load that a reader could
// still read.
const followEvery = 250 * time.Millisecond

func denialsVerb() cli.Verb {
	return cli.Verb{
		Name: "denials", Operands: "[CELL...]", Max: -1,
		Summary: "prints the last denials, those that the kernel still has",
		Setup: func(fs *pflag.FlagSet) cli.Action {
			var l cli.Listing
			var follow bool
			l.Flags(fs)
			fs.BoolVarP(&follow, "follow", "f", false, "go on as new ones come")
			return func(ctx *cli.Context, args []string) error { return denials(ctx, l, args, follow) }
		},
	}
}

func denials(ctx *cli.Context, l cli.Listing, names []string, follow bool) error {
	return withKernel(func(c *kern.Client) error {
		ins, err := selected(c, names)
		if err != nil {
			return err
		}
		rd := &denialReader{c: c, rules: map[uint16]cell.Rule{}, names: map[cell.ID]string{}}
		if len(names) > 0 {
			rd.only = ids(ins)
		}
		p, err := printer(ctx, l, denialFields)
		if err != nil {
			return err
		}
		for {
			ds, err := rd.next()
			if err != nil {
				return err
			}
			if len(ds) > 0 || !follow {
				err = p.Print(ds...)
			}
			if err := errors.Join(err, ctx.Out.Flush()); err != nil || !follow {
				return err
			}
			if err := pause(ctx, followEvery); err != nil {
				return err
			}
		}
	})
}

func ids(ins []cell.Info) []cell.ID {
	out := make([]cell.ID, len(ins))
	for i, in := range ins {
		out[i] = in.ID
	}
	return out
}

// denialReader reads what is new since the last time.
type denialReader struct {
	c     *kern.Client
	only  []cell.ID // empty: every cell
	since uint64
	rules map[uint16]cell.Rule
	names map[cell.ID]string // of cells seen, also those gone by now
}

// namedDenial is a denial with the words for its numbers.
type namedDenial struct {
	cell.Denial
	rule       cell.Rule
	name, onto string // the cell's, and that of the object's cell
}

// next returns the new denials, in their order.
func (rd *denialReader) next() ([]namedDenial, error) {
	ds, err := rd.read()
	if err != nil || len(ds) == 0 {
		return nil, err
	}
	if err := rd.learn(); err != nil {
		return nil, err
	}
	out := make([]namedDenial, len(ds))
	for i, d := range ds {
		rd.since = max(rd.since, d.Seq)
		out[i] = namedDenial{d, rd.rules[d.Rule], rd.nameOf(d.Cell), rd.nameOf(d.Object)}
	}
	return out, nil
}

// read asks the kernel: for one cell if there is only one, which then has to
// be there, else for all.
func (rd *denialReader) read() ([]cell.Denial, error) {
	if len(rd.only) == 1 {
		ds, err := rd.c.Denials(rd.only[0], rd.since)
		return ds, named(rd.nameOf(rd.only[0]), err)
	}
	ds, err := rd.c.Denials(cell.Host, rd.since)
	if err == nil && len(rd.only) > 0 {
		ds = slices.DeleteFunc(ds, func(d cell.Denial) bool { return !slices.Contains(rd.only, d.Cell) })
	}
	return ds, err
}

// learn refreshes the words for the numbers.
func (rd *denialReader) learn() error {
	if len(rd.rules) == 0 {
		rules, err := rd.c.Policy()
		if err != nil {
			return err
		}
		for _, r := range rules {
			rd.rules[r.ID] = r
		}
	}
	ins, err := rd.c.List()
	for _, in := range ins {
		rd.names[in.ID] = in.Config.Name
	}
	return err
}

// nameOf is a cell's name, its id where it is gone, or "" for the host.
func (rd *denialReader) nameOf(id cell.ID) string {
	if id == cell.Host {
		return ""
	}
	if n, ok := rd.names[id]; ok {
		return n
	}
	return id.String()
}

// denialFields is what denials can show.  New ones go at the end.
var denialFields = []table.Field[namedDenial]{
	{Name: "time", Doc: "when it was last tried, in seconds since 1970",
		Value: func(d namedDenial) string { return epoch(d.Last) },
		Human: func(d namedDenial) string { return clock(d.Last) }},
	{Name: "cell", Doc: "the cell that tried, - for the host",
		Value: func(d namedDenial) string { return d.name }},
	{Name: "pid", Right: true, Doc: "the process that tried last",
		Value: func(d namedDenial) string { return decimal(d.PID) }},
	{Name: "uid", Right: true, Doc: "its effective user",
		Value: func(d namedDenial) string { return decimal(d.UID) }},
	{Name: "program", Doc: "its program",
		Value: func(d namedDenial) string { return d.Program }},
	{Name: "rule", Doc: "the rule, as policy names it",
		Value: func(d namedDenial) string { return d.ruleName() }},
	{Name: "count", Right: true, Doc: "how often the same was tried",
		Value: func(d namedDenial) string { return decimal(d.Count) }},
	{Name: "verdict", Doc: "denied; or learned: it would have been",
		Value: func(d namedDenial) string { return d.Verdict.String() }},
	{Name: "detail", Right: true, Doc: "a process id or a port, after what the rule is about",
		Value: func(d namedDenial) string { return decimal(d.Detail) }},
	{Name: "address", Extra: true, Doc: "the address of a bind",
		Value: func(d namedDenial) string { return d.Addr.String() }},
	{Name: "object", Extra: true, Doc: "the cell that it was tried on, - for the host",
		Value: func(d namedDenial) string { return d.onto }},
	{Name: "scope", Extra: true, Doc: "the kauth(9) scope",
		Value: func(d namedDenial) string { return d.rule.Scope.String() }},
	{Name: "first", Extra: true, Doc: "when it was first tried, in seconds since 1970",
		Value: func(d namedDenial) string { return epoch(d.First) },
		Human: func(d namedDenial) string { return clock(d.First) }},
	{Name: "seq", Right: true, Extra: true, Doc: "a number that grows with every denial of a cell",
		Value: func(d namedDenial) string { return decimal(d.Seq) }},
	{Name: "id", Right: true, Extra: true, Doc: "the id of the cell that tried, 0 for the host",
		Value: func(d namedDenial) string { return d.Cell.String() }},
}

// ruleName is the rule's name, or its number where the kernel has no such
// row.
func (d namedDenial) ruleName() string {
	if d.rule.Name != "" {
		return d.rule.Name
	}
	return decimal(d.Rule)
}
