package explain

import (
	"fmt"
	"slices"

	"cells/src/internal/cell"
)

// Suggestion is the least policy that lets pass what a cell did.
type Suggestion struct {
	Profile cell.Profile
	Allow   cell.Exceptions
	Ports   []uint16
	Addrs   []cell.Addr // empty: any
	Reasons []Reason
	Refused []Reason // what no policy lets pass
	// Learned is false where nothing was ever recorded by learning.
	Learned bool
	// Below is set where the cell learned in a lower profile than high: what
	// the higher ones deny was not recorded.
	Below bool
}

// Reason says why one part of the suggestion is there.
type Reason struct {
	Rule  cell.Rule
	Count uint64
	For   string // as in "allow rawsock"
}

// Suggest finds the highest profile, and with it the fewest exceptions,
// ports and addresses, under which everything passes that the cell did while
// learning, or that an exception let pass.  Rules that the kernel asks about
// all the time say nothing about a need and are left out.
func Suggest(o Observed) Suggestion {
	s := Suggestion{Profile: o.Info.Config.Profile, Ports: o.Info.Config.Ports,
		Addrs: o.Info.Config.Addrs, Below: o.Info.Config.Profile < cell.High,
		Learned: o.Info.Config.Mode == cell.Learn}
	var needed []Reason
	for _, r := range o.Rules {
		learned := at(o.Counters.Learned, r)
		s.Learned = s.Learned || learned > 0
		if n := learned + at(o.Counters.Excepted, r); n > 0 && !r.Quiet {
			needed = append(needed, Reason{Rule: r, Count: n})
		}
	}
	for _, n := range needed {
		s.lower(o, n)
	}
	for _, n := range needed {
		s.lift(o, n)
	}
	return s
}

// lower takes the profile down as far as a rule needs that nothing else
// lifts.
func (s *Suggestion) lower(o Observed, n Reason) {
	tier := n.Rule.Tier
	switch {
	case tier == cell.TierAlways || tier == cell.TierLow || tier == cell.TierNever:
		return
	case n.Rule.Exception < cell.NException:
		return
	case n.Rule.Name == ruleUndeclared:
		if o.Counters.Missed == 0 && len(union(s.Ports, o.Counters.Ports)) <= cell.MaxPorts {
			return
		}
	}
	s.Profile = min(s.Profile, cell.Profile(tier)-1)
}

// lift adds what a rule needs within the profile that was found.
func (s *Suggestion) lift(o Observed, n Reason) {
	switch r := n.Rule; {
	case r.Name == ruleAddress:
		n.For = s.liftAddrs(o)
	case r.Tier == cell.TierAlways || r.Tier == cell.TierLow:
		s.Refused = append(s.Refused, n)
		return
	case cell.Profile(r.Tier) > s.Profile:
		n.For = "profile " + s.Profile.String()
	case r.Name == ruleUndeclared:
		s.Ports = union(s.Ports, o.Counters.Ports)
		n.For = "ports " + cell.FormatPorts(o.Counters.Ports)
	default:
		s.Allow |= cell.Only(r.Exception)
		n.For = "allow " + r.Exception.String()
	}
	s.Reasons = append(s.Reasons, n)
}

// liftAddrs adds the addresses that were bound; one of them the wildcard, or
// too many, and there can be no declared address.
func (s *Suggestion) liftAddrs(o Observed) string {
	all := slices.Clone(s.Addrs)
	wild := o.Counters.Missed > 0
	for _, a := range o.Counters.Addrs {
		wild = wild || a.IP.IsUnspecified()
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if wild || len(all) > cell.MaxAddrs {
		s.Addrs = nil
		return "no addr"
	}
	s.Addrs = all
	return "addr " + cell.FormatAddrs(o.Counters.Addrs)
}

// Manifest writes the suggestion as lines of a manifest, with the reasons as
// comments.
func (s Suggestion) Manifest() []string {
	var out []string
	for _, r := range s.Reasons {
		out = append(out, fmt.Sprintf("# %s: %s, %s: %s", r.For, Phrase(r.Rule), times(r.Count), r.Rule.Name))
	}
	for _, r := range s.Refused {
		out = append(out, fmt.Sprintf("# nothing lifts %s: %s, %s", r.Rule.Name, Phrase(r.Rule), times(r.Count)))
	}
	if s.Below {
		out = append(out, "# learned in a profile below high: what the higher ones deny was not recorded")
	}
	out = append(out, directive("profile", s.Profile.String()), "mode enforce")
	if s.Allow != 0 {
		out = append(out, directive("allow", s.Allow.String()))
	}
	if len(s.Ports) > 0 {
		out = append(out, directive("ports", cell.FormatPorts(s.Ports)))
	}
	if len(s.Addrs) > 0 {
		out = append(out, directive("addr", cell.FormatAddrs(s.Addrs)))
	}
	return out
}

// times says how often in words.
func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
