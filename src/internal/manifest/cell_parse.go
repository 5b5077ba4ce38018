package manifest

import "fmt"

// ParseCell reads the text of NAME.cell.  The result is usable only where
// nothing was added to errs.
func ParseCell(name, file string, text []byte, conf *Conf, errs *Errors) *Cell {
	c := newCell(name, file, conf)
	before := len(*errs)
	d := document[Cell]{file: file, rows: cellGrammar, into: c, seen: c.lines, errs: errs}
	d.read(text)
	if c.lines["command"] == 0 && !d.lost["command"] {
		errs.add(file, 0, "command is missing")
	}
	if len(*errs) == before {
		c.checkLayout(errs)
		c.checkHostPaths(conf, errs)
	}
	if len(*errs) == before {
		c.digest = c.Digest()
	}
	return c
}

// checkHostPaths refuses paths of the host that cells.conf does not allow.
func (c *Cell) checkHostPaths(conf *Conf, errs *Errors) {
	for _, v := range c.Volumes {
		if !v.Host() || conf.Allows(v.Source, !v.ReadOnly) {
			continue
		}
		what := fmt.Sprintf("volume: %s: %s allows no such path (hostpath)", v.Source, conf.File)
		if conf.Allows(v.Source, false) {
			what = fmt.Sprintf("volume: %s: %s allows it read-only (ro)", v.Source, conf.File)
		}
		errs.add(c.File, v.line, "%s", what)
	}
}
