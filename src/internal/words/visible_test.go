package words

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"plain \\ text\tä €":   "plain \\ text\tä €",
		"\x1b[2Jx":             `\033[2Jx`,
		"a\nb\r\x7f":           `a\012b\015\177`,
		"latin-\xfc":           `latin-\374`,
		"\ufffd":               "\ufffd",
		"\u202eabc\u2028":      `\342\200\256abc\342\200\250`,
		"\u009b31m":            `\302\23331m`,
		"half \xe2\x82 and \t": "half \\342\\202 and \t",
	} {
		if got := Visible(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzVisible: what comes out holds nothing that a terminal obeys.
func FuzzVisible(f *testing.F) {
	f.Add("a\x1b]0;x\a\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Visible(s)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }) {
			t.Errorf("%q: %q", s, out)
		}
		if Visible(out) != out {
			t.Errorf("%q changes once more", out)
		}
	})
}
