package regress

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// System calls and requests that x/sys/unix does not name, from
// <sys/syscall.h>, <sys/mount.h>, <sys/sysctl.h> and <sys/timex.h>.
const (
	sysNtpAdjtime   = 176
	sysGetfh        = 395
	sysSwapctl      = 271
	sysQuotactl     = 473
	sysExtattrctl   = 360
	mntGetargs      = 0x00400000
	ctlCreate       = -3
	ctlDestroy      = -5
	ctlDescribe     = -7
	nodeIsReadWrite = 0x70
	nodeIsNode      = 1
	nodeDescAt      = 88
	modMaxError     = 4
	sfImmutable     = 0x00020000
	vfsSystem       = 2 // EXTATTR_NAMESPACE_SYSTEM
)

func init() {
	for name, op := range map[string]op{
		"acct":        func([]string) (string, error) { _, err := sys(unix.SYS_ACCT, nil); return "", err },
		"fchroot":     opFchroot,
		"getfh":       opGetfh,
		"mknod":       opMknod,
		"mount":       func([]string) (string, error) { return "", mountTmpfs("/mnt") },
		"unmount":     func([]string) (string, error) { return "", unix.Unmount("/mnt", 0) },
		"mountupdate": opMountUpdate,
		"mountget":    opMountGet,
		"pset":        opPset,
		"psetassign":  func([]string) (string, error) { _, err := sys(unix.SYS_PSET_ASSIGN, 0, 0, nil); return "", err },
		"psetbind":    opPsetBind,
		"psetdestroy": func([]string) (string, error) { _, err := sys(unix.SYS_PSET_DESTROY, 99); return "", err },
		"reboot":      func([]string) (string, error) { _, err := sys(unix.SYS_REBOOT, 0, nil); return "", err },
		"swapctl":     func([]string) (string, error) { _, err := sys(sysSwapctl, 1, "/nonexistent", 0); return "", err },
		"sysctlread":  opSysctlRead,
		"rewrite":     opRewrite,
		"sysctlwrite": func(a []string) (string, error) { _, err := setSysctl(a[0], uint32(number(a[1]))); return "", err },
		"timecounter": opTimecounter,
		"sysctladd":   opSysctlAdd,
		"sysctldel":   opSysctlDel,
		"sysctldesc":  opSysctlDesc,
		"adjtime":     opAdjtime,
		"ntpadjtime":  opNtpAdjtime,
		"settime":     opSettime,
		"modload":     func([]string) (string, error) { return "", modload("/nonexistent.kmod") },
		"quotaon":     opQuotaOn,
		"extattrctl": func([]string) (string, error) {
			_, err := sys(sysExtattrctl, "/", 1, nil, vfsSystem, nil)
			return "", err
		},
		"fill":     opFill,
		"sysflags": opSysFlags,
		"revoke": func(a []string) (string, error) {
			_, err := sys(unix.SYS_REVOKE, a[0])
			return "", err
		},
	} {
		ops[name] = op
	}
}

