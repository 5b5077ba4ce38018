package enter

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// descriptors lists what may be open above 2: what /proc says, else every
// number that a process may use.
func descriptors() ([]int, error) {
	names, err := readNames("/proc/self/fd")
	if err != nil {
		return allDescriptors()
	}
	var fds []int
	for _, n := range names {
		if fd, err := strconv.Atoi(n); err == nil && fd >= firstOther {
			fds = append(fds, fd)
		}
	}
	return fds, nil
}

func readNames(path string) ([]string, error) {
	d, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// manyOpen is the default of fs.nr_open, beyond which no limit goes.
const manyOpen = 1 << 20

// allDescriptors lists every number below the limit.
func allDescriptors() ([]int, error) {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return nil, err
	}
	var fds []int
	for fd := firstOther; uint64(fd) < min(lim.Max, manyOpen); fd++ {
		fds = append(fds, fd)
	}
	return fds, nil
}

// markAll sets close-on-exec on everything above 2 with one call, where the
// kernel has it.
func markAll() bool {
	return unix.CloseRange(firstOther, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC) == nil
}
