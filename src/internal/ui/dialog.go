package ui

import (
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// dialog is something that has to be answered first.
type dialog interface {
	draw(w, h int) []screen.Line    // takes the bottom of the page
	line(w int) (screen.Line, bool) // in the place of the note
	hints() []view.Hint
	key(name string)
}
