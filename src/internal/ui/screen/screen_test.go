package screen

import (
	"math/rand"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ in, utf8, ascii string }{
		{"plain text", "plain text", "plain text"},
		{"\x1b[2J\x1b]0;x\a", `\033[2J\033]0;x\007`, `\033[2J\033]0;x\007`},
		{"a\tb\nc\r", `a\tb\nc\r`, `a\tb\nc\r`},
		{"\u009b1A", `\302\2331A`, `\302\2331A`},
		{"\x9b1A\xff", `\2331A\377`, `\2331A\377`},
		{"gr\u00fc\u00df", "gr\u00fc\u00df", `gr\303\274\303\237`},
		{"\u202egnp", `\342\200\256gnp`, `\342\200\256gnp`},
		{"e\u0301", `e\314\201`, `e\314\201`},
		{"\u65e5", "\u65e5", `\346\227\245`},
		{`back\slash \033`, `back\slash \033`, `back\slash \033`},
		{"\u2028\ufeff\x00\x7f", `\342\200\250\357\273\277\000\177`, `\342\200\250\357\273\277\000\177`},
	} {
		if got := Safe(c.in, false); got != c.utf8 {
			t.Errorf("Safe(%q) is %q, want %q", c.in, got, c.utf8)
		}
		if got := Safe(c.in, true); got != c.ascii {
			t.Errorf("Safe(%q, ascii) is %q, want %q", c.in, got, c.ascii)
		}
	}
}

// TestSafeRandom: whatever comes in, what comes out has a width and is no
// control.
func TestSafeRandom(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 20000 {
		b := make([]byte, r.Intn(12))
		for i := range b {
			b[i] = byte(r.Intn(256))
		}
		for _, s := range []string{string(b), string(rune(r.Intn(0x20000)))} {
			for _, ascii := range []bool{false, true} {
				for _, c := range Safe(s, ascii) {
					if RuneWidth(c) == 0 || unicode.IsControl(c) || ascii && c >= utf8.RuneSelf {
						t.Fatalf("Safe(%q, %v) lets %q through", s, ascii, c)
					}
				}
			}
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab+"}, {"abcd", 1, "+"}, {"abcd", 0, ""}, {"abcd", -3, ""},
		{"\u65e5\u672c\u8a9e", 4, "\u65e5+"}, {"", 0, ""},
	} {
		if got := Clip(c.in, c.w, true); got != c.want || Width(got) > max(0, c.w) {
			t.Errorf("Clip(%q, %d) is %q, want %q", c.in, c.w, got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	c := Charset{ASCII: true}
	l := Of(c.Text(Strong, "name"), c.Text(Plain, " and more"))
	for w, want := range map[int]string{4: "name", 7: "name a+", 13: "name and more", 15: "name and more  ", 0: ""} {
		if got := c.Fit(l, w).String(); got != want {
			t.Errorf("Fit to %d is %q, want %q", w, got, want)
		}
	}
	if got := Scroll(l, 6).String(); got != "nd more" {
		t.Errorf("scrolled: %q", got)
	}
	if got := c.Ends(c.Line(Plain, "left"), c.Line(Plain, "right"), 12).String(); got != "left   right" {
		t.Errorf("ends: %q", got)
	}
}

func TestPlot(t *testing.T) {
	for _, c := range []struct {
		values []float64
		w      int
		top    float64
		want   string
	}{
		{[]float64{0, 50, 100}, 5, 100, "  _=#"},
		{[]float64{0, 0}, 2, 0, "__"},
		{[]float64{1, 2, 4}, 3, 0, "-=#"},
		{[]float64{9, 400}, 2, 100, ".#"},
		{[]float64{1, 2, 3, 4}, 2, 4, "+#"},
		{[]float64{0.01}, 1, 100, "."},
	} {
		if got := (Charset{ASCII: true}).Plot(c.values, c.w, c.top); got != c.want {
			t.Errorf("%v of %v is %q, want %q", c.values, c.top, got, c.want)
		}
		if got := (Charset{}).Plot(c.values, c.w, c.top); Width(got) != c.w {
			t.Errorf("%v is %d wide: %q", c.values, Width(got), got)
		}
	}
}

func TestLayout(t *testing.T) {
	c := Charset{ASCII: true}
	cols := []Column{{Head: "NAME", Grow: true, Min: 6}, {Head: "N", Right: true, Min: 3},
		{Head: "STATE"}, {Head: "EXTRA", Drop: 1}}
	row := []Span{{Text: "a-long-name"}, {Text: "7"}, {Text: "ready"}, {Text: "more text"}}
	for w, want := range map[int]string{
		120: "NAME" + strings.Repeat(" ", 93) + "    N  STATE  EXTRA\na-long-name" + strings.Repeat(" ", 86) + "    7  ready  more text\n",
		40:  "NAME                   N STATE EXTRA\na-long-name            7 ready more text\n",
		20:  "NAME         N STATE\na-long-na+   7 ready\n",
	} {
		g := c.Layout(cols, [][]Span{row}, w)
		if got := Text([]Line{g.Heads(-1, ""), g.Row(row)}); got != want {
			t.Errorf("at %d:\n%s, want\n%s", w, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[31m\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Safe(s, false) {
			if r < ' ' || r >= 0x7f && r < 0xa0 || RuneWidth(r) == 0 {
				t.Fatalf("%q lets %q through", s, r)
			}
		}
	})
}

// TestWrap: nothing is lost, nothing is too wide, and the style stays.
func TestWrap(t *testing.T) {
	c := Charset{}
	for _, x := range []struct {
		in   string
		w    int
		want string
	}{
		{"  + web: start", 20, "  + web: start\n"},
		{"  + web: start /bin/sh -c while", 20, "  + web: start\n      /bin/sh -c\n      while\n"},
		{"  + aaaaaaaaaaaaaaaaaaaaaaaaa", 20, "  + aaaaaaaaaaaaaaaa\n      aaaaaaaaa\n"},
		{"\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e", 7, "\u65e5\u672c\u8a9e\n   \u65e5\u672c\n   \u8a9e\n"},
		{"", 5, "\n"}, {"abc", 1, "abc\n"},
	} {
		if got := Text(Wrap(c.Line(Bad, x.in), x.w)); got != x.want {
			t.Errorf("%q to %d is\n%s", x.in, x.w, got)
		}
	}
	for _, l := range Wrap(Of(c.Text(Good, "one two"), c.Text(Bad, " three four")), 9) {
		if strings.Contains(l.String(), "four") && l.Spans[len(l.Spans)-1].Style != Bad {
			t.Errorf("the style is lost: %v", l)
		}
	}
}
