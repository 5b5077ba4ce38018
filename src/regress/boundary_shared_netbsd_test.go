package regress

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// rlimitNproc is from <sys/resource.h>.
const rlimitNproc = 7

func init() {
	probes["Processes that one user may have, over all cells"] = probeUserCount
	probes["setlogin(2) in a session that began outside"] = probeLogin
	probes["Source addresses that the cell has not declared"] = probeSource
	probes["SO_REUSEADDR on an ephemeral port that the host has bound"] = probeReuse
	ops["forkfew"] = opForkFew
	ops["source"] = opSource
	ops["reuse"] = opReuse
}

// opForkFew makes a process where its user may have so many in all.
func opForkFew(a []string) (string, error) {
	n := uint64(number(a[0]))
	if err := unix.Setrlimit(rlimitNproc, &unix.Rlimit{Cur: n, Max: n}); err != nil {
		return "", fmt.Errorf("setrlimit: %v", err)
	}
	return "", vfork()
}

// probeUserCount: a user of the host may have two processes, itself and
// another one, until a process of a cell has the same user.
func probeUserCount(s *stage) reply {
	const uid = 4711
	user := start(s, who{cell.Host, uid})
	user.must(s, "forkfew", 2)
	start(s, who{s.id, uid})
	r := user.do("forkfew", 2)
	if !r.done() && r.Errno != unix.EAGAIN {
		s.Fatal(r)
	}
	return yes(r.Errno == unix.EAGAIN)
}

// login is the name that the session of this process has.
func login(s *stage) string {
	s.Helper()
	name := make([]byte, 17)
	if _, err := sys(unix.SYS___GETLOGIN, name, len(name)); err != nil {
		s.Fatal(err)
	}
	return string(name[:bytes.IndexByte(name, 0)])
}

func probeLogin(s *stage) reply {
	const mine = "boundary"
	old := login(s)
	s.Cleanup(func() { sys(unix.SYS___SETLOGIN, old) })
	if r := s.raw(unix.SYS___SETLOGIN, "s:"+mine); !r.done() {
		return r
	}
	return yes(login(s) == mine)
}

// opSource tells from where a datagram to an address would come.
func opSource(a []string) (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	to := unix.SockaddrInet4{Addr: netip.MustParseAddr(a[0]).As4(), Port: 9}
	if err := unix.Connect(fd, &to); err != nil {
		return "", err
	}
	from, err := unix.Getsockname(fd)
	if err != nil {
		return "", err
	}
	return netip.AddrFrom4(from.(*unix.SockaddrInet4).Addr).String(), nil
}

func probeSource(s *stage) reply {
	const declared, other = "127.0.0.2", "127.0.0.1"
	addrs := []cell.Addr{{IP: netip.MustParseAddr(declared)}}
	if err := s.c.Set(s.id, cell.Change{Addrs: &addrs}); err != nil {
		s.Fatal(err)
	}
	r := s.in.do("source", other)
	if r.done() {
		return yes(r.Value == other)
	}
	return r
}

// opReuse binds a port of the loopback address that somebody may have already.
func opReuse(a []string) (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return "", err
	}
	return "", unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: int(number(a[0]))})
}

// probeReuse: the host has the wildcard, and what is sent to the loopback
// address arrives in the cell.
func probeReuse(s *stage) reply {
	const port = 50123
	host, err := net.ListenPacket("udp4", ":"+strconv.Itoa(port))
	if err != nil {
		s.Fatal(err)
	}
	defer host.Close()
	return s.in.do("reuse", port)
}
