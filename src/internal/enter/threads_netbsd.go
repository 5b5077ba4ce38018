package enter

import (
	"encoding/binary"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What <sys/sysctl.h> says of a struct kinfo_proc2.
const (
	ctlKern, kernProc2, kernProcPID = 1, 47, 1
	nlwpsOffset                     = 616 // p_nlwps, 64 bits
	infoSize                        = nlwpsOffset + 8
)

const (
	settlePatience = time.Second // bounds settle
	spares         = 4           // threads that may be wanted later
)

// settle leaves the process with no reason to make a thread, and waits until
// none is about to be made.  It is for the host's side of attaching: a cell
// is denied some of what the kernel is asked here, which would be counted.
//
// lwp_create() counts a new thread for the user before it adds it to the
// process; a setuid(2) that comes in between moves one thread too few to the
// new user, and when they end in execve(2) a kernel with DIAGNOSTIC finds a
// negative count and panics.  The runtime makes threads when it likes to: for
// collecting garbage, which is turned off, and for going on while one of them
// waits in a system call, for which there are spare ones from now on.
func settle() {
	debug.SetGCPercent(-1)
	spareThreads()
	for end := time.Now().Add(settlePatience); time.Now().Before(end); time.Sleep(time.Millisecond) {
		begun, _ := runtime.ThreadCreateProfile(nil)
		if counted, err := countThreads(); err != nil || counted == begun {
			return
		}
	}
}

// spareThreads makes the runtime begin some threads, which it keeps.
func spareThreads() {
	var wg sync.WaitGroup
	for range spares {
		wg.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			time.Sleep(time.Millisecond)
		})
	}
	wg.Wait()
}

// countThreads is how many threads the kernel says that the process has.
func countThreads() (int, error) {
	var info [infoSize]byte
	n := uintptr(infoSize)
	mib := [6]int32{ctlKern, kernProc2, kernProcPID, int32(os.Getpid()), infoSize, 1}
	_, _, errno := unix.Syscall6(unix.SYS___SYSCTL, uintptr(unsafe.Pointer(&mib)), uintptr(len(mib)),
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&n)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	if n != infoSize {
		return 0, syscall.ESRCH
	}
	return int(binary.NativeEndian.Uint64(info[nlwpsOffset:])), nil
}

// bindThread has nothing to do: what a process is, all its threads are.
func bindThread() {}
