package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes a line of text that somebody else has chosen safe to be shown
// on a terminal: control characters other than the tab, what changes the
// direction of text, and what is not UTF-8 become octal numbers behind a
// backslash.  Everything else stays as it is, the backslash too, so that what
// comes out is for people, not for unvis(1).
func Visible(s string) string {
	if !strings.ContainsFunc(s, odd) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if !odd(r) || r == utf8.RuneError && n > 1 {
			b.WriteString(s[:n])
		} else {
			for i := range n {
				fmt.Fprintf(&b, `\%03o`, s[i])
			}
		}
		s = s[n:]
	}
	return b.String()
}

// odd reports whether r may not show as itself.
func odd(r rune) bool {
	return r != '\t' && (unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r))
}
