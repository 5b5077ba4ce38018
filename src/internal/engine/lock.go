package engine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// LockedError says who works on the cells.
type LockedError struct {
	PID  int
	What string // verb and time, as the holder wrote them
}

func (e *LockedError) Error() string {
	if e.What == "" {
		return fmt.Sprintf("process %d works on the cells", e.PID)
	}
	return fmt.Sprintf("process %d works on the cells: %s", e.PID, e.What)
}

// Lock is held while cells are worked on.  It is a record lock of fcntl(2):
// the kernel drops it with its holder and names its holder, and children do
// not inherit it.
type Lock struct{ f *os.File }

// LockFile is the file that the lock is on.
func LockFile(run string) string { return filepath.Join(run, "cellmgr.lock") }

// Acquire takes the lock, or returns a *LockedError.
func Acquire(run, verb string) (*Lock, error) {
	if err := os.MkdirAll(run, 0o755); err != nil {
		return nil, err
	}
	// Who may read a file may lock it, too, and keep root out.
	f, err := os.OpenFile(LockFile(run), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Chmod(0o600), take(f)); err != nil {
		f.Close()
		return nil, err
	}
	what := fmt.Sprintf("cellmgr %s since %s\n", verb, time.Now().Format("2006-01-02 15:04:05"))
	if err := f.Truncate(0); err == nil {
		f.WriteAt([]byte(what), 0)
	}
	return &Lock{f}, nil
}

// take locks the file, or asks the kernel who has done so.
func take(f *os.File) error {
	for {
		fl := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
		err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &fl)
		if !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EACCES) {
			return err
		}
		if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &fl); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
		if fl.Type == syscall.F_UNLCK {
			continue // its holder has just let go
		}
		b := make([]byte, 200)
		n, _ := f.ReadAt(b, 0)
		return &LockedError{int(fl.Pid), strings.TrimSpace(string(b[:n]))}
	}
}

// Release gives the lock up.
func (l *Lock) Release() {
	l.f.Truncate(0)
	l.f.Close()
}
