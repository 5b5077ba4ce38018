package engine

import (
	"errors"
	"fmt"
	"os"

	"cells/src/internal/manifest"
)

// Tail reads the lines of a cell's log as they come, also from the file that
// takes the place of one that was rotated.
type Tail struct {
	File  string // that is read
	name  string
	f     *os.File
	at    int64
	first [][]byte // the lines that were there before
}

// OpenTail opens the log of a cell; Next then begins with its last n lines.
// Of several files it is the first that has any.
func OpenTail(c *manifest.Cell, n int) (*Tail, error) {
	files := LogFiles(c)
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: syslogd(8) puts %s into no file", c.Name, c.Log)
	}
	var errs []error
	for i, file := range files {
		f, err := os.Open(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		lines, end, err := LastLines(f, c.Name, n)
		if err != nil {
			f.Close()
			return nil, err
		}
		if len(lines) == 0 && i < len(files)-1 {
			f.Close()
			continue
		}
		return &Tail{File: file, name: c.Name, f: f, at: end, first: lines}, nil
	}
	return nil, errors.Join(errs...)
}

// Next returns the lines that are new, each with its newline.
func (t *Tail) Next() ([][]byte, error) {
	if first := t.first; first != nil {
		t.first = nil
		return first, nil
	}
	lines, end, err := LinesAfter(t.f, t.name, t.at)
	if err != nil {
		return nil, err
	}
	t.at = end
	t.follow()
	return lines, nil
}

// follow goes over to the file that its name stands for by now.
func (t *Tail) follow() {
	was, err := t.f.Stat()
	if err != nil {
		return
	}
	is, err := os.Stat(t.File)
	if err != nil || os.SameFile(was, is) {
		return
	}
	if g, err := os.Open(t.File); err == nil {
		t.f.Close()
		t.f, t.at = g, 0
	}
}

// Close closes the file.
func (t *Tail) Close() { t.f.Close() }
