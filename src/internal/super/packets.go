package super

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// datagrams is a non-blocking Unix-domain datagram socket.
type datagrams int

// dialPackets connects to the datagram socket at path.
func dialPackets(path string) (packets, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return datagrams(fd), nil
}

func (d datagrams) send(b []byte) error {
	for {
		_, err := syscall.Write(int(d), b)
		if err != syscall.EINTR {
			return err
		}
	}
}

func (d datagrams) close() { unix.Close(int(d)) }
