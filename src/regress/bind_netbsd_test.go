package regress

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

func init() {
	ops["bind"] = opBind
	ops["connect"] = opConnect
	ops["connectmany"] = opConnectMany
}

// sockaddr makes the address that a socket call takes, and its family.
func sockaddr(addr string, port int) (int, unix.Sockaddr) {
	ip := netip.MustParseAddr(addr)
	if ip.Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: port, Addr: ip.As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: port, Addr: ip.As16()}
}

// mapped lets an IPv6 socket have an IPv4 address where this is one.
func mapped(s int, addr string) error {
	if !netip.MustParseAddr(addr).Is4In6() {
		return nil
	}
	return unix.SetsockoptInt(s, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0)
}

// opBind binds a socket of type tcp or udp and returns the port it got.
func opBind(a []string) (string, error) {
	kind := map[string]int{"tcp": unix.SOCK_STREAM, "udp": unix.SOCK_DGRAM}[a[0]]
	family, to := sockaddr(a[1], number(a[2]))
	s, err := unix.Socket(family, kind, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	if err := mapped(s, a[1]); err != nil {
		return "", err
	}
	if err := unix.Bind(s, to); err != nil {
		return "", err
	}
	return localPort(s)
}

func localPort(s int) (string, error) {
	sa, err := unix.Getsockname(s)
	switch v := sa.(type) {
	case *unix.SockaddrInet4:
		return strconv.Itoa(v.Port), err
	case *unix.SockaddrInet6:
		return strconv.Itoa(v.Port), err
	}
	return "", err
}

// opConnect sends from a socket that nobody has bound: connect(2) of a
// datagram socket picks a port, and asks for it.
func opConnect(a []string) (string, error) {
	family, to := sockaddr(a[0], 9)
	s, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	if err := unix.Connect(s, to); err != nil {
		return "", err
	}
	return localPort(s)
}

// TestPorts: who may bind what, when cell `one' declares 80 and 8000, cell
// `two' nothing and cell `low' is of that profile.
func TestPorts(t *testing.T) {
	c := open(t)
	one := create(t, c, func(cf *cell.Config) { cf.Ports = []uint16{80, 8000} })
	two := create(t, c, nil)
	low := create(t, c, profile(cell.Low))
	actors := map[string]*agent{
		"one": start(t, who{one, 0}), "one's user": start(t, who{one, 1000}),
		"two": start(t, who{two, 0}), "low": start(t, who{low, 0}),
		"host": start(t, who{cell.Host, 0}), "host user": start(t, who{cell.Host, 1000}),
	}
	tests := []struct {
		actor string
		port  int
		ok    bool
	}{
		{"one", 80, true}, {"one's user", 80, true}, // without being root
		{"one", 8000, true}, {"one's user", 8000, true},
		{"one", 81, false}, {"one's user", 81, false}, {"one", 8001, false},
		{"two", 80, false}, {"two", 8000, false}, {"two", 8001, false}, {"two", 22, false},
		{"low", 80, false}, {"low", 8000, false}, {"low", 8001, true}, {"low", 22, true},
		{"host", 80, true}, {"host", 8000, true}, {"host", 22, true},
		{"host user", 80, false}, {"host user", 8000, false}, {"host user", 8001, true}, {"host user", 22, false},
		{"one", 0, true}, {"one's user", 0, true}, {"two", 0, true}, {"host user", 0, true},
		{"two", 55555, true}, {"host user", 55555, true}, // ephemeral
	}
	for _, test := range tests {
		for _, kind := range []string{"tcp", "udp"} {
			for _, addr := range []string{"127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"} {
				r := actors[test.actor].do("bind", kind, addr, test.port)
				if r.done() != test.ok || !test.ok && !r.refused() {
					t.Errorf("%s binds %s %s port %d: %s", test.actor, kind, addr, test.port, r)
				}
			}
		}
	}
	for name, a := range actors {
		if r := a.do("connect", "127.0.0.1"); !r.done() {
			t.Errorf("%s connects: %s", name, r)
		}
	}
}

// TestPortConflict: a port belongs to one cell, and the refusal says whose
// it is; giving it back frees it.
func TestPortConflict(t *testing.T) {
	c := open(t)
	one := create(t, c, func(cf *cell.Config) { cf.Ports = []uint16{443} })
	two := create(t, c, nil)
	ports, none := []uint16{442, 443}, []uint16{}
	err := c.Set(two, cell.Change{Ports: &ports})
	var held *kern.HeldError
	if !errors.Is(err, unix.EADDRINUSE) || !errors.As(err, &held) || held.ID != one || held.Port != 443 {
		t.Errorf("a port of another cell: %v", err)
	}
	if got := info(t, c, two).Config.Ports; len(got) != 0 {
		t.Errorf("a refused change left the ports %v", got)
	}
	if err := c.Set(one, cell.Change{Ports: &none}); err != nil {
		t.Fatal(err)
	}
	if err := c.Set(two, cell.Change{Ports: &ports}); err != nil {
		t.Errorf("a port that was given back: %v", err)
	}
	if r := start(t, who{two, 1000}).do("bind", "tcp", "127.0.0.1", 443); !r.done() {
		t.Errorf("the new owner binds it: %s", r)
	}
	if r := start(t, who{one, 0}).do("bind", "tcp", "127.0.0.1", 443); !r.refused() {
		t.Errorf("the old owner binds it: %s", r)
	}
}

// TestHandout: a declared port in the ephemeral range is never handed out to
// anybody else, root included.
func TestHandout(t *testing.T) {
	c := open(t)
	lo, hi := anonPorts(t)
	// Everything but a dozen ports of a narrow range is declared.
	narrow(t, hi-63)
	var ports []uint16
	for p := hi - 63; p <= hi-12; p++ {
		ports = append(ports, uint16(p))
	}
	t.Logf("anonymous ports %d to %d, narrowed to 64", lo, hi)
	owner := create(t, c, func(cf *cell.Config) { cf.Ports = ports })
	other := create(t, c, nil)
	for name, w := range map[string]who{"host root": {cell.Host, 0}, "a host user": {cell.Host, 1000},
		"another cell": {other, 0}} {
		a := start(t, w)
		for range 40 {
			for _, r := range []reply{a.do("bind", "tcp", "127.0.0.1", 0), a.do("connect", "127.0.0.1")} {
				if !r.done() {
					t.Fatalf("%s gets no port: %s", name, r)
				}
				if got := number(r.Value); got < hi-11 {
					t.Fatalf("%s was given port %d of cell %d", name, got, owner)
				}
			}
		}
	}
}

// anonPorts reads the range of ephemeral ports.
func anonPorts(t *testing.T) (lo, hi int) {
	t.Helper()
	l, err := unix.SysctlUint32("net.inet.ip.anonportmin")
	if err != nil {
		t.Fatal(err)
	}
	h, err := unix.SysctlUint32("net.inet.ip.anonportmax")
	if err != nil {
		t.Fatal(err)
	}
	return int(l), int(h)
}

// narrow raises the lower end of the ephemeral ports while the test runs.
func narrow(t *testing.T, lo int) {
	t.Helper()
	old, err := setSysctl("net.inet.ip.anonportmin", uint32(lo))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { setSysctl("net.inet.ip.anonportmin", old) })
}

