package engine

import (
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
)

// faultEnv makes the program die at the n-th point at which it could: tests
// of what a sudden end leaves behind set it, and nothing else does.
const faultEnv = "CELLS_FAULT"

var (
	faultAt = func() int64 {
		n, _ := strconv.ParseInt(os.Getenv(faultEnv), 10, 64)
		return n
	}()
	faultCount atomic.Int64
)

// fault is a point between two changes of the world.
func fault() {
	if faultAt > 0 && faultCount.Add(1) == faultAt {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}
