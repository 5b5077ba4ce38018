package regress

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sys makes a system call.  Arguments are numbers, strings, byte slices and
// pointers, which stay where they are until it returns.
func sys(number uintptr, args ...any) (uintptr, error) {
	var words [6]uintptr
	for i, arg := range args {
		words[i] = word(arg)
	}
	r, _, errno := unix.Syscall6(number, words[0], words[1], words[2], words[3], words[4], words[5])
	runtime.KeepAlive(args)
	if errno != 0 {
		return r, errno
	}
	return r, nil
}

// kept holds what word made, for as long as the program lives: a string that
// was made into bytes must not move or go while a call reads it.
var kept [][]byte

// word is an argument as the kernel takes it.
func word(arg any) uintptr {
	switch v := arg.(type) {
	case int:
		return uintptr(v)
	case uint32:
		return uintptr(v)
	case uintptr:
		return v
	case string:
		b := append([]byte(v), 0)
		kept = append(kept, b)
		return uintptr(unsafe.Pointer(&b[0]))
	case []byte:
		if len(v) == 0 {
			return 0
		}
		return uintptr(unsafe.Pointer(&v[0]))
	case unsafe.Pointer:
		return uintptr(v)
	case nil:
		return 0
	}
	panic("no argument for a system call")
}

// sysctl is __sysctl(2) on a numeric name.
func sysctl(mib []int32, old, new []byte) (int, error) {
	n := uintptr(len(old))
	_, err := sys(unix.SYS___SYSCTL, unsafe.Pointer(&mib[0]), len(mib),
		old, unsafe.Pointer(&n), new, len(new))
	return int(n), err
}

// From <sys/sysctl.h>: how to ask what is below a node, and what a struct
// sysctlnode looks like.
const (
	ctlQuery     = -2
	nodeVersion  = 0x01000000
	nodeSize     = 96
	nodeNumberAt = 4
	nodeNameAt   = 8
	nodeNameLen  = 32
)

// mib turns a dotted name into numbers.
func mib(name string) ([]int32, error) {
	var path []int32
	for _, want := range strings.Split(name, ".") {
		nodes, query := make([]byte, 512*nodeSize), make([]byte, nodeSize)
		binary.NativeEndian.PutUint32(query, nodeVersion)
		n, err := sysctl(append(slices.Clone(path), ctlQuery), nodes, query)
		if err != nil {
			return nil, err
		}
		found := false
		for nodes = nodes[:n]; len(nodes) >= nodeSize && !found; nodes = nodes[nodeSize:] {
			got, _, _ := bytes.Cut(nodes[nodeNameAt:nodeNameAt+nodeNameLen], []byte{0})
			if found = string(got) == want; found {
				path = append(path, int32(binary.NativeEndian.Uint32(nodes[nodeNumberAt:])))
			}
		}
		if !found {
			return nil, unix.ENOENT
		}
	}
	return path, nil
}

// setSysctl writes a node that is an int and returns what it was.
func setSysctl(name string, value uint32) (uint32, error) {
	path, err := mib(name)
	if err != nil {
		return 0, fmt.Errorf("%s: %v", name, err)
	}
	old := make([]byte, 4)
	_, err = sysctl(path, old, le(value))
	return binary.NativeEndian.Uint32(old), err
}

// number reads an argument of an operation.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("bad argument of an operation: " + s)
	}
	return n
}

// le writes numbers one after the other, each as wide as its type.
func le(values ...any) []byte {
	var b []byte
	for _, v := range values {
		var err error
		if b, err = binary.Append(b, binary.NativeEndian, v); err != nil {
			panic(err)
		}
	}
	return b
}
