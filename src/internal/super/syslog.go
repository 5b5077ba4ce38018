package super

import (
	"errors"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Limits of the way to syslogd(8).
const (
	syslogQueue = 64 << 10               // bytes kept while it is away
	awayMin     = 200 * time.Millisecond // between two attempts to reach it, doubled
	awayMax     = 5 * time.Second
	busyPause   = 5 * time.Millisecond // when it is there, but slower than we are
	busyLimit   = 2 * time.Second      // what a writer then waits at most
)

// packets is a connected datagram socket.
type packets interface {
	send(b []byte) error
	close()
}

// syslog delivers lines to syslogd(8) over its local socket, in the format
// of RFC 3164.  It never blocks on the socket: what cannot be sent now is
// kept in order, up to a limit, and what does not fit is counted and the
// number reported once syslogd(8) is back.
type syslog struct {
	tag  string
	prio Priority // of the report about lost lines
	dial func() (packets, error)

	// The clock, replaced by tests.
	now   func() time.Time
	after func(time.Duration, func())
	sleep func(time.Duration)

	mu      sync.Mutex
	conn    packets // nil while syslogd is away
	busy    bool    // the last failure was that it is slow
	buf     []byte
	queue   [][]byte
	queued  int           // bytes in queue
	armed   bool          // a retry is under way
	pause   time.Duration // before the next retry
	unsaid  uint64        // lines lost since the last report
	dropped uint64        // lines lost
}

func newSyslog(path, tag string, prio Priority) *syslog {
	return &syslog{tag: tag, prio: prio.at(levelWarning), now: time.Now, sleep: time.Sleep,
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) },
		dial:  func() (packets, error) { return dialPackets(path) }}
}

// syslogd(8) of NetBSD turns what is not ASCII into question marks, and
// RFC 3164 has no other characters.
func (s *syslog) ascii() bool { return true }

func (s *syslog) reopen() error { return nil }

func (s *syslog) put(r record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = s.packet(s.buf[:0], r)
	if len(s.queue) == 0 && s.send(s.buf) == nil {
		return
	}
	s.arm()
	if s.queued+len(s.buf) > syslogQueue && !s.wait(len(s.buf)) {
		s.unsaid++
		s.dropped++
		return
	}
	if len(s.queue) == 0 && s.send(s.buf) == nil {
		return
	}
	s.queue = append(s.queue, append([]byte(nil), s.buf...))
	s.queued += len(s.buf)
}

// packet appends "<PRI>Mmm dd hh:mm:ss tag[pid]: text".
func (s *syslog) packet(b []byte, r record) []byte {
	b = append(b, '<')
	b = strconv.AppendInt(b, int64(r.prio), 10)
	b = append(b, '>')
	b = s.now().AppendFormat(b, time.Stamp)
	b = append(b, ' ')
	b = append(b, s.tag...)
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(r.pid), 10)
	b = append(b, "]: "...)
	return append(b, r.text...)
}

// wait lets a slow syslogd(8) catch up until n bytes fit.  One that is away
// is not waited for.  The lock is given up meanwhile, and s.buf is kept.
func (s *syslog) wait(n int) bool {
	mine := append([]byte(nil), s.buf...)
	for end := s.now().Add(busyLimit); s.busy && s.now().Before(end); {
		s.mu.Unlock()
		s.sleep(busyPause)
		s.mu.Lock()
		s.drain()
		if s.queued+n <= syslogQueue {
			s.buf = append(s.buf[:0], mine...)
			return true
		}
	}
	return false
}

// send tries to deliver one packet now.  A socket that syslogd(8) has left
// behind is replaced once, so that its restart costs nothing.
func (s *syslog) send(b []byte) error {
	err := error(syscall.ENOTCONN)
	for try := 0; try < 2; try++ {
		if s.conn == nil {
			c, derr := s.dial()
			if derr != nil {
				s.busy = false
				return derr
			}
			s.conn = c
		}
		err = s.conn.send(b)
		if err == nil || tooSlow(err) {
			s.busy = err != nil
			return err
		}
		s.conn.close()
		s.conn = nil
	}
	s.busy = false
	return err
}

// tooSlow tells a full receive buffer from a peer that is gone.
func tooSlow(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS) ||
		errors.Is(err, syscall.ENOMEM)
}

// drain sends from the queue until it is empty or sending fails.
func (s *syslog) drain() {
	sent := 0
	for sent < len(s.queue) && s.send(s.queue[sent]) == nil {
		s.queued -= len(s.queue[sent])
		s.queue[sent] = nil
		sent++
	}
	s.queue = s.queue[sent:]
	if len(s.queue) > 0 {
		return
	}
	s.queue, s.pause = nil, 0
	if s.unsaid > 0 {
		text := strconv.FormatUint(s.unsaid, 10) + " lines were lost while syslogd was away or too slow"
		b := s.packet(nil, record{s.prio, syscall.Getpid(), []byte(text)})
		if s.send(b) == nil {
			s.unsaid = 0
		}
	}
}

// arm plans a retry where none is planned.
func (s *syslog) arm() {
	if s.armed {
		return
	}
	s.armed = true
	if s.busy {
		s.pause = busyPause
	} else {
		s.pause = min(max(2*s.pause, awayMin), awayMax)
	}
	s.after(s.pause, s.retry)
}

func (s *syslog) retry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = false
	s.drain()
	if len(s.queue) > 0 || s.unsaid > 0 {
		s.arm()
	}
}

func (s *syslog) lost() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// close tries for a last time; what then remains is lost.
func (s *syslog) close(limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := s.now().Add(limit)
	for s.drain(); len(s.queue) > 0 && s.now().Before(end); s.drain() {
		s.mu.Unlock()
		s.sleep(busyPause)
		s.mu.Lock()
	}
	s.dropped += uint64(len(s.queue))
	s.queue, s.queued = nil, 0
	if s.conn != nil {
		s.conn.close()
		s.conn = nil
	}
}
