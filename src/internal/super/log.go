package super

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// record is one line, or a piece of a long one, on its way to the sinks.
type record struct {
	prio Priority
	pid  int    // of the process it is from
	text []byte // escaped; valid during the call
}

// sink takes lines.  It may be used from several goroutines, and blocks a
// caller for no longer than a moment: a service must not stand still because
// its log does.
type sink interface {
	// ascii reports whether the text must be ASCII.
	ascii() bool
	put(r record)
	// reopen opens anew what has a name in the file system.
	reopen() error
	// close delivers what it can until the time is over.
	close(limit time.Duration)
	// lost counts the lines that were not delivered and never will be.
	lost() uint64
}

// Log passes the lines of a service, and the supervisor's own, to its sinks.
type Log struct {
	prio  Priority
	limit int // bytes of a piece of a line
	sinks []sink
	lines atomic.Uint64 // of the service

	pumps sync.WaitGroup
	mu    sync.Mutex
	open  map[*os.File]struct{} // pipes that are being read
}

func newLog(tag string, prio Priority, sinks ...sink) *Log {
	return &Log{prio: prio, limit: maxText(tag), sinks: sinks, open: make(map[*os.File]struct{})}
}

// note logs a line of the supervisor itself.
func (l *Log) note(level int, format string, args ...any) {
	text := []byte(fmt.Sprintf(format, args...))
	for _, k := range l.sinks {
		s := newSplitter(l.limit, k.ascii(), func(b []byte) {
			k.put(record{l.prio.at(level), os.Getpid(), b})
		})
		s.write(text)
		s.endLine()
	}
}

// follow reads the pipe r, which the process pid writes to, until its end.
// What remains in an earlier process's pipe is still being read meanwhile, so
// that a restart neither loses a line nor joins two.  The channel is closed
// when all has been read.
func (l *Log) follow(pid int, r *os.File) <-chan struct{} {
	l.mu.Lock()
	l.open[r] = struct{}{}
	l.mu.Unlock()
	l.pumps.Add(1)
	end := make(chan struct{})
	go func() {
		defer l.pumps.Done()
		defer close(end)
		l.pump(pid, r)
	}()
	return end
}

func (l *Log) pump(pid int, r *os.File) {
	split := make([]*splitter, len(l.sinks))
	for i, k := range l.sinks {
		split[i] = newSplitter(l.limit, k.ascii(), func(b []byte) {
			k.put(record{l.prio, pid, b})
			if i == 0 {
				l.lines.Add(1)
			}
		})
	}
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		for _, s := range split {
			s.write(buf[:n])
		}
		if err != nil {
			break
		}
	}
	for _, s := range split {
		s.flush()
	}
	l.mu.Lock()
	delete(l.open, r)
	l.mu.Unlock()
	r.Close()
}

// reopen opens the log files anew and says what went wrong.
func (l *Log) reopen() {
	for _, k := range l.sinks {
		if err := k.reopen(); err != nil {
			l.note(levelErr, "%v", err)
		}
	}
}

// lost counts the lines that some sink could not deliver.
func (l *Log) lost() uint64 {
	var n uint64
	for _, k := range l.sinks {
		n += k.lost()
	}
	return n
}

// drain waits until every pipe is at its end.  A pipe that some process
// still holds is read until the time is over.
func (l *Log) drain(limit time.Duration) {
	end := time.Now().Add(limit)
	l.mu.Lock()
	for r := range l.open {
		// A pipe that has no deadline would be a bug of ours; then its
		// reader is left behind.
		if err := r.SetReadDeadline(end); err != nil {
			defer l.note(levelErr, "%v", err)
		}
	}
	l.mu.Unlock()
	done := make(chan struct{})
	go func() { l.pumps.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(limit + time.Second):
	}
}

// close ends the log after drain.
func (l *Log) close(limit time.Duration) {
	for _, k := range l.sinks {
		k.close(limit)
	}
}
