package enter

import "golang.org/x/sys/unix"

const infinity uint64 = unix.RLIM_INFINITY

// Limits of <sys/resource.h> that package unix does not name.
const (
	rlimitSbsize = 9
	rlimitNthr   = 11
)

var resources = map[string]int{
	"as": unix.RLIMIT_AS, "core": unix.RLIMIT_CORE, "cpu": unix.RLIMIT_CPU,
	"data": unix.RLIMIT_DATA, "fsize": unix.RLIMIT_FSIZE, "memlock": unix.RLIMIT_MEMLOCK,
	"nofile": unix.RLIMIT_NOFILE, "nproc": unix.RLIMIT_NPROC, "nthr": rlimitNthr,
	"rss": unix.RLIMIT_RSS, "sbsize": rlimitSbsize, "stack": unix.RLIMIT_STACK,
}
