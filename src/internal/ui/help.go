package ui

import (
	"fmt"
	"strings"

	"cells/src/internal/ui/screen"
)

// keyWidth is the room that help has for the names of keys.
const keyWidth = 16

// help lists the keys of the view that is shown: those that look, then those
// that do something, with the reason where they are not to be had.
func (a *App) help(string) {
	var lines []screen.Line
	put := func(style screen.Style, s string) { lines = append(lines, a.Set.Line(style, s)) }
	for _, acts := range []bool{false, true} {
		title := "keys of the view " + a.page().name()
		if acts {
			title = "what can be done there"
		}
		if acts && !a.Root {
			title += ": not by this user, " + onlyRoot
		}
		n := len(lines)
		for i := range bindings {
			b := &bindings[i]
			if b.Acts != acts || !b.on(a.page().name()) {
				continue
			}
			if len(lines) == n {
				if n > 0 {
					put(screen.Plain, "")
				}
				put(screen.Head, title)
			}
			text := b.About
			if b.Asks {
				text += "; asks first"
			}
			style := screen.Plain
			if acts && !a.Root {
				style = screen.Label
				text += " (unavailable)"
			}
			put(style, fmt.Sprintf("  %-*s %s", keyWidth, b.Names(), text))
		}
	}
	a.read("cellui(8) has more", func(w int) (out []screen.Line) {
		for _, l := range lines {
			out = append(out, screen.Hang(l, w, keyWidth+3)...)
		}
		return out
	})
}

// join names a few things.
func join(names []string) string { return strings.Join(names, ", ") }
