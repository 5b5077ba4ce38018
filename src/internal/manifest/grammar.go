package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"cells/src/internal/words"
)

// Effect says what a change of a directive means for a cell that runs.
type Effect uint8

// The effects.
const (
	Live       Effect = iota // the kernel can change it at once
	Noted                    // concerns cellmgr alone
	Restarts                 // takes effect when the cell starts
	Provisions               // files below the cell; seen by looking at them
)

// Directive is one row of a grammar as its manual page shows it.
type Directive struct {
	Name   string
	Args   string // operands
	Repeat bool   // may be given more than once
	Effect Effect
}

// row is a directive of the format that T holds.
type row[T any] struct {
	Directive
	Min, Max int // operands; a Max below 0 is any number
	parse    func(t *T, a args) error
	format   func(t *T) []string
}

// args are the operands of one directive.
type args struct {
	words []string
	line  int
}

// MaxFile is how large a file may be, in bytes.
const MaxFile = 1 << 20

// document is one file being read.
type document[T any] struct {
	file string
	rows []row[T]
	into *T
	seen map[string]int
	errs *Errors
	lost map[string]bool // probably meant by a line that cannot be read
}

// read takes the whole text of a file.
func (d *document[T]) read(text []byte) {
	if len(text) > MaxFile {
		d.errs.add(d.file, 0, "larger than %d bytes", MaxFile)
		return
	}
	for n := 1; len(text) > 0; n++ {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		if err := d.line(string(line), n); err != nil {
			d.errs.add(d.file, n, "%s", err)
		}
	}
}

// line takes one line.
func (d *document[T]) line(s string, n int) error {
	if err := checkText(s); err != nil {
		d.lose(s)
		return err
	}
	ws, err := words.Fields(s)
	if err != nil {
		d.lose(s)
	}
	if err != nil || len(ws) == 0 {
		return err
	}
	name := ws[0]
	r := d.find(name)
	if r == nil {
		d.lose(name)
		return fmt.Errorf("unknown directive %q%s", name, words.Meant(name, d.names()))
	}
	first, again := d.seen[name]
	if again && !r.Repeat {
		return fmt.Errorf("%s: given twice, first in line %d", name, first)
	}
	if !again {
		d.seen[name] = n
	}
	a := args{ws[1:], n}
	if len(a.words) < r.Min || r.Max >= 0 && len(a.words) > r.Max {
		return fmt.Errorf("%s: usage: %s %s", name, name, r.Args)
	}
	if err := r.parse(d.into, a); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// lose notes which directive a line that cannot be read was meant to be, so
// that nobody says it is missing.
func (d *document[T]) lose(s string) {
	ws := strings.Fields(s)
	if len(ws) == 0 {
		return
	}
	if name, ok := words.Nearest(ws[0], d.names()); ok {
		if d.lost == nil {
			d.lost = map[string]bool{}
		}
		d.lost[name] = true
	}
}

func (d *document[T]) find(name string) *row[T] {
	for i := range d.rows {
		if d.rows[i].Name == name {
			return &d.rows[i]
		}
	}
	return nil
}

func (d *document[T]) names() []string {
	out := make([]string, len(d.rows))
	for i := range d.rows {
		out[i] = d.rows[i].Name
	}
	return out
}

// checkText refuses what no line of a text file holds.
func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("not UTF-8 text")
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' && !(c == '\r' && i == len(s)-1) || c == 0x7f {
			return fmt.Errorf("control character %q", c)
		}
	}
	return nil
}

// directives lists a grammar.
func directives[T any](rows []row[T]) []Directive {
	out := make([]Directive, len(rows))
	for i, r := range rows {
		out[i] = r.Directive
	}
	return out
}

// CellDirectives is the grammar of NAME.cell, in the order of cell(5).
func CellDirectives() []Directive { return directives(cellGrammar) }

// VolumeDirectives is the grammar of NAME.volume, in the order of volume(5).
func VolumeDirectives() []Directive { return directives(volumeGrammar) }

// ConfDirectives is the grammar of cells.conf.
func ConfDirectives() []Directive { return directives(confGrammar) }

// yesNo reads a truth.
func yesNo(s string) (bool, error) {
	switch s {
	case "yes":
		return true, nil
	case "no":
		return false, nil
	}
	return false, fmt.Errorf("yes or no expected, not %q", s)
}

func formatYesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// oneOf reads one of some words.
func oneOf(s string, known ...string) (string, error) {
	for _, k := range known {
		if s == k {
			return s, nil
		}
	}
	return "", fmt.Errorf("unknown word %q%s; one of: %s", s, words.Meant(s, known),
		strings.Join(known, " "))
}

// list formats the lines of a directive that is given once or not at all.
func list(ws ...string) []string {
	if len(ws) == 0 {
		return nil
	}
	return []string{words.Join(ws)}
}
