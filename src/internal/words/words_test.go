package words

import (
	"errors"
	"reflect"
	"testing"
	"time"
)

func TestSplit(t *testing.T) {
	cases := map[string][]string{
		"":                           {},
		"   # only a comment":        {},
		"a b\tc":                     {"a", "b", "c"},
		"nginx -g 'daemon off;' # x": {"nginx", "-g", "daemon off;"},
		`"a b"c'd e'f`:               {"a bcd ef"},
		`a\ b \# \\`:                 {"a b", "#", `\`},
		`"\$x \q \" \\"`:             {`$x \q " \`},
		`'' ""`:                      {"", ""},
		"a#b":                        {"a#b"},
		"$HOME `x` *":                {"$HOME", "`x`", "*"},
		"caf\u00e9 \u00a0":           {"caf\u00e9", "\u00a0"},
	}
	for in, want := range cases {
		got, err := Fields(in)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Fields(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestSplitPositions(t *testing.T) {
	ws, err := Split(`  ports 80 '443'`)
	want := []Word{{"ports", 2, false}, {"80", 8, false}, {"443", 11, true}}
	if err != nil || !reflect.DeepEqual(ws, want) {
		t.Errorf("got %v, %v", ws, err)
	}
}

func TestSplitErrors(t *testing.T) {
	for in, col := range map[string]int{"a 'b": 2, `ab "c`: 3, `x \`: 2, `"a\`: 0} {
		_, err := Split(in)
		var se *SplitError
		if !errors.As(err, &se) || se.Col != col {
			t.Errorf("Split(%q): %v, want column %d", in, err, col)
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "a b", "it's", `\`, "#x", "\x00\n", "a'b\"c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Fields(Join([]string{s, "end"}))
		if err != nil || len(got) != 2 || got[0] != s {
			t.Errorf("Fields(Quote(%q)) = %q, %v", s, got, err)
		}
	})
}

func TestNearest(t *testing.T) {
	verbs := []string{"create", "set", "list", "stats", "start", "stop", "status", "denials"}
	for in, want := range map[string]string{
		"crate": "create", "lsit": "list", "den": "denials", "cr": "create",
		"strat": "start", "stpo": "stop", "x": "", "frobnicate": "", "": "", "creat": "create",
		"sett": "set", "sttaus": "status",
	} {
		got, ok := Nearest(in, verbs)
		if got != want || ok != (want != "") {
			t.Errorf("Nearest(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"10": 10 * time.Second, "0": 0, "90s": 90 * time.Second, "1h30m": 90 * time.Minute,
		"2d": 48 * time.Hour, "1w": 168 * time.Hour, "250ms": 250 * time.Millisecond, "5m": 5 * time.Minute,
	} {
		got, err := Duration(in)
		if err != nil || got != want {
			t.Errorf("Duration(%q) = %v, %v, want %v", in, got, err, want)
		}
		if back, err := Duration(FormatDuration(want)); err != nil || back != want {
			t.Errorf("%v does not read back: %q", want, FormatDuration(want))
		}
	}
	for _, in := range []string{"", "-1", "x", "1x", "1h30", "99999999999w", "18446744073709551616", "1.5s", " 1"} {
		if d, err := Duration(in); err == nil {
			t.Errorf("Duration(%q) = %v", in, d)
		}
	}
}

func TestBriefDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		59 * time.Second: "59s", 90 * time.Minute: "1h30m", 0: "0s",
		76*time.Hour + 5*time.Second: "3d4h", 1500 * time.Millisecond: "1s",
	} {
		if got := BriefDuration(d); got != want {
			t.Errorf("BriefDuration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[string]uint64{"0": 0, "512": 512, "4k": 4096, "2M": 2 << 20, "1G": 1 << 30, "3T": 3 << 40, "7B": 7} {
		if got, err := Size(in); err != nil || got != want {
			t.Errorf("Size(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "K", "-1", "1KB", "99999999T", "1.5M"} {
		if n, err := Size(in); err == nil {
			t.Errorf("Size(%q) = %d", in, n)
		}
	}
	for n, want := range map[uint64]string{0: "0B", 512: "512B", 1536: "1.5K", 12 << 20: "12.0M", 200 << 30: "200G"} {
		if got := FormatSize(n); got != want {
			t.Errorf("FormatSize(%d) = %q, want %q", n, got, want)
		}
	}
}
