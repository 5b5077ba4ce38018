package host

import (
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// exportArgs is struct export_args30 of <sys/mount.h>, unused but counted.
type exportArgs struct {
	flags int32
	root  uint32
	anon  struct {
		unused  uint16
		uid     uint32
		gid     uint32
		ngroups int16
		groups  [16]uint32
	}
	addr      *byte
	addrLen   int32
	mask      *byte
	maskLen   int32
	indexFile *byte
}

// nullArgs is struct null_args of <miscfs/nullfs/null.h>.
type nullArgs struct {
	target *byte
	export exportArgs
}

// mountAt is mount_null(8) and mount_tmpfs(8).
func mountAt(m Mount) error {
	flags := 0
	if m.ReadOnly {
		flags |= unix.MNT_RDONLY
	}
	if m.NoSuid {
		flags |= unix.MNT_NOSUID
	}
	if !m.Devices {
		flags |= unix.MNT_NODEV
	}
	if m.Kind != "null" {
		args := tmpfsArgs(m)
		return mount("tmpfs", m.Target, flags, unsafe.Pointer(&args[0]), len(args))
	}
	source, err := unix.BytePtrFromString(m.Source)
	if err != nil {
		return err
	}
	args := nullArgs{target: source}
	err = mount("null", m.Target, flags, unsafe.Pointer(&args), int(unsafe.Sizeof(args)))
	runtime.KeepAlive(source)
	return err
}

func mount(kind, target string, flags int, data unsafe.Pointer, size int) error {
	k, err := unix.BytePtrFromString(kind)
	if err != nil {
		return err
	}
	t, err := unix.BytePtrFromString(target)
	if err != nil {
		return err
	}
	_, _, no := unix.Syscall6(unix.SYS_MOUNT, uintptr(unsafe.Pointer(k)), uintptr(unsafe.Pointer(t)),
		uintptr(flags), uintptr(data), uintptr(size), 0)
	if no != 0 {
		return no
	}
	return nil
}

// tmpfsArgs is struct tmpfs_args of <fs/tmpfs/tmpfs_args.h>, version 1: an
// int, two 64-bit numbers, and three 32-bit ones.  Only i386 aligns 64-bit
// numbers to four bytes.
func tmpfsArgs(m Mount) []byte {
	at := 8
	if runtime.GOARCH == "386" {
		at = 4
	}
	b := make([]byte, at+16+12, at+16+16)
	if at == 8 {
		b = b[:cap(b)] // the struct's own padding at its end
	}
	put := binary.NativeEndian
	put.PutUint32(b, 1)
	put.PutUint64(b[at+8:], m.Size)
	mode := uint32(m.Mode.Perm())
	if m.Mode&os.ModeSticky != 0 {
		mode |= 0o1000
	}
	put.PutUint32(b[at+24:], mode)
	return b
}

func unmount(target string) error { return unix.Unmount(target, 0) }

// mounts asks getvfsstat(2), with room for what is mounted meanwhile.
func mounts() ([]Mounted, error) {
	for {
		n, err := unix.Getvfsstat(nil, unix.ST_NOWAIT)
		if err != nil {
			return nil, err
		}
		buf := make([]unix.Statvfs_t, n+16)
		got, err := unix.Getvfsstat(buf, unix.ST_NOWAIT)
		if err != nil {
			return nil, err
		}
		if got == len(buf) {
			continue
		}
		out := make([]Mounted, got)
		for i := range buf[:got] {
			s := &buf[i]
			out[i] = Mounted{Target: unix.ByteSliceToString(s.Mntonname[:]),
				Source: unix.ByteSliceToString(s.Mntfromname[:]), Type: unix.ByteSliceToString(s.Fstypename[:]),
				ReadOnly: s.Flag&unix.MNT_RDONLY != 0}
		}
		return out, nil
	}
}

// Layout of struct kinfo_proc2 of <sys/sysctl.h>, the same on every machine,
// and numbers of kern.proc2 and kern.proc_args.
const (
	procSize  = 120 // as much of it as p_pid needs
	procPID   = 116
	procAll   = 0
	procCwd   = 6
	procsRoom = 64
)

// Holders lists the processes whose working directory is at or below dir,
// which is all that sysctl(7) tells without looking into the kernel.
func Holders(dir string) []Process {
	var out []Process
	for _, pid := range processes() {
		cwd, err := unix.SysctlRaw("kern.proc_args", pid, procCwd)
		if err != nil {
			continue
		}
		if at := unix.ByteSliceToString(cwd); at == dir || len(at) > len(dir) && at[:len(dir)+1] == dir+"/" {
			out = append(out, Process{pid, processName(pid)})
		}
	}
	return out
}

// processes lists the process ids.
func processes() []int {
	for room := procsRoom; ; room *= 2 {
		b, err := unix.SysctlRaw("kern.proc2", procAll, 0, procSize, room)
		if errors.Is(err, syscall.ENOMEM) && room < 1<<20 {
			continue
		}
		if err == nil && len(b) >= room*procSize {
			continue
		}
		var pids []int
		for ; len(b) >= procSize; b = b[procSize:] {
			pids = append(pids, int(int32(binary.NativeEndian.Uint32(b[procPID:]))))
		}
		return pids
	}
}

// processName is argv[0] of a process.
func processName(pid int) string {
	const procArgv = 1
	b, err := unix.SysctlRaw("kern.proc_args", pid, procArgv)
	if name := unix.ByteSliceToString(b); err == nil && name != "" {
		return name
	}
	return "?"
}

// mknodat is mknodat(2), whose 64-bit device number follows a word of
// padding; package unix knows neither.  32-bit machines take it in two words,
// all of them little-endian.
func mknodat(dir int, name string, mode uint32, dev uint64) error {
	p, err := unix.BytePtrFromString(name)
	if err != nil {
		return err
	}
	_, _, no := unix.Syscall6(unix.SYS_MKNODAT, uintptr(dir), uintptr(unsafe.Pointer(p)), uintptr(mode),
		0, uintptr(dev), uintptr(dev>>32))
	if no != 0 {
		return no
	}
	return nil
}

// HasFileSystem reports whether the kernel has a file system now; it may
// still load one when it is asked to mount it.
func HasFileSystem(kind string) bool {
	s, err := unix.Sysctl("vfs.generic.fstypes")
	return err != nil || slices.Contains(strings.Fields(s), kind)
}
