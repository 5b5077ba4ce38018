package gui

import (
	"fmt"
	"os"
	"strings"
)

// A kind of terminal is what package termbox has built in and what it can
// do.  termbox reads no terminfo.cdb, which is all that NetBSD has, makes
// nonsense of capabilities that an entry lacks, and sends padding as text.
// Its own entries, chosen by us, are what is used, whatever the system has.
type kind struct {
	pattern string // of TERM; a trailing * stands for anything
	builtin string // entry of termbox
	mono    bool
}

// kinds are looked through in order.  The entry of screen(1) is that of a
// VT220 with modes beside, which real ones pass over: it serves everything
// that follows ECMA-48 and knows DEC's cursor keys.
var kinds = []kind{
	{"xterm-mono", "xterm", true},
	{"xterm*", "xterm", false},
	{"linux-m*", "linux", true},
	{"linux*", "linux", false},
	{"rxvt-m*", "rxvt-256color", true},
	{"rxvt*", "rxvt-256color", false},
	{"Eterm*", "Eterm", false},
	{"vt100*", "screen", true},
	{"vt102*", "screen", true},
	{"vt220*", "screen", true},
	{"vt320*", "screen", true},
	{"vt420*", "screen", true},
	{"vt520*", "screen", true},
	{"wsvt25m*", "screen", true},
	{"wsvt25*", "screen", false},
	{"ansi-m*", "screen", true},
	{"ansi*", "screen", false},
	{"pcansi-m*", "screen", true},
	{"pcansi*", "screen", false},
	{"pcvt25*", "screen", true},
	{"pccon*", "screen", false},
	{"cons25*", "screen", false},
	{"screen*", "screen", false},
	{"tmux*", "screen", false},
	{"dtterm*", "screen", false},
	{"konsole*", "xterm", false},
	{"gnome*", "xterm", false},
	{"vte*", "xterm", false},
	{"putty*", "xterm", false},
	{"mintty*", "xterm", false},
	{"cygwin*", "xterm", false},
	{"alacritty*", "xterm", false},
	{"kitty*", "xterm", false},
	{"foot*", "xterm", false},
	{"wezterm*", "xterm", false},
	{"contour*", "xterm", false},
	{"ghostty*", "xterm", false},
	{"iterm*", "xterm", false},
	{"st-*", "xterm", false},
	{"st", "xterm", false},
}

// UnknownTerminalError is a TERM of which nobody knows what it understands.
type UnknownTerminalError struct{ Term string }

func (e *UnknownTerminalError) Error() string {
	if e.Term == "" {
		return "TERM is not set; TERM=vt220 suits what understands a VT220's sequences"
	}
	return fmt.Sprintf("terminal type %q is not known; TERM=vt220 suits what understands a VT220's sequences", e.Term)
}

// kindOf finds the kind of a TERM.
func kindOf(term string) (kind, error) {
	for _, k := range kinds {
		prefix, any := strings.CutSuffix(k.pattern, "*")
		if term == k.pattern || any && strings.HasPrefix(term, prefix) {
			return k, nil
		}
	}
	return kind{}, &UnknownTerminalError{term}
}

// withTerm calls f while the environment names the built-in entry and no
// database, and puts the environment back.
func (k kind) withTerm(f func() error) error {
	for name, value := range map[string]string{
		"TERM": k.builtin, "TERMINFO": "/nonexistent"} {
		old, was := os.LookupEnv(name)
		os.Setenv(name, value)
		defer func() {
			if was {
				os.Setenv(name, old)
			} else {
				os.Unsetenv(name)
			}
		}()
	}
	return f()
}

// UTF8 reports whether the locale of the environment is one of UTF-8.
func UTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// Mono reports whether there are to be no colours, by NO_COLOR or by the
// terminal.
func Mono(getenv func(string) string) bool {
	k, err := kindOf(getenv("TERM"))
	return getenv("NO_COLOR") != "" || err == nil && k.mono
}
