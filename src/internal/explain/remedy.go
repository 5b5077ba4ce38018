package explain

import (
	"fmt"
	"slices"

	"cells/src/internal/cell"
)

// remedy says what would lift a rule for the cell, with what it is allowed
// already.
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
	case r.Exception < cell.NException:
		return o.except(r.Exception)
	}
	return o.lower(cell.Profile(r.Tier) - 1)
}

// except grants an exception.
func (o Observed) except(e cell.Exception) Remedy {
	all := o.Info.Config.Allow | cell.Only(e)
	return Remedy{
		Lift:     "exception " + e.String(),
		Command:  fmt.Sprintf("cellctl allow %s %s", o.Info.Config.Name, e),
		Manifest: directive("allow", all.String()),
	}
}

// lower takes the profile down to p.
func (o Observed) lower(p cell.Profile) Remedy {
	return Remedy{
		Lift:     "profile " + p.String(),
		Command:  fmt.Sprintf("cellctl set %s profile=%s", o.Info.Config.Name, p),
		Manifest: directive("profile", p.String()),
	}
}

// declarePorts adds the ports that were tried, as far as a cell may have so
// many; beyond that, the profile that does not ask for ports.
func (o Observed) declarePorts(ds []cell.Denial) Remedy {
	tried := union(portsOf(ds), o.Counters.Ports)
	ports := union(o.Info.Config.Ports, tried)
	if len(tried) == 0 || len(ports) > cell.MaxPorts {
		return o.lower(cell.Medium)
	}
	list := cell.FormatPorts(ports)
	return Remedy{
		Lift:     "ports " + cell.FormatPorts(tried),
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

// declareAddrs adds the addresses that were tried.  The wildcard cannot be
// declared: who needs it declares no address at all.
func (o Observed) declareAddrs(ds []cell.Denial) Remedy {
	tried := addrsOf(ds)
	for _, a := range o.Counters.Addrs {
		if !slices.Contains(tried, a) {
			tried = append(tried, a)
		}
	}
	all := slices.Clone(o.Info.Config.Addrs)
	wild := false
	for _, a := range tried {
		wild = wild || a.IP.IsUnspecified()
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if wild || len(tried) == 0 || len(all) > cell.MaxAddrs {
		return Remedy{
			Lift:     "no declared address",
			Command:  fmt.Sprintf("cellctl set %s addrs=-", o.Info.Config.Name),
			Manifest: "# no addr directive",
		}
	}
	list := cell.FormatAddrs(all)
	return Remedy{
		Lift:     "address " + cell.FormatAddrs(tried),
		Command:  fmt.Sprintf("cellctl set %s addrs=%s", o.Info.Config.Name, list),
		Manifest: directive("addr", list),
	}
}

// raiseMaxproc doubles the limit.
func (o Observed) raiseMaxproc() Remedy {
	n := max(2*o.Info.Config.MaxProc, 1)
	return Remedy{
		Lift:     fmt.Sprintf("maxproc above %d", o.Info.Config.MaxProc),
		Command:  fmt.Sprintf("cellctl set %s maxproc=%d", o.Info.Config.Name, n),
		Manifest: fmt.Sprintf("maxproc %d", n),
	}
}
