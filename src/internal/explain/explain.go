// Package explain turns the numbers that the kernel keeps of denials into
// what an admin wants to know: what was tried, and what would let it pass.
// It is pure: what is observed comes in, words come out.
package explain

import (
	"slices"
	"strings"

	"cells/src/internal/cell"
)

// Rules whose remedy is not an exception or a profile.
const (
	ruleUndeclared = "network.bind.undeclared"
	ruleAddress    = "network.bind.address"
	ruleOther      = "network.bind.other"
	ruleMaxproc    = "process.fork.maxproc"
)

// Observed is everything that is known about one cell's denials.
type Observed struct {
	Info     cell.Info
	Counters cell.Counters
	Denials  []cell.Denial // the last ones, oldest first
	Rules    []cell.Rule
}

// Line is one rule that denied.
type Line struct {
	Rule    cell.Rule
	What    string // in words
	Denied  uint64
	Learned uint64
	Last    cell.Denial // Count is 0 where none is kept any more
	Remedy  Remedy
}

// Remedy is what would lift a rule.  All are empty where nothing does.
type Remedy struct {
	Lift     string // as in "exception rawsock", or "exception rawsock, in force"
	Command  string // the cellctl command; "" where it is in force
	Manifest string // the directive of the manifest, whole
}

// Explain returns a line for every rule that denied, or would have but for
// learning; those tried most come first.
func Explain(o Observed) []Line {
	var out []Line
	for _, r := range o.Rules {
		l := Line{Rule: r, Denied: at(o.Counters.Denied, r), Learned: at(o.Counters.Learned, r)}
		if l.Denied == 0 && l.Learned == 0 {
			continue
		}
		mine := o.of(r)
		if len(mine) > 0 {
			l.Last = mine[len(mine)-1]
		}
		l.What = whatOf(r, mine)
		l.Remedy = o.remedy(r, mine)
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		switch x, y := a.Denied+a.Learned, b.Denied+b.Learned; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return out
}

// One explains a single denial of a cell that is like in.
func One(in cell.Info, r cell.Rule, d cell.Denial) (what string, remedy Remedy) {
	o := Observed{Info: in, Denials: []cell.Denial{d}, Rules: []cell.Rule{r}}
	mine := o.of(r)
	return whatOf(r, mine), o.remedy(r, mine)
}

// at is a rule's counter.
func at(counters []uint64, r cell.Rule) uint64 {
	if int(r.ID) < len(counters) {
		return counters[r.ID]
	}
	return 0
}

// of returns the denials by r that the ring still has, by their number.
func (o Observed) of(r cell.Rule) []cell.Denial {
	var out []cell.Denial
	for _, d := range o.Denials {
		if d.Rule == r.ID {
			out = append(out, d)
		}
	}
	return out
}

// whatOf is Phrase with the ports or addresses in question; where some were
// denied and some learned, which is which.
func whatOf(r cell.Rule, ds []cell.Denial) string {
	denied, learned := byVerdict(ds)
	d, l := detailsOf(r, denied), detailsOf(r, learned)
	switch {
	case d != "" && l != "":
		return Phrase(r) + ": denied " + d + "; learned " + l
	case d+l != "":
		return Phrase(r) + ": " + d + l
	}
	return Phrase(r)
}

// byVerdict sorts out what was only learned.
func byVerdict(ds []cell.Denial) (denied, learned []cell.Denial) {
	for _, d := range ds {
		if d.Verdict == cell.Learned {
			learned = append(learned, d)
		} else {
			denied = append(denied, d)
		}
	}
	return denied, learned
}

// detailsOf lists the ports or addresses of denials, where their rule is
// about such.
func detailsOf(r cell.Rule, ds []cell.Denial) string {
	switch r.Name {
	case ruleUndeclared, ruleOther:
		if ports := portsOf(ds); len(ports) > 0 {
			return cell.FormatPorts(ports)
		}
	case ruleAddress:
		if addrs := addrsOf(ds); len(addrs) > 0 {
			return cell.FormatAddrs(addrs)
		}
	}
	return ""
}

// portsOf lists the ports of denials, sorted.
func portsOf(ds []cell.Denial) []uint16 {
	var out []uint16
	for _, d := range ds {
		if d.Detail > 0 && d.Detail <= 0xffff {
			out = append(out, uint16(d.Detail))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// addrsOf lists the addresses of denials, each once.
func addrsOf(ds []cell.Denial) []cell.Addr {
	var out []cell.Addr
	for _, d := range ds {
		if d.Addr.IP.IsValid() && !slices.Contains(out, d.Addr) {
			out = append(out, d.Addr)
		}
	}
	return out
}

// directive is a line of a manifest whose values the arguments are.
func directive(name, list string) string {
	return name + " " + strings.ReplaceAll(list, ",", " ")
}
