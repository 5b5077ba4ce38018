package regress

import (
	"encoding/binary"
	"runtime"
	"strconv"
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
