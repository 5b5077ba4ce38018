package regress

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// TestModule: unloading is refused while a cell exists and works when none
// does, again and again, under load; without it there is no model.  It is the
// last of all tests, because kauth(9) itself does not lock its listeners: once
// in some hundred rounds such a load can make it panic; see BUGS in
// secmodel_cell(9).
func TestModule(t *testing.T) {
	if _, err := os.Stat(modulePath); err != nil {
		t.Skip("the model is built into this kernel")
	}
	t.Cleanup(func() {
		if _, err := kern.Open(); errors.Is(err, kern.ErrNoKernel) {
			modload(modulePath)
		}
	})
	c := open(t)
	id, err := c.Create(cell.Config{Name: "stays", Root: "/", Profile: cell.High, Mode: cell.Enforce})
	if err != nil {
		t.Fatal(err)
	}
	if err := modunload(moduleName); err != unix.EBUSY {
		t.Errorf("unload with a cell: %v", err)
	}
	if err := c.Destroy(id); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	load := busy(t, stop)
	for i := range 100 {
		if err := modunload(moduleName); err != nil {
			t.Fatalf("unload %d: %v", i, err)
		}
		if _, err := kern.Open(); !errors.Is(err, kern.ErrNoKernel) {
			t.Fatalf("without the module: %v", err)
		}
		if err := modload(modulePath); err != nil {
			t.Fatalf("load %d: %v", i, err)
		}
		if i%10 == 0 {
			fresh := open(t)
			id := create(t, fresh, nil)
			a := start(t, who{id, 0})
			a.stop()
			remove(t, fresh, id)
		}
	}
	close(stop)
	t.Logf("the kernel was asked about %d times meanwhile", load())
}

// busy makes calls that kauth(9) is asked about from every processor until
// stop, and returns how many they were.
func busy(t *testing.T, stop chan struct{}) func() int64 {
	t.Helper()
	var calls atomic.Int64
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				unix.Kill(os.Getpid(), 0)
				if s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0); err == nil {
					unix.Bind(s, &unix.SockaddrInet4{})
					unix.Close(s)
				}
				calls.Add(3)
			}
		}()
	}
	t.Cleanup(func() {
		select {
		case <-stop:
		default:
			close(stop)
		}
		wg.Wait()
	})
	return func() int64 { time.Sleep(time.Millisecond); return calls.Load() }
}
