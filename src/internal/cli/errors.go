package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"cells/src/internal/words"
)

// Status is an error that has been told already: the program exits with
// that status and prints nothing more.
type Status int

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// usageError is a mistake in how the program was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usagef makes an error that exits with status Usage.
func Usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// AsUsage makes err one that exits with status Usage; nil stays nil.
func AsUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// unknownError is a word that is none of those that exist.
type unknownError struct {
	what, name string
	known      []string
}

func (e *unknownError) Error() string { return fmt.Sprintf("unknown %s %q", e.what, e.name) }

// Unknown is the name and what there is instead.
func (e *unknownError) Unknown() (string, []string) { return e.name, e.known }

// unknown is an error, of this package or of another, about a word that is
// none of those that exist.  It is a usage error, and its printer adds what
// was probably meant.
type unknown interface {
	Unknown() (name string, known []string)
}

// IsUsage reports whether err is a mistake in how the program was called.
func IsUsage(err error) bool {
	var ue usageError
	var un unknown
	return errors.As(err, &ue) || errors.As(err, &un)
}

// PrintError writes err as `program: what: why', one line for each error
// that was joined.
func PrintError(w io.Writer, program string, err error) {
	if ue, ok := err.(usageError); ok {
		err = ue.error
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok && isJoin(err, many.Unwrap()) {
		for _, e := range many.Unwrap() {
			PrintError(w, program, e)
		}
		return
	}
	text := err.Error()
	var un unknown
	if errors.As(err, &un) {
		text += words.Meant(un.Unknown())
	}
	// What went wrong may be told in the words of a cell.
	first, more, found := strings.Cut(text, "\n")
	fmt.Fprintf(w, "%s: %s\n", program, words.Visible(first))
	if !found {
		return
	}
	for line := range strings.SplitSeq(more, "\n") {
		fmt.Fprintln(w, words.Visible(line))
	}
}

// isJoin reports whether err is made of those alone, as errors.Join does.
func isJoin(err error, parts []error) bool {
	texts := make([]string, len(parts))
	for i, e := range parts {
		texts[i] = e.Error()
	}
	return err.Error() == strings.Join(texts, "\n")
}

// prefix is what stands before what is said of the verb.
func (v *Verb) prefix() string {
	if v.Name == "" {
		return ""
	}
	return v.Name + ": "
}

// optionError says what is wrong with the options, and what was meant.
func (v *Verb) optionError(err error, fs *pflag.FlagSet) error {
	var missing *pflag.NotExistError
	var value *pflag.ValueRequiredError
	var bad *pflag.InvalidValueError
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("%s%w", v.prefix(), unknownOption(missing, fs))
	case errors.As(err, &value):
		return Usagef("%soption %s needs a value", v.prefix(), optionName(value.GetFlag()))
	case errors.As(err, &bad):
		return Usagef("%soption %s: %w", v.prefix(), optionName(bad.GetFlag()), bad.Unwrap())
	}
	return Usagef("%s%w", v.prefix(), err)
}

// unknownOption names the option with its dashes, and those that exist.
func unknownOption(e *pflag.NotExistError, fs *pflag.FlagSet) error {
	un := &unknownError{what: "option", name: "--" + e.GetSpecifiedName()}
	if e.GetSpecifiedShortnames() != "" {
		un.name = "-" + e.GetSpecifiedName()
	}
	fs.VisitAll(func(f *pflag.Flag) {
		if e.GetSpecifiedShortnames() == "" {
			un.known = append(un.known, "--"+f.Name)
		} else if strings.EqualFold(f.Shorthand, e.GetSpecifiedName()) {
			un.known = append(un.known, "-"+f.Shorthand)
		}
	})
	return un
}

// optionName is how a user types f.
func optionName(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}
