package plan

import "cells/src/internal/manifest"

// InForce is a cell as it runs: what was applied last, and over it what the
// kernel enforces now; nil where it does not run or is not known.
func InForce(o *Observed) *manifest.Cell {
	if o == nil || o.Kernel == nil {
		return nil
	}
	c := &manifest.Cell{Name: o.Kernel.Config.Name}
	if o.Applied != nil {
		c = o.Applied.Over(o.Applied)
	}
	cf := Standing(o.Kernel)
	c.Profile, c.Mode, c.Allow, c.MaxProc = cf.Profile, cf.Mode, cf.Allow, cf.MaxProc
	c.Ports, c.Addrs = cf.Ports, cf.Addrs
	return c
}

// Directive is one directive of a cell, as its manifest has it and as it is
// in force; both are canonical, with a line for each time it is given.
type Directive struct {
	Name       string
	Want, Have string
	Differs    bool
}

// Directives compares a manifest with what is in force, as far as that is
// known.  Where the cell does not run nothing differs.
func Directives(c *manifest.Cell, o *Observed) []Directive {
	r := InForce(o)
	var out []Directive
	for _, d := range manifest.CellDirectives() {
		one := Directive{Name: d.Name, Want: c.Field(d.Name)}
		if r != nil && (o.Applied != nil || d.Effect == manifest.Live) {
			one.Have = r.Field(d.Name)
			one.Differs = one.Have != one.Want
		}
		if one.Want != "" || one.Differs {
			out = append(out, one)
		}
	}
	return out
}
