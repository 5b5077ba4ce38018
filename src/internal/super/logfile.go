package super

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// logfile appends lines to a file that newsyslog(8) may rotate: reopen
// starts a new one.
type logfile struct {
	path string // "" is a stream that was open already
	tag  string
	now  func() time.Time

	mu      sync.Mutex
	f       io.WriteCloser
	buf     []byte
	torn    bool   // the last write ended within a line
	unsaid  uint64 // lines lost since the last report
	dropped uint64
	why     error // of the last loss
}

const stampFile = "2006-01-02T15:04:05.000-07:00"

// openLogfile opens or makes the file, which must be a regular one and no
// symbolic link.
func openLogfile(path, tag string) (*logfile, error) {
	f, err := openAppend(path)
	if err != nil {
		return nil, err
	}
	return &logfile{path: path, tag: tag, now: time.Now, f: f}, nil
}

// newLogstream writes to what is open already, such as standard output.
func newLogstream(f io.WriteCloser, tag string) *logfile {
	return &logfile{tag: tag, now: time.Now, f: f}
}

func openAppend(path string) (*os.File, error) {
	const flags = os.O_WRONLY | os.O_APPEND | os.O_CREATE | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	f, err := os.OpenFile(path, flags, 0o640)
	if err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("%s: not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("log file: %w", err)
	}
	return f, nil
}

func (l *logfile) ascii() bool { return false }

// put writes one line in one piece, so that others may append to the file.
func (l *logfile) put(r record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unsaid > 0 {
		text := fmt.Sprintf("%d lines were lost: %v", l.unsaid, l.why)
		if l.line(os.Getpid(), []byte(text)) == nil {
			l.unsaid = 0
		}
	}
	if err := l.line(r.pid, r.text); err != nil {
		l.unsaid++
		l.dropped++
		l.why = err
	}
}

// line writes "time tag[pid]: text".
func (l *logfile) line(pid int, text []byte) error {
	b := l.buf[:0]
	if l.torn {
		b = append(b, '\n')
	}
	b = l.now().AppendFormat(b, stampFile)
	b = append(b, ' ')
	b = append(b, l.tag...)
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(pid), 10)
	b = append(b, "]: "...)
	b = append(b, text...)
	b = append(b, '\n')
	l.buf = b
	n, err := l.f.Write(b)
	if n > 0 {
		l.torn = n < len(b)
	}
	return err
}

// reopen starts a new file where the old one was renamed.  Where that fails
// the old one is kept.
func (l *logfile) reopen() error {
	if l.path == "" {
		return nil
	}
	f, err := openAppend(l.path)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.f.Close()
	l.f, l.torn = f, false
	return nil
}

func (l *logfile) lost() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

func (l *logfile) close(time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.f.Close()
}
