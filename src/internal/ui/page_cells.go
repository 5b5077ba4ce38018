package ui

import (
	"cells/src/internal/ui/screen"
	"cells/src/internal/ui/view"
)

// cellsPage is the list of cells.
type cellsPage struct {
	*App
	look view.CellsLook
}

func (p *cellsPage) name() string { return "cells" }

func (p *cellsPage) right() string { return "" }

func (p *cellsPage) draw(w, h int) []screen.Line { return view.Cells(p.Set, &p.model, &p.look, w, h) }

func (p *cellsPage) key(name string) bool {
	rows := p.look.Rows(&p.model)
	switch name {
	case "up", "k":
		p.look.Select(rows, p.look.At-1)
	case "down", "j":
		p.look.Select(rows, p.look.At+1)
	default:
		return false
	}
	return true
}
