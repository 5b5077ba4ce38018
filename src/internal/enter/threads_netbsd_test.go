package enter

import (
	"runtime"
	"testing"
	"time"
)

// TestSettle makes sure that the kernel's count of threads is where we look
// for it: it reaches what the runtime has begun, at once.
func TestSettle(t *testing.T) {
	for range 4 {
		go func() { time.Sleep(time.Hour) }()
	}
	start := time.Now()
	settle()
	if d := time.Since(start); d > settlePatience/2 {
		t.Errorf("it took %v", d)
	}
	begun, _ := runtime.ThreadCreateProfile(nil)
	counted, err := countThreads()
	if err != nil || counted != begun || begun < 2 {
		t.Errorf("the runtime has begun %d threads, the kernel counts %d (%v)", begun, counted, err)
	}
}
