package super

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"cells/src/internal/cell"
)

// The lock is a record lock of fcntl(2) on DIR/NAME.lock.  The kernel drops
// it when its holder dies, however it dies, no child inherits it, and it
// names the holder's process, so that a pid is never taken from a file.  Of
// all record locks it holds what fcntl(2) says: a process that closes any
// descriptor of the file loses its lock, so a supervisor opens it once.

// lockFile is where the supervisor of a cell holds its lock.
func lockFile(dir, name string) string { return filepath.Join(dir, name+".lock") }

// HeldError says that a cell has a supervisor already.
type HeldError struct {
	Name string
	PID  int // of the supervisor
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("cell %s has a supervisor already, process %d", e.Name, e.PID)
}

// lock is one that this process holds.
type lock struct {
	f    *os.File
	path string
}

// acquire takes the lock of the cell with that name, or returns a *HeldError.
// The directory is made where it does not exist.
func acquire(dir, name string) (*lock, error) {
	if err := cell.CheckName(name); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	path := lockFile(dir, name)
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
		if err != nil {
			return nil, err
		}
		err = tryLock(f, name)
		if err == errReaders && isStill(f, path) {
			os.Remove(path)
		}
		if err == errReaders || err == nil && !isStill(f, path) {
			// Its last holder removed it between our two calls, or we did.
			f.Close()
			continue
		}
		if err == nil {
			err = writePID(f)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		return &lock{f, path}, nil
	}
}

// errReaders says that nobody has the lock, and that it cannot be had all the
// same: a user of the host who may read the file that a dead supervisor has
// left has locked it for reading.
var errReaders = errors.New("locked for reading")

// tryLock locks f for writing.
func tryLock(f *os.File, name string) error {
	fl := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	err := syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &fl)
	if err == syscall.EAGAIN || err == syscall.EACCES {
		pid, err := lockHolder(f)
		if err == nil && pid == 0 {
			err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &fl)
			if err == syscall.EAGAIN || err == syscall.EACCES {
				err = errReaders
			}
			return err
		}
		return &HeldError{name, pid}
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return nil
}

// isStill reports whether f is what path names.
func isStill(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Lstat(path)
	return err == nil && os.SameFile(a, b)
}

// writePID leaves the pid for people; programs ask the kernel.
func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// release removes the file, then gives up the lock.
func (l *lock) release() {
	os.Remove(l.path)
	l.f.Close()
}

// lockHolder asks the kernel who holds the lock on f; 0 is nobody.
func lockHolder(f *os.File) (int, error) {
	// Anybody who can read the file can lock it for reading; that counts for
	// nothing.
	fl := syscall.Flock_t{Type: syscall.F_RDLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &fl); err != nil {
		return 0, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	if fl.Type == syscall.F_UNLCK {
		return 0, nil
	}
	return int(fl.Pid), nil
}

// Holder returns the process id of the supervisor of the cell with that
// name, 0 where it has none.  That the lock cannot be read is an error.  A
// supervisor must not ask for itself.
func Holder(dir, name string) (int, error) {
	if err := cell.CheckName(name); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(lockFile(dir, name), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return lockHolder(f)
}
