package regress

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// From <netinet/in.h>.
const ipAddMembership = 12

func init() {
	probes["Descriptors passed over a Unix-domain socket"] = probePassed
	probes["A directory outside the root, passed as a descriptor"] = probePassedDir
	probes["connect(2) to a socket outside, over loopback too"] = probeConnect
	probes["IPv4 multicast: join a group"] = func(s *stage) reply { return s.in.do("join4") }
	probes["IPv6 multicast: join a group"] = func(s *stage) reply { return s.in.do("join6") }
	probes["IPv6 multicast: join every group"] = func(s *stage) reply { return s.in.do("multicast") }
	ops["receive"] = opReceive
	ops["dial"] = opDial
	ops["join4"] = opJoin4
	ops["join6"] = opJoin6
}

// opReceive connects to a socket, takes a descriptor from it, and reads:
// from the descriptor, or from a file of the directory that it is.
func opReceive(a []string) (string, error) {
	s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	if err := unix.Connect(s, &unix.SockaddrUnix{Name: a[0]}); err != nil {
		return "", fmt.Errorf("connect: %v", err)
	}
	control := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(s, make([]byte, 1), control, 0)
	if err != nil {
		return "", err
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return "", fmt.Errorf("%d control messages: %v", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return "", fmt.Errorf("rights: %v", err)
	}
	defer unix.Close(fds[0])
	fd := fds[0]
	if len(a) > 1 {
		if fd, err = unix.Openat(fds[0], a[1], unix.O_RDONLY, 0); err != nil {
			return "", err
		}
		defer unix.Close(fd)
	}
	text := make([]byte, 64)
	got, err := unix.Read(fd, text)
	return string(text[:max(got, 0)]), err
}

// pass waits at a Unix-domain socket and hands out a descriptor of path.
func pass(s *stage, socket, path string) {
	s.Helper()
	file, err := os.Open(path)
	if err != nil {
		s.Fatal(err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { listener.Close(); file.Close() })
	go func() {
		if conn, err := listener.AcceptUnix(); err == nil {
			conn.WriteMsgUnix([]byte("x"), unix.UnixRights(int(file.Fd())), nil)
			conn.Close()
		}
	}()
}

// secret makes a directory with a file, and one to be the cell's root.
func secret(s *stage) (outside, root string) {
	s.Helper()
	outside, root = s.TempDir(), s.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		s.Fatal(err)
	}
	return outside, root
}

func (s *stage) chroot(root string) {
	s.Helper()
	s.allowing(1<<cell.ExcChroot, func() { s.in.must(s, "chroot", root) })
}

func probePassed(s *stage) reply {
	outside, root := secret(s)
	pass(s, filepath.Join(root, "s"), filepath.Join(outside, "secret"))
	s.chroot(root)
	r := s.in.do("receive", "/s")
	if r.done() {
		return yes(r.Value == "secret")
	}
	return r
}

func probePassedDir(s *stage) reply {
	outside, root := secret(s)
	pass(s, filepath.Join(root, "s"), outside)
	s.chroot(root)
	r := s.in.do("receive", "/s", "secret")
	if r.done() {
		return yes(r.Value == "secret")
	}
	return r
}

func opDial(a []string) (string, error) {
	family, to := sockaddr(a[0], number(a[1]))
	s, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	return "", unix.Connect(s, to)
}

func probeConnect(s *stage) reply {
	listener, _ := listening(s)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		s.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		s.Fatal(err)
	}
	return s.in.do("dial", "127.0.0.1", n)
}

// opJoin4 joins 224.0.0.251 on lo0.
func opJoin4([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	_, err = sys(unix.SYS_SETSOCKOPT, s, unix.IPPROTO_IP, ipAddMembership,
		[]byte{224, 0, 0, 251, 127, 0, 0, 1}, 8)
	return "", err
}

// opJoin6 joins ff02::fb on lo0.
func opJoin6([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(s)
	lo, err := net.InterfaceByName("lo0")
	if err != nil {
		return "", err
	}
	group := append([]byte{0xff, 0x02, 15: 0xfb}, le(uint32(lo.Index))...)
	_, err = sys(unix.SYS_SETSOCKOPT, s, unix.IPPROTO_IPV6, ipv6JoinGroup, group, len(group))
	return "", err
}