// TestAddresses: where addresses are declared, only they can be bound, and
// the wildcard only with an ephemeral port.
func TestAddresses(t *testing.T) {
	c := open(t)
	addrs, err := cell.ParseAddrs("127.0.0.1", "::1")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []cell.Profile{cell.Low, cell.High} {
		id := create(t, c, func(cf *cell.Config) {
			cf.Profile, cf.Addrs, cf.Ports = p, addrs, []uint16{8000}
		})
		a := start(t, who{id, 0})
		tests := []struct {
			addr string
			port int
			ok   bool
		}{
			{"127.0.0.1", 8000, true}, {"::1", 8000, true}, {"::ffff:127.0.0.1", 8000, true},
			{"127.0.0.2", 8000, false}, {"0.0.0.0", 8000, false}, {"::", 8000, false},
			{"127.0.0.1", 0, true}, {"0.0.0.0", 0, true}, {"::", 0, true},
		}
		for _, test := range tests {
			r := a.do("bind", "udp", test.addr, test.port)
			if r.done() != test.ok || !test.ok && !r.refused() {
				t.Errorf("%v: bind %s port %d: %s", p, test.addr, test.port, r)
			}
		}
		if r := a.do("connect", "127.0.0.1"); !r.done() {
			t.Errorf("%v: connect: %s", p, r)
		}
		remove(t, c, id)
	}
}

// opConnectMany connects many sockets, so that the kernel has many different
// ones to pick a port for, and returns how many ports were ephemeral.
func opConnectMany(a []string) (string, error) {
	var fds []int
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	family, to := sockaddr(a[0], 9)
	ephemeral := 0
	for i := range number(a[1]) {
		fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
		if err != nil {
			return "", err
		}
		fds = append(fds, fd)
		if err := mapped(fd, a[0]); err != nil {
			return "", err
		}
		if err := unix.Connect(fd, to); err != nil {
			return "", fmt.Errorf("socket %d: %w", i, err)
		}
		port, err := localPort(fd)
		if err != nil {
			return "", err
		}
		if n, _ := strconv.Atoi(port); n >= 49152 {
			ephemeral++
		}
	}
	return strconv.Itoa(ephemeral), nil
}

// TestPickedPorts: the kernel asks about the ports that it picks with an
// address it has not initialised, which must not be taken for one that a
// program gave, whatever the kernel's stack held.
func TestPickedPorts(t *testing.T) {
	const n = 400
	c := open(t)
	addrs := []cell.Addr{{IP: netip.MustParseAddr("127.0.0.2")}}
	id := create(t, c, func(cf *cell.Config) { cf.Profile, cf.Addrs = cell.High, addrs })
	for _, uid := range []int{0, 1000} {
		a := start(t, who{id, uid})
		for _, to := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1"} {
			if got := a.must(t, "connectmany", to, n); got != strconv.Itoa(n) {
				t.Errorf("user %d, %s: %s of %d ports are ephemeral", uid, to, got, n)
			}
		}
	}
	if denied := info(t, c, id).Denied; cell.Sum(denied) != 0 {
		t.Errorf("denied: %v", denied)
	}
}
