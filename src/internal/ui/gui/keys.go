package gui

import (
	"strings"

	"github.com/jroimartin/gocui"
)

// special are the keys that are no characters, by the names that the rest of
// the interface knows.
var special = map[gocui.Key]string{
	gocui.KeyArrowUp: "up", gocui.KeyArrowDown: "down",
	gocui.KeyArrowLeft: "left", gocui.KeyArrowRight: "right",
	gocui.KeyHome: "home", gocui.KeyEnd: "end",
	gocui.KeyPgup: "pageup", gocui.KeyPgdn: "pagedown",
	gocui.KeyDelete: "delete", gocui.KeyEnter: "enter", gocui.KeyCtrlJ: "enter",
	gocui.KeyTab: "tab", gocui.KeySpace: "space", gocui.KeyEsc: escape,
	gocui.KeyBackspace: "backspace", gocui.KeyBackspace2: "backspace",
	gocui.KeyCtrlA: "home", gocui.KeyCtrlE: "end",
	gocui.KeyCtrlB: "pageup", gocui.KeyCtrlF: "pagedown",
	gocui.KeyCtrlC: "ctrl-c", gocui.KeyCtrlL: "ctrl-l", gocui.KeyCtrlN: "down",
	gocui.KeyCtrlP: "up", gocui.KeyCtrlU: "ctrl-u", gocui.KeyCtrlZ: "ctrl-z",
	gocui.KeyF1: "?",
}

const escape = "esc"

// keyName names a key of gocui, "" for one that nobody uses.
func keyName(key gocui.Key, ch rune, mod gocui.Modifier) string {
	switch {
	case mod != 0:
		return ""
	case ch != 0:
		return string(ch)
	}
	return special[key]
}

// sequences are what terminals send for keys, after ESC, beside what the
// entry of termbox has: its own entry is one of many a terminal may follow.
var sequences = map[string]string{
	"[A": "up", "[B": "down", "[C": "right", "[D": "left",
	"OA": "up", "OB": "down", "OC": "right", "OD": "left",
	"[H": "home", "[F": "end", "OH": "home", "OF": "end",
	"[1~": "home", "[4~": "end", "[7~": "home", "[8~": "end",
	"[5~": "pageup", "[6~": "pagedown", "[3~": "delete", "[Z": "backtab", "OM": "enter",
}

// decoder puts sequences together that arrive as single keys: in pieces over
// a slow line, or because the terminal sends others than its entry says.
// Without it the rest of an arrow key would be taken for commands.
type decoder struct {
	pending bool // an ESC has come
	text    string
}

// feed takes a key and returns those that are complete by it.
func (d *decoder) feed(key string) []string {
	switch {
	case key == "":
		return nil
	case !d.pending && key == escape:
		d.pending, d.text = true, ""
		return nil
	case !d.pending:
		return []string{key}
	case d.text == "" && key != "[" && key != "O":
		d.pending = false
		return append([]string{escape}, d.feed(key)...)
	}
	d.text += key
	if len(d.text) == 1 {
		return nil
	}
	if last := d.text[len(d.text)-1]; len(key) == 1 && strings.IndexByte("0123456789;?", last) >= 0 && len(d.text) < 16 {
		return nil
	}
	d.pending = false
	if name := sequences[d.text]; name != "" {
		return []string{name}
	}
	return nil
}

// timeout is called when nothing has followed an ESC for a while.
func (d *decoder) timeout() []string {
	alone := d.pending && d.text == ""
	d.pending = false
	if alone {
		return []string{escape}
	}
	return nil
}
