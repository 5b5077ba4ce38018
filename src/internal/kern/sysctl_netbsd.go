package kern

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What sysctl(3) and <sys/sysctl.h> of NetBSD say.
const (
	ctlQuery      = -2
	sysctlVers1   = 0x01000000
	sysctlNameLen = 32
	nodeSize      = 96 // struct sysctlnode, the same everywhere
	nodeNum       = 4  // offset of sysctl_num
	nodeName      = 8  // offset of sysctl_name
)

// sysctl is the transport that is the kernel itself.  It holds the MIB of
// every node below security.models.cell.
type sysctl struct {
	mib map[string][]int32
}

// openTransport takes the rig where CELLS_RIG says so, else the kernel.
func openTransport() (transport, error) {
	if os.Getenv(RigEnv) != "" {
		return openRig()
	}
	return openSysctl()
}

// openSysctl resolves the names below security.models.cell.  Numbers are
// given out when the module is loaded, and are valid until it is unloaded.
func openSysctl() (*sysctl, error) {
	var at []int32
	for _, name := range []string{"security", "models", "cell"} {
		nodes, err := children(at)
		if err != nil {
			return nil, fmt.Errorf("sysctl security.models.cell: %w", err)
		}
		num, ok := nodes[name]
		if !ok {
			return nil, fmt.Errorf("%w: security.models.cell is not in the kernel: modload secmodel_cell",
				ErrNoKernel)
		}
		at = append(at, num)
	}
	nodes, err := children(at)
	if err != nil {
		return nil, fmt.Errorf("sysctl security.models.cell: %w", err)
	}
	s := &sysctl{mib: make(map[string][]int32, len(nodes))}
	for name, num := range nodes {
		s.mib[name] = append(append([]int32(nil), at...), num)
	}
	return s, nil
}

func (s *sysctl) close() error { return nil }

func (s *sysctl) call(node string, old, new []byte) (int, int, error) {
	mib, ok := s.mib[node]
	if !ok {
		return 0, 0, syscall.ENOENT
	}
	needed, err := sysctlCall(mib, old, new)
	return min(needed, len(old)), needed, err
}

// children asks what is below a node, as sysctl(7) describes CTL_QUERY.
func children(at []int32) (map[string]int32, error) {
	mib := append(append([]int32(nil), at...), ctlQuery)
	query := make([]byte, nodeSize)
	binary.NativeEndian.PutUint32(query, sysctlVers1)
	buf := make([]byte, 64*nodeSize)
	for {
		n, err := sysctlCall(mib, buf, query)
		if err == nil {
			return parseNodes(buf[:n]), nil
		}
		if !errors.Is(err, syscall.ENOMEM) {
			return nil, err
		}
		buf = make([]byte, max(n, len(buf))+16*nodeSize)
	}
}

// parseNodes reads an array of struct sysctlnode.
func parseNodes(b []byte) map[string]int32 {
	nodes := make(map[string]int32, len(b)/nodeSize)
	for ; len(b) >= nodeSize; b = b[nodeSize:] {
		name := b[nodeName : nodeName+sysctlNameLen]
		if i := bytes.IndexByte(name, 0); i >= 0 {
			name = name[:i]
		}
		nodes[string(name)] = int32(binary.NativeEndian.Uint32(b[nodeNum:]))
	}
	return nodes
}

// sysctlCall is __sysctl(2).  It returns the length that the kernel stored,
// which is what the whole answer takes, also with an error.
func sysctlCall(mib []int32, old, new []byte) (int, error) {
	oldlen := uintptr(len(old))
	_, _, errno := unix.Syscall6(unix.SYS___SYSCTL,
		uintptr(unsafe.Pointer(unsafe.SliceData(mib))), uintptr(len(mib)),
		uintptr(pointer(old)), uintptr(unsafe.Pointer(&oldlen)),
		uintptr(pointer(new)), uintptr(len(new)))
	runtime.KeepAlive(mib)
	runtime.KeepAlive(old)
	runtime.KeepAlive(new)
	if errno != 0 {
		return int(oldlen), errno
	}
	return int(oldlen), nil
}

// pointer is the address of b's first byte, or NULL where it has none.
func pointer(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(b))
}
