package ui

import (
	"slices"
	"strings"

	"cells/src/internal/ui/view"
)

// Binding is one row of the table of keys: those that look, and those that
// do.  The table drives dispatch, footer, help and the manual.
type Binding struct {
	Keys  []string // by the names of package gui; the first one is shown
	Hint  string   // in the footer; "" where only help has it
	About string   // in help and in the manual
	On    []string // views; none: all
	Turns bool     // shows another view
	Acts  bool     // changes something: only root may
	Asks  bool     // ... and asks first
	run   func(a *App, key string)
}

// shown is how a key is written for a reader.
var shown = map[string]string{"up": "Up", "down": "Down", "left": "Left", "right": "Right", "enter": "Enter",
	"tab": "Tab", "backtab": "Shift-Tab", "esc": "Esc", "home": "Home", "end": "End", "pageup": "PageUp",
	"pagedown": "PageDown", "space": "Space", "ctrl-c": "Ctrl-C", "ctrl-l": "Ctrl-L", "ctrl-z": "Ctrl-Z"}

// KeyName is a key as help and the manual write it.
func KeyName(key string) string {
	if s := shown[key]; s != "" {
		return s
	}
	return key
}

// Names are the keys of the binding for a reader.
func (b *Binding) Names() string {
	names := make([]string, len(b.Keys))
	for i, k := range b.Keys {
		names[i] = KeyName(k)
	}
	return strings.Join(names, " ")
}

// on reports whether the binding belongs to a view.
func (b *Binding) on(view string) bool { return len(b.On) == 0 || slices.Contains(b.On, view) }

// dispatch runs what a key stands for in the view that is shown.
func (a *App) dispatch(key string) bool {
	for i := range bindings {
		b := &bindings[i]
		if !b.on(a.page().name()) || !slices.Contains(b.Keys, key) {
			continue
		}
		if b.Acts && !a.Root {
			a.refuse(b)
		} else {
			b.run(a, key)
		}
		return true
	}
	return false
}

// onlyRoot is why an ordinary user may not.
const onlyRoot = "only root may"

// turns reports whether a key shows another view.
func turns(key string) bool {
	return slices.ContainsFunc(bindings, func(b Binding) bool { return b.Turns && slices.Contains(b.Keys, key) })
}

// refuse says why something is not done.
func (a *App) refuse(b *Binding) {
	what, _, _ := strings.Cut(b.About, ",")
	a.say(badStyle, what+": "+onlyRoot)
}

// hints are the footer of the view that is shown: what looks, then what acts.
func (a *App) hints() []view.Hint {
	var out []view.Hint
	for _, acts := range []bool{false, true} {
		for i := range bindings {
			b := &bindings[i]
			if b.Hint != "" && b.on(a.page().name()) && b.Acts == acts && (a.Root || !b.Acts) {
				out = append(out, view.Hint{Key: KeyName(b.Keys[0]), Does: b.Hint})
			}
		}
	}
	return out
}
