package enter

import (
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// A rig is not asked when a file is opened.  What of the host is a file, and
// closed to a cell by a kernel that has the model, is therefore taken out of
// the cell's sight where root can do that cheaply: /proc shows nobody else's
// processes to an ordinary user and is read-only, so is /sys, and where /dev is
// the host's it is replaced by one with harmless devices.  cellctl probe tells
// what remains.

// views is what becomes of the host's file systems in a cell.
type views struct {
	own     bool        // the thread has mounts of its own
	hostDev unix.Stat_t // the host's /dev
}

// separate gives the calling thread, and what it executes, mounts of its own.
// They follow the host's; the host's do not follow them.  Where that is not
// allowed, in some containers, everything stays as it is.
func separate() (views, error) {
	var v views
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		if errors.Is(err, unix.EPERM) {
			return v, nil
		}
		return v, fmt.Errorf("own mounts: %w", err)
	}
	// A root that is no mount point cannot be cut off.
	v.own = unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, "") == nil
	if v.own && unix.Stat("/dev", &v.hostDev) != nil {
		v.hostDev = unix.Stat_t{}
	}
	return v, nil
}

// hide is called inside the cell's root.
func (v views) hide() error {
	if !v.own {
		return nil
	}
	for _, f := range []struct {
		dir  string
		hide func(dir int) error
	}{
		{"/proc", hideProc}, {"/sys", hideSys}, {"/dev", v.hideDev},
	} {
		fd, err := unix.Open(f.dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue // there is none
		}
		err = f.hide(fd)
		unix.Close(fd)
		if err != nil {
			return fmt.Errorf("%s: %w", f.dir, err)
		}
	}
	return nil
}

// isType reports whether fd is on a file system of that type.
func isType(fd int, magic int64) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(fd, &st) == nil && int64(st.Type) == magic
}

// mountOver mounts what fd leads to over what target leads to.
func mountOver(fd, target int) error {
	return unix.MoveMount(fd, "", target, "", unix.MOVE_MOUNT_F_EMPTY_PATH|unix.MOVE_MOUNT_T_EMPTY_PATH)
}

// newMount makes a file system that is mounted nowhere yet.
func newMount(fstype string, attrs int, options ...string) (int, error) {
	fs, err := unix.Fsopen(fstype, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	for i := 0; i < len(options); i += 2 {
		if err := unix.FsconfigSetString(fs, options[i], options[i+1]); err != nil {
			return -1, err
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, err
	}
	return unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, attrs)
}

// unreadable are files of /proc that hold what is the kernel's.
var unreadable = []string{"kcore", "kallsyms", "kmsg", "keys", "key-users", "timer_list", "sched_debug"}

func hideProc(dir int) error {
	if !isType(dir, unix.PROC_SUPER_MAGIC) {
		return nil
	}
	proc, err := newMount("proc", unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|
		unix.MOUNT_ATTR_NOEXEC, "hidepid", "2")
	if err != nil {
		return err
	}
	defer unix.Close(proc)
	if err := mountOver(proc, dir); err != nil {
		return err
	}
	null, err := unix.Open("/dev/null", unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil // nothing to cover them with
	}
	defer unix.Close(null)
	for _, name := range unreadable {
		if err := bind(null, proc, name); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// bind makes name, below dir, what src is.
func bind(src, dir int, name string) error {
	at, err := unix.Openat(dir, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(at)
	tree, err := unix.OpenTree(src, "", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH|unix.AT_RECURSIVE)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	return mountOver(tree, at)
}

func hideSys(dir int) error {
	if !isType(dir, unix.SYSFS_MAGIC) {
		return nil
	}
	return unix.MountSetattr(dir, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE,
		&unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
}

// harmless are the devices, directories and sockets of /dev that a cell keeps.
var harmless = []string{"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "mqueue", "log"}

func (v views) hideDev(dir int) error {
	var st unix.Stat_t
	if unix.Fstat(dir, &st) != nil || st.Dev != v.hostDev.Dev || st.Ino != v.hostDev.Ino || st.Ino == 0 {
		return nil // the cell's own
	}
	dev, err := newMount("tmpfs", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC, "mode", "755", "size", "64k")
	if err != nil {
		return err
	}
	defer unix.Close(dev)
	// It must be mounted somewhere to take others.
	if err := mountOver(dev, dir); err != nil {
		return err
	}
	for _, name := range harmless {
		if err := keep(dir, dev, name); err != nil && !errors.Is(err, unix.ENOENT) {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, to := range map[string]string{"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := unix.Symlinkat(path.Join("/proc/self", to), dev, name); err != nil {
			return err
		}
	}
	return nil
}

// keep takes name over from the old directory to the new one.
func keep(old, dev int, name string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(old, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFLNK {
		to := make([]byte, unix.PathMax)
		n, err := unix.Readlinkat(old, name, to)
		if err != nil {
			return err
		}
		return unix.Symlinkat(string(to[:n]), dev, name)
	}
	src, err := unix.Openat(old, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(src)
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		err = unix.Mkdirat(dev, name, uint32(os.FileMode(0o755)))
	} else {
		err = unix.Mknodat(dev, name, unix.S_IFREG|0o600, 0)
	}
	if err != nil {
		return err
	}
	return bind(src, dev, name)
}
