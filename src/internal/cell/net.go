package cell

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ParsePorts reads port numbers separated by commas, each word one such
// list, and returns them sorted.  "-" and the empty string are no port.
func ParsePorts(lists ...string) ([]uint16, error) {
	var ports []uint16
	for _, s := range items(lists) {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("bad port %q: a number from 1 to 65535 expected", s)
		}
		ports = append(ports, uint16(n))
	}
	slices.Sort(ports)
	return ports, CheckPorts(ports)
}

// CheckPorts checks a list of declared ports.
func CheckPorts(ports []uint16) error {
	if len(ports) > MaxPorts {
		return fmt.Errorf("%d ports: a cell has at most %d", len(ports), MaxPorts)
	}
	seen := make(map[uint16]bool, len(ports))
	for _, p := range ports {
		if p == 0 {
			return fmt.Errorf("bad port 0")
		}
		if seen[p] {
			return fmt.Errorf("port %d given twice", p)
		}
		seen[p] = true
	}
	return nil
}

// FormatPorts writes ports as ParsePorts reads them; "-" for none.
func FormatPorts(ports []uint16) string {
	if len(ports) == 0 {
		return "-"
	}
	out := make([]string, len(ports))
	for i, p := range ports {
		out[i] = strconv.Itoa(int(p))
	}
	return strings.Join(out, ",")
}

// Addr is an address that a cell may bind: v4, or v6 with the interface
// index of a link-local one.
type Addr struct {
	IP    netip.Addr // without a zone, never v4 in v6
	Scope uint32     // interface index, 0 for none
}

// ParseAddr reads an address; a v6 one may carry a zone, the name or number
// of an interface.
func ParseAddr(s string) (Addr, error) {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return Addr{}, fmt.Errorf("bad address %q", s)
	}
	a := Addr{IP: ip.WithZone("").Unmap()}
	if zone := ip.Zone(); zone != "" {
		if a.Scope, err = zoneIndex(zone); err != nil {
			return Addr{}, fmt.Errorf("bad address %q: %w", s, err)
		}
	}
	return a, a.check()
}

// zoneIndex turns a zone into an interface index.
func zoneIndex(zone string) (uint32, error) {
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil && n > 0 {
		return uint32(n), nil
	}
	ifp, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("no interface %q", zone)
	}
	return uint32(ifp.Index), nil
}

// check refuses what cannot be an address of a cell.
func (a Addr) check() error {
	switch {
	case !a.IP.IsValid():
		return fmt.Errorf("empty address")
	case a.IP.IsUnspecified():
		return fmt.Errorf("bad address %s: the wildcard is not an address of a cell", a)
	case a.Scope != 0 && !a.IP.IsLinkLocalUnicast():
		return fmt.Errorf("bad address %s: only a link-local address has a zone", a)
	}
	return nil
}

func (a Addr) String() string {
	if !a.IP.IsValid() {
		return "-"
	}
	if a.Scope != 0 {
		return a.IP.String() + "%" + strconv.FormatUint(uint64(a.Scope), 10)
	}
	return a.IP.String()
}

// compare orders addresses: v4 first, then by value.
func (a Addr) compare(b Addr) int {
	if c := a.IP.Compare(b.IP); c != 0 {
		return c
	}
	return int(int64(a.Scope) - int64(b.Scope))
}

// ParseAddrs reads addresses separated by commas, each word one such list,
// and returns them sorted.  "-" and the empty string are no address.
func ParseAddrs(lists ...string) ([]Addr, error) {
	var addrs []Addr
	for _, s := range items(lists) {
		a, err := ParseAddr(s)
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, a)
	}
	slices.SortFunc(addrs, Addr.compare)
	return addrs, CheckAddrs(addrs)
}

// CheckAddrs checks a list of declared addresses.
func CheckAddrs(addrs []Addr) error {
	if len(addrs) > MaxAddrs {
		return fmt.Errorf("%d addresses: a cell has at most %d", len(addrs), MaxAddrs)
	}
	for i, a := range addrs {
		if err := a.check(); err != nil {
			return err
		}
		if slices.Contains(addrs[:i], a) {
			return fmt.Errorf("address %s given twice", a)
		}
	}
	return nil
}

// FormatAddrs writes addresses as ParseAddrs reads them; "-" for none.
func FormatAddrs(addrs []Addr) string {
	if len(addrs) == 0 {
		return "-"
	}
	out := make([]string, len(addrs))
	for i, a := range addrs {
		out[i] = a.String()
	}
	return strings.Join(out, ",")
}
