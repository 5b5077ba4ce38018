package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Error is one mistake in one file.
type Error struct {
	File string
	Line int // 0: the file as a whole
	What string
}

func (e *Error) Error() string { return e.where() + ": " + e.What }

// where is the place of the mistake.
func (e *Error) where() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d", e.File, e.Line)
}

// Errors collects mistakes.
type Errors []*Error

// add notes one.
func (es *Errors) add(file string, line int, format string, args ...any) {
	*es = append(*es, &Error{file, line, fmt.Sprintf(format, args...)})
}

// Err is all of them as one error, in the order of files and lines, or nil.
func (es Errors) Err() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	out := make([]error, 0, len(es))
	for i, e := range es {
		if i > 0 && *e == *es[i-1] {
			continue
		}
		out = append(out, e)
	}
	return errors.Join(out...)
}
