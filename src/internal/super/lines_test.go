package super

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// split runs p through a splitter, in writes of at most chunk bytes.
func split(p []byte, chunk, limit int, ascii bool) []string {
	var out []string
	s := newSplitter(limit, ascii, func(b []byte) { out = append(out, string(b)) })
	for len(p) > 0 {
		n := min(chunk, len(p))
		s.write(p[:n])
		p = p[n:]
	}
	s.flush()
	return out
}

func TestSplitter(t *testing.T) {
	cases := []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"\n", []string{""}},
		{"a\nb", []string{"a", "b"}},
		{"a\r\n\r\nb\rc\r", []string{"a", "", `b\015c`}},
		{"a\r\r\n", []string{`a\015`}},
		{"\ta\x00\x1b[1m\x7f\n", []string{"\ta\\000\\033[1m\\177"}},
		{"grün \u0085 €\n", []string{`grün \302\205 €`}},
		{"\xff\xc3\n\xe2\x82\n", []string{`\377\303`, `\342\202`}},
		{"\xc3a\xe2\x82\xacb\n", []string{`\303a€b`}},
		{"back\\slash \"q\"\n", []string{`back\slash "q"`}},
		{strings.Repeat("x", 20) + "\n", []string{strings.Repeat("x", 20)}},
		{strings.Repeat("x", 21) + "\ny\n", []string{strings.Repeat("x", 20), "x", "y"}},
		{strings.Repeat("x", 19) + "€\n", []string{strings.Repeat("x", 19), "€"}},
		{strings.Repeat("x", 18) + "\x01\n", []string{strings.Repeat("x", 18), `\001`}},
	}
	for _, c := range cases {
		for chunk := 1; chunk < 4; chunk++ {
			if got := split([]byte(c.in), chunk, 20, false); !slices.Equal(got, c.want) {
				t.Errorf("%q in %ds: %q, expected %q", c.in, chunk, got, c.want)
			}
		}
	}
	if got := split([]byte("ü€\n"), 9, 100, true); !slices.Equal(got, []string{`\303\274\342\202\254`}) {
		t.Errorf("ASCII: %q", got)
	}
}

// escaped is the plain definition that the splitter is held against.
func escaped(line []byte, ascii bool) string {
	var b strings.Builder
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		ok := r == '\t' || r >= ' ' && r < 0x7f || r >= 0xa0 && !ascii && (r != utf8.RuneError || n > 1)
		for _, c := range line[:n] {
			if ok {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		}
		line = line[n:]
	}
	return b.String()
}

// FuzzSplitter: nothing is lost, doubled or reordered, no piece is too long
// or holds a control character, and the cut into writes does not matter.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a\nb"), uint8(1), uint8(0))
	f.Add([]byte("x\xe2\x82\xac\r\n\xff\x00"), uint8(2), uint8(3))
	f.Add(bytes.Repeat([]byte("ü\x01"), 40), uint8(7), uint8(201))
	f.Fuzz(func(t *testing.T, in []byte, chunk, more uint8) {
		limit, ascii := 16+int(more>>1), more&1 != 0
		got := split(in, int(chunk)+1, limit, ascii)
		for _, p := range got {
			if len(p) > limit {
				t.Fatalf("%q: longer than %d", p, limit)
			}
		}
		if !utf8.ValidString(strings.Join(got, "")) {
			t.Fatalf("%q: not UTF-8", got)
		}
		at := 0
		lines := bytes.Split(in, []byte("\n"))
		if len(lines[len(lines)-1]) == 0 {
			lines = lines[:len(lines)-1]
		}
		for _, line := range lines {
			want, have := escaped(bytes.TrimSuffix(line, []byte("\r")), ascii), ""
			for first := true; first || len(have) < len(want); first = false {
				if at == len(got) {
					t.Fatalf("%q: ends before %q", got, want)
				}
				have += got[at]
				at++
			}
			if have != want {
				t.Fatalf("line %q: %q, expected %q", line, have, want)
			}
		}
		if at != len(got) {
			t.Fatalf("%q: %d pieces too many", got, len(got)-at)
		}
	})
}

func TestSplitterDoesNotAllocate(t *testing.T) {
	n := 0
	s := newSplitter(lineMax, false, func(b []byte) { n += len(b) })
	p := []byte("an ordinary line with ü\x1b[0m in it\r\n")
	if a := testing.AllocsPerRun(100, func() { s.write(p) }); a != 0 {
		t.Errorf("%v allocations per line", a)
	}
}
