package backup

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// seekData asks lseek(2).
func seekData(f *os.File, size int64) ([]extent, error) {
	seek := func(whence int) func(int64) (int64, error) {
		return func(at int64) (int64, error) { return unix.Seek(int(f.Fd()), at, whence) }
	}
	data, err := walkData(size, seek(unix.SEEK_DATA), seek(unix.SEEK_HOLE))
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	return data, err
}

func atimeOf(s *syscall.Stat_t) time.Time {
	return time.Unix(int64(s.Atim.Sec), int64(s.Atim.Nsec))
}

// flagsOf is "": there are no flags as chflags(1) has them.
func flagsOf(*syscall.Stat_t) string { return "" }

// setFlags does nothing; see flagsOf.
func setFlags(dir *os.File, name, flags string) error { return nil }

// space is what a program may still write to a file system, in bytes, and
// how many files it may still make; below 0 where it does not tell.
func space(dir string) (bytes, files int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, err
	}
	files = -1
	if st.Files > 0 {
		files = int64(st.Ffree)
	}
	return int64(st.Bavail) * int64(st.Bsize), files, nil
}
