package explain

import (
	"fmt"
	"slices"

	"cells/src/internal/cell"
)

// remedy says what would lift a rule for the cell, with what it is allowed
// already, or what has lifted it since.
func (o Observed) remedy(r cell.Rule, ds []cell.Denial) Remedy {
	switch r.Name {
	case ruleUndeclared:
		return o.declarePorts(ds)
	case ruleAddress:
		return o.declareAddrs(ds)
	case ruleMaxproc:
		return o.raiseMaxproc()
	}
	switch {
	case r.Tier == cell.TierAlways || r.Tier == cell.TierNever || r.Tier == cell.TierLow:
		return Remedy{}
	case o.Info.Config.Profile < cell.Profile(r.Tier):
		return o.lowered()
	case r.Exception < cell.NException:
		return o.except(r.Exception)
	}
	return o.lower(cell.Profile(r.Tier) - 1)
}

// except grants an exception.
func (o Observed) except(e cell.Exception) Remedy {
	all := o.Info.Config.Allow | cell.Only(e)
	lift, manifest := "exception "+e.String(), directive("allow", all.String())
	if o.Info.Config.Allow.Has(e) {
		return inForce(lift, manifest)
	}
	return Remedy{
		Lift:     lift,
		Command:  fmt.Sprintf("cellctl allow %s %s", o.Info.Config.Name, e),
		Manifest: manifest,
	}
}

// inForce is the remedy of what is lifted by now.
func inForce(lift, manifest string) Remedy {
	return Remedy{Lift: lift + ", in force", Manifest: manifest}
}

// lower takes the profile down to p.
func (o Observed) lower(p cell.Profile) Remedy {
	return Remedy{
		Lift:     "profile " + p.String(),
		Command:  fmt.Sprintf("cellctl set %s profile=%s", o.Info.Config.Name, p),
		Manifest: directive("profile", p.String()),
	}
}

// lowered says that the profile has lifted a rule.
func (o Observed) lowered() Remedy {
	m := o.lower(o.Info.Config.Profile)
	return inForce(m.Lift, m.Manifest)
}

// declarePorts adds the ports that were tried, as far as a cell may have so
// many; beyond that, the profile that does not ask for ports.
func (o Observed) declarePorts(ds []cell.Denial) Remedy {
	have := o.Info.Config.Ports
	tried := union(portsOf(ds), o.Counters.Ports)
	open := slices.DeleteFunc(slices.Clone(tried), func(p uint16) bool { return slices.Contains(have, p) })
	ports := union(have, tried)
	list := cell.FormatPorts(ports)
	switch {
	case o.Info.Config.Profile < cell.High:
		return o.lowered()
	case len(tried) == 0 || len(ports) > cell.MaxPorts:
		return o.lower(cell.Medium)
	case len(open) == 0:
		return inForce("ports "+cell.FormatPorts(tried), directive("ports", list))
	}
	return Remedy{
		Lift:     "ports " + cell.FormatPorts(open),
		Command:  fmt.Sprintf("cellctl set %s ports=%s", o.Info.Config.Name, list),
		Manifest: directive("ports", list),
	}
}

// union is what is in a or b, sorted.
func union(a, b []uint16) []uint16 {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// anyAddr is the manifest of a cell that declares no address.
const anyAddr = "# no addr directive"

// declareAddrs adds the addresses that were tried.  The wildcard cannot be
// declared: who needs it declares no address at all.
func (o Observed) declareAddrs(ds []cell.Denial) Remedy {
	const none = "no declared address"
	have := o.Info.Config.Addrs
	if len(have) == 0 {
		return inForce(none, anyAddr)
	}
	tried := addrsOf(ds)
	for _, a := range o.Counters.Addrs {
		if !slices.Contains(tried, a) {
			tried = append(tried, a)
		}
	}
	open := slices.DeleteFunc(slices.Clone(tried), func(a cell.Addr) bool { return slices.Contains(have, a) })
	all := slices.Concat(have, open)
	list := cell.FormatAddrs(all)
	switch {
	case slices.ContainsFunc(tried, wildcard) || len(tried) == 0 || len(all) > cell.MaxAddrs:
		return Remedy{
			Lift:     none,
			Command:  fmt.Sprintf("cellctl set %s addrs=-", o.Info.Config.Name),
			Manifest: anyAddr,
		}
	case len(open) == 0:
		return inForce("address "+cell.FormatAddrs(tried), directive("addr", list))
	}
	return Remedy{
		Lift:     "address " + cell.FormatAddrs(open),
		Command:  fmt.Sprintf("cellctl set %s addrs=%s", o.Info.Config.Name, list),
		Manifest: directive("addr", list),
	}
}

func wildcard(a cell.Addr) bool { return a.IP.IsUnspecified() }

// raiseMaxproc doubles the limit.
func (o Observed) raiseMaxproc() Remedy {
	limit := o.Info.Config.MaxProc
	if limit == 0 {
		return inForce("no maxproc", "# no maxproc directive")
	}
	return Remedy{
		Lift:     fmt.Sprintf("maxproc above %d", limit),
		Command:  fmt.Sprintf("cellctl set %s maxproc=%d", o.Info.Config.Name, 2*limit),
		Manifest: fmt.Sprintf("maxproc %d", 2*limit),
	}
}
