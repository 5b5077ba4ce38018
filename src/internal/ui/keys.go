package ui

import "cells/src/internal/ui/view"

// binding is one row of the table of keys.
type binding struct {
	keys  []string // the first is the one that is shown
	does  string   // in the footer, "" for a key that only help lists
	about string   // in help and in the manual
	run   func(a *App)
}

// globals are the keys of every page.
var globals []binding

func init() {
	globals = []binding{
		{[]string{"tab"}, "next view", "the next view; back: Shift-Tab, or a number", func(a *App) { a.turn(1) }},
		{[]string{"backtab"}, "", "the view before", func(a *App) { a.turn(-1) }},
		{[]string{"?"}, "help", "the keys of this view", func(a *App) {}},
		{[]string{"q", "esc", "ctrl-c"}, "back", "back; in the list of cells: quit", func(a *App) { a.back() }},
	}
}

// global runs a key that every page has.
func (a *App) global(name string) bool {
	if len(name) == 1 && name[0] >= '1' && int(name[0]-'1') < len(a.pages) {
		a.show(int(name[0] - '1'))
		return true
	}
	for _, b := range globals {
		for _, k := range b.keys {
			if k == name {
				b.run(a)
				return true
			}
		}
	}
	return false
}

// hints are the footer.
func (a *App) hints() []view.Hint {
	var out []view.Hint
	for _, b := range globals {
		if b.does != "" {
			out = append(out, view.Hint{Key: b.keys[0], Does: b.does})
		}
	}
	return out
}

// show shows a page.
func (a *App) show(at int) { a.at = at }

// turn shows the page n further on.
func (a *App) turn(n int) { a.show((a.at + n + len(a.pages)) % len(a.pages)) }

// back goes back to the list of cells, or ends the program.
func (a *App) back() {
	if a.at != 0 {
		a.show(0)
		return
	}
	a.Terminal.Quit()
}
