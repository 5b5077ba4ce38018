package gui

import (
	"github.com/jroimartin/gocui"

	"cells/src/internal/ui/screen"
)

// looks are the attributes of the styles: of ordinary lines, and of lines
// that are selected.
func looks(mono bool) [2]map[screen.Style]gocui.Attribute {
	plain := map[screen.Style]gocui.Attribute{
		screen.Strong: gocui.AttrBold,
		screen.Head:   gocui.AttrBold,
		screen.Good:   gocui.ColorGreen,
		screen.Busy:   gocui.ColorYellow,
		screen.Bad:    gocui.ColorRed | gocui.AttrBold,
		screen.Bar:    gocui.AttrReverse,
		screen.BarKey: gocui.AttrBold,
		screen.Cursor: gocui.AttrReverse,
	}
	if mono {
		plain[screen.Good] = 0
		plain[screen.Busy] = gocui.AttrBold
		plain[screen.Bad] = gocui.AttrBold | gocui.AttrUnderline
	}
	selected := map[screen.Style]gocui.Attribute{}
	for s := range screen.Styles {
		selected[s] = gocui.AttrReverse
		if a := plain[s]; a&gocui.AttrBold != 0 || s == screen.Busy {
			selected[s] |= gocui.AttrBold
		}
	}
	return [2]map[screen.Style]gocui.Attribute{plain, selected}
}

// line draws one line.  What could move the cursor or do worse was made text
// long before; here is the last place to make sure.
func (t *Terminal) line(y, w int, l screen.Line) {
	look := t.looks[0]
	if l.Selected {
		look = t.looks[1]
	}
	x := 0
	for _, s := range l.Spans {
		for _, r := range s.Text {
			n := screen.RuneWidth(r)
			if n == 0 || t.set.ASCII && r > '~' {
				r, n = '?', 1
			}
			if x+n > w {
				return
			}
			t.gui.SetRune(x, y, r, look[s.Style], gocui.ColorDefault)
			x += n
		}
	}
	for ; x < w; x++ {
		t.gui.SetRune(x, y, ' ', look[l.Fill], gocui.ColorDefault)
	}
}
