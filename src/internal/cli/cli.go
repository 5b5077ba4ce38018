// Package cli runs a program that is a table of verbs.  The table drives
// dispatch, usage, help and completion; one printer writes errors as
// `program: what: why'; one switch turns an error into an exit status.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"cells/src/internal/words"
)

// Exit statuses, the same numbers as under EXIT STATUS in the man pages.
const (
	OK     = 0
	Failed = 1
	Usage  = 2
	Drift  = 3 // plan and apply -n: there is something to do
)

// Program is a program.
type Program struct {
	Name    string
	Summary string
	Verbs   []Verb
	// Words completes placeholders of operands and options, such as CELL or
	// PROFILE: either fixed words, or what a command prints, one a line.
	Words    map[string][]string
	Commands map[string]string
	// Only is what a program without verbs does; its Name is "".
	Only *Verb
}

// Verb is one row of the table.
type Verb struct {
	Name     string
	Operands string // as in "CELL COMMAND [ARG...]"
	Summary  string // one line
	Min, Max int    // how many operands; a Max below 0 is any number
	// Foreign says that options end at the first operand, because what
	// follows are those of a command.
	Foreign bool
	// Actions are what the first operand may be, where it is one of a few
	// words, and More is the placeholder of what follows it; for completion.
	Actions []string
	More    string
	// Setup declares the options and returns what runs with them.
	Setup func(fs *pflag.FlagSet) Action
	// Hidden keeps the verb out of help and completion: it is the program's
	// own business.
	Hidden bool
}

// Action does a verb's work.
type Action func(ctx *Context, operands []string) error

// Context is what an Action works with.
type Context struct {
	context.Context
	Program *Program
	Verb    string
	In      io.Reader
	Out     *bufio.Writer // flushed when the Action returns
	Errors  io.Writer
	Stdout  io.Writer // below Out, to ask whether it is a terminal
}

// Warn writes to stderr in the form of errors, a line for each of the text.
func (c *Context) Warn(format string, args ...any) {
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		fmt.Fprintf(c.Errors, "%s: %s\n", c.Program.Name, words.Visible(line))
	}
}

// Main runs the program with the process's own arguments and files and
// returns its exit status.
func (p *Program) Main() int {
	return p.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// Run runs the program and returns its exit status.
func (p *Program) Run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	c := &Context{Context: ctx, Program: p, In: in, Out: bufio.NewWriter(out), Errors: errw, Stdout: out}
	err := p.dispatch(c, args)
	if e := c.Out.Flush(); e != nil && err == nil {
		err = e
	}
	return c.finish(err)
}

// dispatch finds the verb and runs it.
func (p *Program) dispatch(c *Context, args []string) error {
	if p.Only != nil {
		return p.only(c, args)
	}
	if len(args) == 0 {
		p.Help(c.Errors)
		return Status(Usage)
	}
	switch name, rest := args[0], args[1:]; {
	case name == "help" && len(rest) > 0:
		return p.helpVerb(c, rest)
	case name == "help" || name == "-h" || name == "--help":
		p.Help(c.Out)
		return nil
	case len(name) > 1 && name[0] == '-':
		return Usagef("option %s: options come after the verb", name)
	default:
		v := p.find(name)
		if v == nil {
			return &unknownError{what: "verb", name: name, known: p.names()}
		}
		c.Verb = v.Name
		return v.run(c, rest)
	}
}

// only runs a program without verbs.
func (p *Program) only(c *Context, args []string) error {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintf(c.Out, "%s %s\n", p.Name, Version)
		return nil
	}
	return p.Only.run(c, args)
}

// find returns the verb with that name, or nil.
func (p *Program) find(name string) *Verb {
	for i := range p.Verbs {
		if p.Verbs[i].Name == name {
			return &p.Verbs[i]
		}
	}
	return nil
}

// names lists what a user may type as a verb.
func (p *Program) names() []string { return append([]string{"help"}, p.Names()...) }

// Names lists the verbs that do something.
func (p *Program) Names() []string {
	var out []string
	for _, v := range p.shown() {
		out = append(out, v.Name)
	}
	return out
}

// Flags returns the verb's options, for help, completion and tests.
func (v *Verb) Flags() *pflag.FlagSet {
	fs, _ := v.setup()
	return fs
}

func (v *Verb) setup() (*pflag.FlagSet, Action) {
	fs := pflag.NewFlagSet(v.Name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.SetInterspersed(!v.Foreign)
	return fs, v.Setup(fs)
}

// run parses the options, checks the operands, and acts.
func (v *Verb) run(c *Context, args []string) error {
	fs, act := v.setup()
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			v.help(c.Out, c.Program.Name)
			return nil
		}
		return v.optionError(err, fs)
	}
	if err := v.require(fs); err != nil {
		return err
	}
	n := fs.NArg()
	switch {
	case n < v.Min:
		return Usagef("%soperand missing\nusage: %s %s", v.prefix(), c.Program.Name, v.Synopsis())
	case v.Max >= 0 && n > v.Max:
		return Usagef("%sunexpected operand %q\nusage: %s %s", v.prefix(), fs.Arg(v.Max),
			c.Program.Name, v.Synopsis())
	}
	return act(c, fs.Args())
}

// finish prints err and returns the exit status that it means.
func (c *Context) finish(err error) int {
	var st Status
	switch {
	case err == nil:
		return OK
	case errors.As(err, &st):
		return int(st)
	case errors.Is(err, syscall.EPIPE):
		return Failed // who read us has had enough
	}
	PrintError(c.Errors, c.Program.Name, err)
	if IsUsage(err) {
		return Usage
	}
	return Failed
}
