package regress

import (
	"golang.org/x/sys/unix"
	"runtime"
	"syscall"
)

// bombRole enters the cell that the argument names and forks as fast as it
// can, and so does every child.  A child that comes out of fork(2) in a Go
// program must not enter the runtime again, so there is nothing but the call.
func bombRole() {
	if err := become(); err != nil {
		println(err.Error())
		return
	}
	runtime.LockOSThread()
	forkForever()
}

//go:nosplit
//go:norace
func forkForever() {
	for {
		syscall.RawSyscall(unix.SYS_FORK, 0, 0, 0)
	}
}
