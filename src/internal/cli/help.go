package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// required is the annotation of an option that must be given.
const required = "required"

// Required marks an option that must be given.
func Required(fs *pflag.FlagSet, name string) {
	fs.SetAnnotation(name, required, []string{""})
}

func isRequired(f *pflag.Flag) bool { return f.Annotations[required] != nil }

// require makes sure that every required option was given.
func (v *Verb) require(fs *pflag.FlagSet) error {
	var err error
	fs.VisitAll(func(f *pflag.Flag) {
		if isRequired(f) && !f.Changed && err == nil {
			name, _ := pflag.UnquoteUsage(f)
			err = Usagef("%soption %s %s is missing", v.prefix(), optionName(f), name)
		}
	})
	return err
}

// Help writes what the program can do.
func (p *Program) Help(w io.Writer) {
	fmt.Fprintf(w, "usage: %s VERB [OPTION...] [OPERAND...]\n%s\n\n", p.Name, p.Summary)
	for _, v := range p.Verbs {
		if !v.Hidden {
			fmt.Fprintf(w, "  %-11s %s\n", v.Name, v.Summary)
		}
	}
	fmt.Fprintf(w, "  %-11s %s\n\n", "help", "says what a verb does: help VERB")
	page, _, _ := strings.Cut(p.Name, " ")
	fmt.Fprintf(w, "The manual is %s(8).\n", page)
}

// helpVerb writes what each of the named verbs does.
func (p *Program) helpVerb(c *Context, names []string) error {
	for _, n := range names {
		v := p.find(n)
		if v == nil {
			return &unknownError{what: "verb", name: n, known: p.names()}
		}
		v.help(c.Out, p.Name)
	}
	return nil
}

// help writes what the verb does.
func (v *Verb) help(w io.Writer, program string) {
	fmt.Fprintf(w, "usage: %s %s\n%s\n", program, v.Synopsis(), v.Summary)
	if fs := v.Flags(); fs.HasAvailableFlags() {
		fmt.Fprintln(w)
		writeOptions(w, fs)
	}
}

// writeOptions writes a line for each option.
func writeOptions(w io.Writer, fs *pflag.FlagSet) {
	var names, texts []string
	width := 0
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		arg, text := pflag.UnquoteUsage(f)
		name := "    "
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", "
		}
		name = strings.TrimRight(name+"--"+f.Name+" "+arg, " ")
		names, texts = append(names, name), append(texts, text)
		width = max(width, len(name))
	})
	for i, n := range names {
		fmt.Fprintf(w, "  %-*s   %s\n", width, n, texts[i])
	}
}

// Synopsis is the verb with its options and operands in one line, as a man
// page has it: switches, what must be given, what may be, operands.
func (v *Verb) Synopsis() string {
	var switches string
	var must, may []string
	v.Flags().VisitAll(func(f *pflag.Flag) {
		arg, _ := pflag.UnquoteUsage(f)
		text := optionName(f)
		if arg != "" {
			text += " " + arg
		}
		switch {
		case f.Hidden:
		case isRequired(f):
			must = append(must, text)
		case arg == "" && f.Shorthand != "":
			switches += f.Shorthand
		default:
			may = append(may, "["+text+"]")
		}
	})
	var parts []string
	if v.Name != "" {
		parts = append(parts, v.Name)
	}
	if switches != "" {
		parts = append(parts, "[-"+switches+"]")
	}
	parts = append(append(parts, must...), may...)
	if v.Operands != "" {
		parts = append(parts, v.Operands)
	}
	return strings.Join(parts, " ")
}
