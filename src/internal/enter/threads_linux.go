package enter

import "runtime"

// settle has nothing to wait for: threads count as processes here, each by
// itself.
func settle() {}

// bindThread keeps the calling goroutine on its thread: a filter of
// seccomp(2) is a thread's.
func bindThread() { runtime.LockOSThread() }
