package backup

import (
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FIOSEEKDATA and FIOSEEKHOLE of <sys/filio.h>: _IOWR('f', 97 and 98, off_t).
const (
	fioSeekData = 0xc0086661
	fioSeekHole = 0xc0086662
)

// seekData asks ioctl(2); most file systems answer ENOTTY.
func seekData(f *os.File, size int64) ([]extent, error) {
	ask := func(request uintptr) func(int64) (int64, error) {
		return func(at int64) (int64, error) {
			_, _, no := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(&at)))
			if no != 0 {
				return 0, no
			}
			return at, nil
		}
	}
	return walkData(size, ask(fioSeekData), ask(fioSeekHole))
}

func atimeOf(s *syscall.Stat_t) time.Time {
	return time.Unix(int64(s.Atimespec.Sec), int64(s.Atimespec.Nsec))
}

// fileFlags are those of chflags(2) that outlive a backup, by the names that
// strtofflags(3) knows.
var fileFlags = []struct {
	name string
	bit  uint32
}{
	{"nodump", 0x1}, {"uchg", 0x2}, {"uappnd", 0x4}, {"opaque", 0x8},
	{"arch", 0x10000}, {"schg", 0x20000}, {"sappnd", 0x40000},
}

func flagsOf(s *syscall.Stat_t) string {
	var names []string
	for _, f := range fileFlags {
		if s.Flags&f.bit != 0 {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, ",")
}

// setFlags gives an entry of a directory its flags; names that are not known
// are left out.  Links have none.
func setFlags(dir *os.File, name, flags string) error {
	var bits uint32
	for n := range strings.SplitSeq(flags, ",") {
		for _, f := range fileFlags {
			if n == f.name {
				bits |= f.bit
			}
		}
	}
	if bits == 0 {
		return nil
	}
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Fchflags(fd, int(bits))
}

// space is what a program may still write to a file system, in bytes, and
// how many files it may still make; below 0 where it does not tell.
func space(dir string) (bytes, files int64, err error) {
	var st unix.Statvfs_t
	if err := unix.Statvfs(dir, &st); err != nil {
		return 0, 0, err
	}
	files = -1
	if st.Files > 0 {
		files = int64(st.Favail)
	}
	return int64(st.Bavail) * int64(st.Frsize), files, nil
}
