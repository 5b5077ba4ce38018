package regress

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// From <netinet6/in6.h>, <netinet/in.h>, <net/route.h>, <net/pfkeyv2.h>,
// <netipsec/ipsec.h>, <sys/sockio.h>, <sys/syscall.h> and <nfs/nfs.h>.
const (
	ipBindAny       = 27
	ipv6JoinGroup   = 12
	ipv6RecvHopOpts = 39
	rtmVersion      = 4
	rtmAdd          = 1
	rtmDelete       = 2
	rtmGet          = 4
	rtHeader        = 120 // sizeof(struct rt_msghdr)

	ipIPsecPolicy  = 22
	sadbPolicy     = 18 // SADB_X_EXT_POLICY
	policyBypass   = 4
	policyOutbound = 2

	siocIfCreate  = 0x8090697a // _IOW('i', 122, struct ifreq)
	siocGetDriver = 0xc028697b // _IOWR('i', 123, struct ifdrv)

	sysNfssvc   = 155
	nfssvcMount = 0x100 // NFSSVC_MNTD, which no kernel has any more
)

func init() {
	for name, op := range map[string]op{
		"rawsock":     opRawSocket,
		"ipsecbypass": opIPsecBypass,
		"bpfpeers":    opBPFPeers,
		"bridgeget":   opBridgeGet,
		"nfssvc":      func([]string) (string, error) { _, err := sys(sysNfssvc, nfssvcMount, nil); return "", err },
		"sockopt":     opSockopt,
		"multicast":   opMulticast,
		"ifflags":     opIfFlags,
		"route":       opRoute,
		"routeget":    func([]string) (string, error) { return "", routeMessage(rtmGet) },
		"tcpdrop":     opTCPDrop,
		"sockets":     opSockets,
	} {
		ops[name] = op
	}
}

func opRawSocket([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err != nil {
		return "", err
	}
	return "", unix.Close(s)
}

// opSockopt sets an option that is an int to 1: family, level, option.
func opSockopt(a []string) (string, error) {
	s, err := unix.Socket(number(a[0]), unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	return "", unix.SetsockoptInt(s, number(a[1]), number(a[2]), 1)
}

// opIPsecBypass exempts what a socket sends from IPsec: a struct sadb_x_policy.
func opIPsecBypass([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	policy := le(uint16(2), uint16(sadbPolicy), uint16(policyBypass), uint8(policyOutbound), uint8(0), uint64(0))
	_, err = sys(unix.SYS_SETSOCKOPT, s, unix.IPPROTO_IP, ipIPsecPolicy, policy, len(policy))
	return "", err
}

// opBPFPeers lists who listens to packets.
func opBPFPeers([]string) (string, error) {
	path, err := mib("net.bpf.peers")
	if err != nil {
		return "", fmt.Errorf("%v", err)
	}
	_, err = sysctl(append(path, 64, 1), make([]byte, 64), nil)
	return "", err
}

// theBridge is an interface that driver specific questions can be put to.
const theBridge = "bridge7"

func makeBridge() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	_, err = sys(unix.SYS_IOCTL, s, uintptr(siocIfCreate), append([]byte(theBridge), make([]byte, 144)...))
	return err
}

// opBridgeGet reads by a command that only sets something (BRDGADD), which is
// EINVAL to who may: a struct ifdrv.
func opBridgeGet([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	_, err = sys(unix.SYS_IOCTL, s, uintptr(siocGetDriver), append([]byte(theBridge), make([]byte, 40)...))
	return "", err
}

// opMulticast asks for every IPv6 multicast group at once.
func opMulticast([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	_, err = sys(unix.SYS_SETSOCKOPT, s, unix.IPPROTO_IPV6, ipv6JoinGroup,
		append(make([]byte, 16), le(uint32(1))...), 20)
	return "", err
}

// opIfFlags brings lo0 up, which it is.
func opIfFlags([]string) (string, error) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return "", fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	return "", setFlags(s, "lo0")
}

// opRoute adds a route and removes it.
func opRoute([]string) (string, error) {
	if err := routeMessage(rtmAdd); err != nil {
		return "", err
	}
	return "", routeMessage(rtmDelete)
}

// routeMessage sends a struct rt_msghdr about 10.9.9.9 through 127.0.0.1.
func routeMessage(kind byte) error {
	s, err := unix.Socket(unix.AF_ROUTE, unix.SOCK_RAW, 0)
	if err != nil {
		return fmt.Errorf("socket: %v", err)
	}
	defer unix.Close(s)
	msg := make([]byte, rtHeader)
	const flags, addrs = 0x1 | 0x2 | 0x4 | 0x800, 0x1 | 0x2 // UP GATEWAY HOST STATIC, DST GATEWAY
	copy(msg, le(uint16(rtHeader+32), uint8(rtmVersion), kind, uint16(0), uint16(0),
		int32(flags), int32(addrs), int32(0), int32(1)))
	msg = append(msg, 16, unix.AF_INET, 0, 0, 10, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0)
	msg = append(msg, 16, unix.AF_INET, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	_, err = unix.Write(s, msg)
	return err
}

// opTCPDrop drops the connection between two local ports: net.inet.tcp.drop
// with two struct sockaddr_storage.
func opTCPDrop(a []string) (string, error) {
	path, err := mib("net.inet.tcp.drop")
	if err != nil {
		return "", fmt.Errorf("%v", err)
	}
	both := make([]byte, 256)
	for i, port := range a {
		n := number(port)
		copy(both[i*128:], []byte{16, unix.AF_INET, byte(n >> 8), byte(n), 127, 0, 0, 1})
	}
	_, err = sysctl(path, nil, both)
	return "", err
}

// opSockets counts the TCP sockets that can be seen.
func opSockets([]string) (string, error) {
	path, err := mib("net.inet.tcp.pcblist")
	if err != nil {
		return "", fmt.Errorf("%v", err)
	}
	const size = 640 // struct kinfo_pcb
	n, err := sysctl(append(path, 0, 0, size, 1000), make([]byte, 1000*size), nil)
	return fmt.Sprint(n / size), err
}
