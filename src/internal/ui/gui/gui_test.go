package gui

import (
	"slices"
	"strings"
	"testing"

	"github.com/jroimartin/gocui"

	"cells/src/internal/ui/screen"
)

func TestKinds(t *testing.T) {
	for term, want := range map[string]struct {
		builtin string
		mono    bool
	}{
		"vt220": {"screen", true}, "vt100": {"screen", true}, "wsvt25": {"screen", false}, "wsvt25m": {"screen", true},
		"xterm": {"xterm", false}, "xterm-256color": {"xterm", false}, "xterm-mono": {"xterm", true},
		"linux": {"linux", false}, "screen": {"screen", false}, "tmux-256color": {"screen", false},
		"rxvt-unicode-256color": {"rxvt-256color", false}, "st-256color": {"xterm", false}, "pcvt25h": {"screen", true},
	} {
		k, err := kindOf(term)
		if err != nil || k.builtin != want.builtin || k.mono != want.mono {
			t.Errorf("%s: %+v, %v", term, k, err)
		}
	}
	for _, term := range []string{"", "dumb", "adm3a", "vt52", "stick", "unknown"} {
		if k, err := kindOf(term); err == nil {
			t.Errorf("%q is taken for %+v", term, k)
		}
	}
}

func environment(vars ...string) func(string) string {
	return func(name string) string {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestEnvironment(t *testing.T) {
	for _, c := range []struct {
		vars string
		utf8 bool
		mono bool
	}{
		{"TERM=xterm LANG=de_DE.UTF-8", true, false},
		{"TERM=xterm LANG=de_DE.UTF-8 LC_ALL=C", false, false},
		{"TERM=xterm LC_CTYPE=C.utf8 LANG=C NO_COLOR=1", true, true},
		{"TERM=vt220", false, true},
		{"TERM=wsvt25 LANG=de_DE.ISO8859-15 NO_COLOR=", false, false},
	} {
		env := environment(strings.Fields(c.vars)...)
		if UTF8(env) != c.utf8 || Mono(env) != c.mono {
			t.Errorf("%s: UTF-8 %v, mono %v", c.vars, UTF8(env), Mono(env))
		}
	}
}

// TestDecoder: sequences that arrive in pieces are keys, and never commands.
func TestDecoder(t *testing.T) {
	for in, want := range map[string]string{
		"j":               "j",
		"esc":             "",
		"esc timeout":     "esc",
		"esc [ A":         "up",
		"esc O B":         "down",
		"esc [ 6 ~ q":     "pagedown q",
		"esc [ Z":         "backtab",
		"esc [ 1 ; 5 C x": "x",
		"esc [ K":         "",
		"esc O K a":       "a",
		"esc q":           "esc q",
		"esc esc timeout": "esc esc",
		"esc [ timeout A": "A",
		"esc [ 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 j": "1 j",
	} {
		var d decoder
		var got []string
		for _, k := range strings.Fields(in) {
			if k == "timeout" {
				got = append(got, d.timeout()...)
			} else {
				got = append(got, d.feed(k)...)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestKeyName(t *testing.T) {
	for _, c := range []struct {
		key  gocui.Key
		ch   rune
		mod  gocui.Modifier
		want string
	}{
		{0, 'a', 0, "a"}, {0, 'a', gocui.ModAlt, ""}, {gocui.KeyArrowUp, 0, 0, "up"}, {gocui.KeyCtrlJ, 0, 0, "enter"},
		{gocui.KeyBackspace2, 0, 0, "backspace"}, {gocui.KeyF9, 0, 0, ""}, {gocui.KeySpace, 0, 0, "space"},
	} {
		if got := keyName(c.key, c.ch, c.mod); got != c.want {
			t.Errorf("%v %q: %q, want %q", c.key, c.ch, got, c.want)
		}
	}
}

// TestLooks: without colours there are none, and bad still stands out.
func TestLooks(t *testing.T) {
	for i, m := range looks(true) {
		for s, a := range m {
			if a&0xff != 0 {
				t.Errorf("%d: style %d has colour %d", i, s, a&0xff)
			}
		}
	}
	plain := looks(true)[0]
	if plain[screen.Bad] == plain[screen.Good] || plain[screen.Bad] == plain[screen.Busy] {
		t.Error("what is bad looks like the rest")
	}
	colours := looks(false)[0]
	used := []gocui.Attribute{colours[screen.Good] & 0xff, colours[screen.Busy] & 0xff, colours[screen.Bad] & 0xff}
	if slices.Contains(used, 0) || colours[screen.Plain] != 0 || colours[screen.Strong]&0xff != 0 {
		t.Errorf("colours %v", used)
	}
}
