package kern

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// What rig_proto.h says.
const (
	rigMagic    = 0x47495243
	rigProto    = 1
	rigNodeLen  = 48
	rigMaxData  = 64 << 20
	rigReqSize  = 4 + 4 + rigNodeLen + 8 + 8
	rigRepSize  = 4 + 4 + 8 + 8
	rigPatience = 60 * time.Second // more than the slowest node takes
)

// rig is the transport to the rig's socket.  The connection is made and used
// with plain blocking calls, so that it needs no other thread and survives
// chroot(2).
type rig struct {
	path string
	file *os.File // blocking; nil once closed
}

// dialRig connects to the socket at path.
func dialRig(path string) (*rig, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("rig %s: %w", path, err)
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return nil, dialError(path, err)
	}
	tv := unix.NsecToTimeval(int64(rigPatience))
	for _, opt := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, opt, &tv); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("rig %s: %w", path, err)
		}
	}
	return &rig{path: path, file: os.NewFile(uintptr(fd), path)}, nil
}

// dialError says what is the matter with the socket.
func dialError(path string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: no rig answers at %s: start cellrig, or let CELLS_RIG name its socket",
			ErrNoKernel, path)
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENAMETOOLONG):
		return fmt.Errorf("rig %.40s...: the path of a socket cannot be that long", path)
	}
	return fmt.Errorf("rig %s: %w", path, err)
}

func (r *rig) close() error {
	if r.file == nil {
		return nil
	}
	f := r.file
	r.file = nil
	return f.Close()
}

// call makes one request and reads its reply.  After a failure of the
// connection itself it is closed: the next bytes could be anything.
func (r *rig) call(node string, old, new []byte) (int, int, error) {
	if r.file == nil {
		return 0, 0, fmt.Errorf("rig %s: connection is closed", r.path)
	}
	req, err := rigRequest(node, len(old), new)
	if err != nil {
		return 0, 0, err
	}
	n, needed, errno, err := r.exchange(req, old)
	if err != nil {
		r.close()
		return 0, 0, fmt.Errorf("rig %s: %s: %w", r.path, node, err)
	}
	if errno != 0 {
		return n, needed, errno
	}
	return n, needed, nil
}

// rigRequest makes a struct rig_request and what follows it.
func rigRequest(node string, oldlen int, new []byte) ([]byte, error) {
	if len(node) >= rigNodeLen || len(new) > rigMaxData || oldlen > rigMaxData {
		return nil, fmt.Errorf("rig: %s: request too large", node)
	}
	b := make([]byte, rigReqSize, rigReqSize+len(new))
	o := binary.NativeEndian
	o.PutUint32(b[0:], rigMagic)
	o.PutUint32(b[4:], rigProto)
	copy(b[8:8+rigNodeLen], node)
	o.PutUint64(b[8+rigNodeLen:], uint64(oldlen))
	o.PutUint64(b[16+rigNodeLen:], uint64(len(new)))
	return append(b, new...), nil
}

// errProtocol is an answer that the rig cannot have given.
var errProtocol = errors.New("not a rig's answer")

// exchange writes a request and reads the reply, its data into old.
func (r *rig) exchange(req, old []byte) (filled, needed int, errno syscall.Errno, err error) {
	if _, err = io.Copy(r.file, bytes.NewReader(req)); err != nil {
		return 0, 0, 0, err
	}
	var head [rigRepSize]byte
	if _, err = io.ReadFull(r.file, head[:]); err != nil {
		return 0, 0, 0, err
	}
	o := binary.NativeEndian
	n, want := o.Uint64(head[8:]), o.Uint64(head[16:])
	no := int32(o.Uint32(head[4:]))
	if o.Uint32(head[0:]) != rigMagic || n > uint64(len(old)) || want > math.MaxInt32 || no < 0 {
		return 0, 0, 0, errProtocol
	}
	if _, err = io.ReadFull(r.file, old[:n]); err != nil {
		return 0, 0, 0, err
	}
	return int(n), int(want), syscall.Errno(no), nil
}
