// Package table is the output contract of every listing verb: to a terminal
// an aligned table with a header; otherwise one record a line, its fields
// separated by one TAB and holding raw values, under a header line unless
// that is unwanted.
package table

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/olekukonko/tablewriter"

	"cells/src/internal/words"
)

// Field is one column that records of type T can be shown in.
type Field[T any] struct {
	Name  string         // in the header and for -o; never changes its meaning
	Doc   string         // one line
	Value func(T) string // raw: bytes, seconds, 0 or 1; "" is shown as "-"
	Human func(T) string // for a reader at a terminal; nil: Value
	Right bool           // a number: aligned to the right at a terminal
	Extra bool           // shown only where -o names it
}

// Options are what the user chose.
type Options struct {
	Columns  []string // fields in this order; none: all that are not Extra
	NoHeader bool
	Terminal bool // the output is for a reader
}

// UnknownFieldError names a field that does not exist.
type UnknownFieldError struct {
	Name  string
	Known []string
}

// Error lists the fields, unless what was meant will be said.
func (e *UnknownFieldError) Error() string {
	text := fmt.Sprintf("unknown field %q", e.Name)
	if words.Meant(e.Unknown()) == "" {
		text += "; one of: " + strings.Join(e.Known, " ")
	}
	return text
}

// Unknown tells a program's error printer what was probably meant.
func (e *UnknownFieldError) Unknown() (name string, known []string) {
	return e.Name, e.Known
}

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// Names lists the names of fields.
func Names[T any](fields []Field[T]) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Name
	}
	return out
}

// Printer prints records as they come; the header once.
type Printer[T any] struct {
	w      io.Writer
	fields []Field[T]
	o      Options
	head   bool  // the header is out
	widths []int // of the columns at a terminal so far
}

// New makes a Printer for the fields that o chooses; *UnknownFieldError
// where one of them does not exist.
func New[T any](w io.Writer, fields []Field[T], o Options) (*Printer[T], error) {
	chosen, err := choose(fields, o.Columns)
	if err != nil {
		return nil, err
	}
	return &Printer[T]{w: w, fields: chosen, o: o, head: o.NoHeader,
		widths: make([]int, len(chosen))}, nil
}

// choose picks the fields that names lists, in that order.
func choose[T any](fields []Field[T], names []string) ([]Field[T], error) {
	var out []Field[T]
	if len(names) == 0 {
		for _, f := range fields {
			if !f.Extra {
				out = append(out, f)
			}
		}
		return out, nil
	}
next:
	for _, n := range names {
		for _, f := range fields {
			if f.Name == n {
				out = append(out, f)
				continue next
			}
		}
		return nil, &UnknownFieldError{n, Names(fields)}
	}
	return out, nil
}

// Print writes records, the first time below the header.  At a terminal the
// columns of a later call are at least as wide as they were before.
func (p *Printer[T]) Print(records ...T) error {
	rows := make([][]string, len(records))
	for i, r := range records {
		rows[i] = p.row(r)
	}
	var buf bytes.Buffer
	if p.o.Terminal {
		p.align(&buf, rows)
	} else {
		p.lines(&buf, rows)
	}
	p.head = true
	_, err := p.w.Write(buf.Bytes())
	return err
}

// row is one record's values.
func (p *Printer[T]) row(r T) []string {
	out := make([]string, len(p.fields))
	for i, f := range p.fields {
		value := f.Value
		if p.o.Terminal && f.Human != nil {
			value = f.Human
		}
		if out[i] = Escape(value(r)); out[i] == "" {
			out[i] = "-"
		}
	}
	return out
}

// lines writes one record a line, separated by TABs.
func (p *Printer[T]) lines(buf *bytes.Buffer, rows [][]string) {
	if !p.head {
		rows = append([][]string{Names(p.fields)}, rows...)
	}
	for _, r := range rows {
		buf.WriteString(strings.Join(r, "\t"))
		buf.WriteByte('\n')
	}
}

// align writes a table for a reader.
func (p *Printer[T]) align(buf *bytes.Buffer, rows [][]string) {
	var out bytes.Buffer
	t := tablewriter.NewWriter(&out)
	t.SetBorder(false)
	t.SetHeaderLine(false)
	t.SetColumnSeparator("")
	t.SetCenterSeparator("")
	t.SetAutoWrapText(false)
	t.SetAutoFormatHeaders(false)
	t.SetNoWhiteSpace(true)
	t.SetTablePadding("  ")
	t.SetHeaderAlignment(tablewriter.ALIGN_LEFT)
	if !p.head {
		rows = append([][]string{p.heads()}, rows...)
	}
	p.grow(rows)
	aligns := make([]int, len(p.fields))
	for i, f := range p.fields {
		aligns[i] = tablewriter.ALIGN_LEFT
		if f.Right {
			aligns[i] = tablewriter.ALIGN_RIGHT
		}
		t.SetColMinWidth(i, p.widths[i])
	}
	t.SetColumnAlignment(aligns)
	t.AppendBulk(rows)
	t.Render()
	for line := range strings.Lines(out.String()) {
		buf.WriteString(strings.TrimRight(line, " \n"))
		buf.WriteByte('\n')
	}
}

// heads are the names of the fields as a terminal shows them.
func (p *Printer[T]) heads() []string {
	out := Names(p.fields)
	for i := range out {
		out[i] = strings.ToUpper(out[i])
	}
	return out
}

// grow widens the columns to what rows need.
func (p *Printer[T]) grow(rows [][]string) {
	for _, r := range rows {
		for i, v := range r {
			p.widths[i] = max(p.widths[i], tablewriter.DisplayWidth(v))
		}
	}
}
