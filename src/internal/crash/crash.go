// Package crash makes a program die where it could: tests of what a sudden
// end leaves behind count the points between two changes of the world and
// have it killed at each.
package crash

import (
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
)

// Points is a numbered sequence of points.
type Points struct {
	at    int64
	count atomic.Int64
}

// FromEnv returns Points that kill at the one that a variable of the
// environment has the number of, counted from 1; without it at none.
func FromEnv(name string) *Points {
	n, _ := strconv.ParseInt(os.Getenv(name), 10, 64)
	return &Points{at: n}
}

// Here is the next point.
func (p *Points) Here() {
	if p.at > 0 && p.count.Add(1) == p.at {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}