func opFchroot([]string) (string, error) {
	fd, err := unix.Open("/", unix.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	_, err = sys(unix.SYS_FCHROOT, fd)
	return "", err
}

func opGetfh([]string) (string, error) {
	size := uintptr(128)
	_, err := sys(sysGetfh, "/", make([]byte, size), unsafe.Pointer(&size))
	return "", err
}

// opMknod makes a second /dev/null and removes it.
func opMknod([]string) (string, error) {
	const path = "/tmp/mknod"
	var null unix.Stat_t
	if err := unix.Stat("/dev/null", &null); err != nil {
		return "", fmt.Errorf("null: %v", err)
	}
	if err := unix.Mknod(path, null.Mode, int(null.Rdev)); err != nil {
		return "", err
	}
	return "", unix.Unlink(path)
}

func opMountUpdate([]string) (string, error) {
	args := struct{ fspec uintptr }{}
	_, err := sys(unix.SYS_MOUNT, "ffs", "/", mntUpdate, unsafe.Pointer(&args), unsafe.Sizeof(args))
	return "", err
}

func opMountGet([]string) (string, error) {
	_, err := sys(unix.SYS_MOUNT, "tmpfs", "/tmp", mntGetargs, make([]byte, 64), 64)
	return "", err
}

// opPset makes a processor set and destroys it.
func opPset([]string) (string, error) {
	var id int32
	if _, err := sys(unix.SYS_PSET_CREATE, unsafe.Pointer(&id)); err != nil {
		return "", err
	}
	_, err := sys(unix.SYS_PSET_DESTROY, int(id))
	return "", err
}

// opPsetBind binds the own process to no set, which is where it is.
func opPsetBind([]string) (string, error) {
	_, err := sys(unix.SYS__PSET_BIND, 1, os.Getpid(), 0, 0, nil)
	return "", err
}

func opSysctlRead(a []string) (string, error) {
	path, err := mib(a[0])
	if err != nil {
		return "", fmt.Errorf("%s: %v", a[0], err)
	}
	n, err := sysctl(path, make([]byte, 4096), nil)
	return fmt.Sprint(n), err
}

// opRewrite writes to a node what it has.
func opRewrite(a []string) (string, error) {
	path, err := mib(a[0])
	if err != nil {
		return "", fmt.Errorf("%s: %v", a[0], err)
	}
	value := make([]byte, 4096)
	n, err := sysctl(path, value, nil)
	if err != nil {
		return "", fmt.Errorf("read %s: %v", a[0], err)
	}
	_, err = sysctl(path, nil, value[:n])
	return "", err
}

// opTimecounter chooses another clock: the node asks only if it is another.
func opTimecounter([]string) (string, error) {
	path, err := mib("kern.timecounter.hardware")
	if err != nil {
		return "", fmt.Errorf("%v", err)
	}
	now, err := unix.Sysctl("kern.timecounter.hardware")
	if err != nil {
		return "", fmt.Errorf("%v", err)
	}
	other := "clockinterrupt"
	if now == other {
		return "", fmt.Errorf("the clock is %s already", now)
	}
	if _, err := sysctl(path, nil, append([]byte(other), 0)); err != nil {
		return "", err
	}
	_, err = sysctl(path, nil, append([]byte(now), 0))
	return "", err
}

// node makes a struct sysctlnode.
func node(flags, number int32, name string) []byte {
	b := make([]byte, nodeSize)
	copy(b, le(uint32(nodeVersion)|uint32(flags), number))
	copy(b[nodeNameAt:], name)
	return b
}

// The node that tests make, at the top of the tree, which is writable.
const (
	ownNumber = 4711
	ownName   = "cellstest"
)

func opSysctlAdd([]string) (string, error) {
	_, err := sysctl([]int32{ctlCreate}, make([]byte, nodeSize),
		node(nodeIsReadWrite|nodeIsNode, ownNumber, ownName))
	return "", err
}

func opSysctlDel([]string) (string, error) {
	_, err := sysctl([]int32{ctlDestroy}, nil, node(0, ownNumber, ownName))
	return "", err
}

// opSysctlDesc gives the node a description.
func opSysctlDesc([]string) (string, error) {
	change := node(0, ownNumber, "")
	text := append([]byte("a description"), 0)
	copy(change[nodeDescAt:], le(uint64(uintptr(unsafe.Pointer(&text[0])))))
	_, err := sysctl([]int32{ctlDescribe}, make([]byte, 4096), change)
	return "", err
}

func opAdjtime([]string) (string, error) {
	var delta unix.Timeval
	_, err := sys(unix.SYS_ADJTIME, unsafe.Pointer(&delta), nil)
	return "", err
}

// opNtpAdjtime sets the estimated error, the first word after the offset and
// the frequency of a struct timex.
func opNtpAdjtime([]string) (string, error) {
	timex := make([]byte, 256)
	copy(timex, le(uint32(modMaxError)))
	_, err := sys(sysNtpAdjtime, timex)
	return "", err
}

func opSettime([]string) (string, error) {
	now := unix.NsecToTimespec(time.Now().UnixNano())
	_, err := sys(unix.SYS_CLOCK_SETTIME, 0, unsafe.Pointer(&now))
	return "", err
}

// opQuotaOn turns quotas on where there is no quota file.
func opQuotaOn([]string) (string, error) {
	file := append([]byte("/nonexistent"), 0)
	args := make([]byte, 128)
	// struct quotactl_args: the operation (QUOTACTL_QUOTAON), then its own
	copy(args, le(uint32(12), uint32(0), int32(0), int32(0), uint64(uintptr(unsafe.Pointer(&file[0])))))
	_, err := sys(sysQuotactl, "/", args)
	return "", err
}

// opFill writes to the root file system until it is full and returns how
// many KiB it held; what is reserved is for those who may bypass the quota.
func opFill([]string) (string, error) {
	const path = "/fill"
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer os.Remove(path)
	defer f.Close()
	block := []byte(strings.Repeat("x", 1<<16))
	total := 0
	for {
		n, err := f.Write(block)
		total += n
		if err != nil {
			return fmt.Sprint(total >> 10), nil
		}
	}
}

// opSysFlags makes a file of the root file system immutable, and mutable.
func opSysFlags([]string) (string, error) {
	const path = "/etc/flagged"
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return "", fmt.Errorf("%v", err)
	}
	if _, err := sys(unix.SYS_CHFLAGS, path, sfImmutable); err != nil {
		return "", err
	}
	_, err := sys(unix.SYS_CHFLAGS, path, 0)
	return "", err
}
