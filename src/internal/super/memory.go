package super

import (
	"runtime"
	"runtime/debug"
)

// frugalEnv makes the runtime of a detached supervisor start with one
// processor: what it never starts it need not give back.
const frugalEnv = "GOMAXPROCS=1"

// frugal fits the runtime to a process that is one of many and does nothing
// most of its life: one processor, and a heap that is collected at 400 KiB
// instead of 4 MiB.
func frugal() {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(10)
}

// shrink gives memory back once a change is over.
func (r *Runner) shrink() {
	if r.dirty {
		r.dirty = false
		debug.FreeOSMemory()
	}
}
