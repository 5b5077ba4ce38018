package host

import (
	"io/fs"
	"syscall"
)

const (
	errInvalid   = syscall.EINVAL
	openNonblock = syscall.O_NONBLOCK
)

// Owner is who a file belongs to.
func Owner(st fs.FileInfo) (uid, gid int) {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid), int(s.Gid)
	}
	return -1, -1
}

// SameFile reports whether two files are one: they have the same inode, and
// the same size and type where the file systems differ, as those of a null
// mount and of what lies below it do.
func SameFile(a, b fs.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, ok2 := b.Sys().(*syscall.Stat_t)
	return ok && ok2 && x.Ino == y.Ino && a.Mode().Type() == b.Mode().Type()
}
