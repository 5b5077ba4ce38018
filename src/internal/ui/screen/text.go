package screen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter"

	"cells/src/internal/table"
)

// Safe makes s fit for one line of a terminal, whoever wrote it: control
// characters, what is not UTF-8, and what has no width of its own are
// written as vis(3) does.  With ascii everything else but ASCII is, too.
// Backslashes stay as they are: this is for people, and supervisors have
// written logs in this way already.
func Safe(s string, ascii bool) string {
	parts := strings.Split(s, `\`)
	for i := range parts {
		parts[i] = table.Escape(parts[i])
	}
	s = strings.Join(parts, `\`)
	if !strings.ContainsFunc(s, func(r rune) bool { return odd(r, ascii) }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if !odd(r, ascii) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String()
}

// odd reports whether r cannot stand in cells of its own.
func odd(r rune, ascii bool) bool {
	return r >= utf8.RuneSelf && (ascii || RuneWidth(r) == 0 || !unicode.IsPrint(r))
}

// RuneWidth is how many columns r takes: 0, 1 or 2.
func RuneWidth(r rune) int {
	switch {
	case r >= ' ' && r < 0x7f:
		return 1
	case r < 0xa0:
		return 0
	case r < 0x300, r >= 0x2500 && r < 0x25a0, r == 0x2026, r >= 0x2190 && r < 0x2194:
		return 1
	}
	return tablewriter.DisplayWidth(string(r))
}

// Width is how many columns s takes.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += RuneWidth(r)
	}
	return n
}

// Clip cuts s to w columns; what is cut off is marked.
func Clip(s string, w int, ascii bool) string {
	if Width(s) <= w {
		return s
	}
	mark := "…"
	if ascii {
		mark = "+"
	}
	if w < 1 {
		return ""
	}
	n := 0
	for i, r := range s {
		if n+RuneWidth(r) > w-1 {
			return s[:i] + mark
		}
		n += RuneWidth(r)
	}
	return s
}

// Skip leaves out the first n columns of s.
func Skip(s string, n int) string {
	for i, r := range s {
		if n <= 0 {
			return s[i:]
		}
		n -= RuneWidth(r)
	}
	return ""
}

// spaces is n of them.
func spaces(n int) string { return strings.Repeat(" ", max(0, n)) }
