package abi

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"cells/src/internal/cell"
)

// The wire has the machine's own byte order.
var order = binary.NativeEndian

func get16(b []byte, off uintptr) uint16 { return order.Uint16(b[off:]) }
func get32(b []byte, off uintptr) uint32 { return order.Uint32(b[off:]) }
func get64(b []byte, off uintptr) uint64 { return order.Uint64(b[off:]) }

func put16(b []byte, off uintptr, v uint16) { order.PutUint16(b[off:], v) }
func put32(b []byte, off uintptr, v uint32) { order.PutUint32(b[off:], v) }
func put64(b []byte, off uintptr, v uint64) { order.PutUint64(b[off:], v) }

// getString reads the terminated string in the n bytes at off; where no
// terminator is, all of them.
func getString(b []byte, off, n uintptr) string {
	s := b[off : off+n]
	if i := bytes.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return string(s)
}

// putString writes s and its terminator into the n bytes at off.
func putString(b []byte, off, n uintptr, s string) error {
	if uintptr(len(s)) >= n {
		return fmt.Errorf("%.20q...: longer than %d bytes", s, n-1)
	}
	copy(b[off:off+n], s)
	return nil
}

// VersionError is a struct with a version word that is not ours.
type VersionError struct{ Got uint32 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("kernel speaks ABI %d, this program %d: install matching packages",
		e.Got, Version)
}

// check makes sure that b is a whole struct of size bytes of our version.
func check(what string, b []byte, size uintptr) error {
	if len(b) >= 4 && get32(b, 0) != Version {
		return &VersionError{get32(b, 0)}
	}
	if uintptr(len(b)) != size {
		return fmt.Errorf("%s: got %d bytes, want %d", what, len(b), size)
	}
	return nil
}

// each decodes the array of structs of size bytes that b holds.
func each[T any](what string, b []byte, size uintptr, decode func([]byte) T) ([]T, error) {
	if uintptr(len(b))%size != 0 {
		if len(b) >= 4 && get32(b, 0) != Version {
			return nil, &VersionError{get32(b, 0)}
		}
		return nil, fmt.Errorf("%s: %d bytes are no array of %d", what, len(b), size)
	}
	out := make([]T, 0, uintptr(len(b))/size)
	for ; len(b) > 0; b = b[size:] {
		if err := check(what, b[:size], size); err != nil {
			return nil, err
		}
		out = append(out, decode(b[:size]))
	}
	return out, nil
}

const addrSize = unsafe.Sizeof(cellAddr{})

func getAddr(b []byte, off uintptr) cell.Addr {
	raw := b[off+unsafe.Offsetof(cellAddr{}.Addr):]
	switch b[off+unsafe.Offsetof(cellAddr{}.Family)] {
	case 4:
		return cell.Addr{IP: netip.AddrFrom4([4]byte(raw[:4]))}
	case 6:
		return cell.Addr{IP: netip.AddrFrom16([16]byte(raw[:16])),
			Scope: get32(b, off+unsafe.Offsetof(cellAddr{}.Scope))}
	}
	return cell.Addr{}
}

func putAddr(b []byte, off uintptr, a cell.Addr) {
	family := byte(6)
	if a.IP.Is4() {
		family = 4
	}
	b[off+unsafe.Offsetof(cellAddr{}.Family)] = family
	put32(b, off+unsafe.Offsetof(cellAddr{}.Scope), a.Scope)
	copy(b[off+unsafe.Offsetof(cellAddr{}.Addr):off+addrSize], a.IP.AsSlice())
}

// getPorts reads n ports, as far as there is room for them.
func getPorts(b []byte, off uintptr, n uint32) []uint16 {
	ports := make([]uint16, min(n, maxPorts))
	for i := range ports {
		ports[i] = get16(b, off+uintptr(i)*2)
	}
	return ports
}

// getAddrs reads n addresses, as far as there is room for them.
func getAddrs(b []byte, off uintptr, n uint32) []cell.Addr {
	addrs := make([]cell.Addr, min(n, maxAddrs))
	for i := range addrs {
		addrs[i] = getAddr(b, off+uintptr(i)*addrSize)
	}
	return addrs
}

func getScopes(b []byte, off uintptr) (out [cell.NScope]uint64) {
	for i := range out {
		out[i] = get64(b, off+uintptr(i)*8)
	}
	return out
}

func seconds(n uint64) time.Duration {
	return time.Duration(min(n, uint64(1<<63-1)/uint64(time.Second))) * time.Second
}

func micros(n uint64) time.Duration {
	return time.Duration(min(n, uint64(1<<63-1)/uint64(time.Microsecond))) * time.Microsecond
}
