package model

import (
	"time"

	"cells/src/internal/backup"
	"cells/src/internal/cell"
	"cells/src/internal/engine"
	"cells/src/internal/explain"
	"cells/src/internal/manifest"
)

// Focus says what is looked at beside the list of cells.
type Focus struct {
	Cell    string // everything about this one; "" for none
	Log     string // the log of this one; "" for none
	Denials bool   // what was denied
	Of      string // ... this cell; "" for all, and the host's
}

// Watched is what a Focus asked for.
type Watched struct {
	Focus
	Explained []explain.Line // of Cell
	CellErr   error
	Log       Log
	Denials   []Denial // the oldest first
	DenialErr error
}

// Log is the end of a cell's log.
type Log struct {
	File  string
	Lines []string
	Err   error
}

// Denial is a denial with the words for its numbers.
type Denial struct {
	cell.Denial
	Rule   cell.Rule
	Name   string // of the cell; "" for the host
	What   string
	Remedy explain.Remedy
}

// RuleName is the rule's name, or its number where the kernel has no such
// row.
func (d Denial) RuleName() string {
	if d.Rule.Name != "" {
		return d.Rule.Name
	}
	return "rule " + cell.ID(d.Denial.Rule).String()
}

// Storage is what is kept: each part may be unreadable on its own.
type Storage struct {
	At        time.Time
	Volumes   []Volume
	Bases     []engine.Base
	BasesErr  error
	Backups   []backup.Backup
	BackupErr error
}

// Volume is a named volume.
type Volume struct {
	*manifest.VolumeFile
	Users []string // cells that mount it
}
