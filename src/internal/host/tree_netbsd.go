package host

import (
	"os"
	"path/filepath"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// flush writes everything to the disks: there is no call for one file system.
func flush(*os.File) error {
	unix.Sync()
	return nil
}

// clearFlags makes a tree that no process of a cell sees any more removable.
func clearFlags(path string) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return
	}
	defer root.Close()
	unlock(root, path)
}

// unlock is clearFlags for a directory.  A cell can nest directories deeper
// than any path may be long; what lchflags(2) does not reach there are links
// and the like, which have no descriptor to do it by.
func unlock(root *os.Root, path string) {
	d, err := root.Open(".")
	if err != nil {
		return
	}
	defer d.Close()
	unix.Fchflags(int(d.Fd()), 0)
	entries, _ := d.ReadDir(-1)
	for _, e := range entries {
		at := filepath.Join(path, e.Name())
		lchflags(at)
		switch {
		case e.IsDir():
			if sub, err := OpenBelow(root, e.Name()); err == nil {
				unlock(sub, at)
				sub.Close()
			}
		case e.Type().IsRegular():
			if f, err := root.OpenFile(e.Name(), os.O_RDONLY|openNonblock|syscall.O_NOFOLLOW, 0); err == nil {
				unix.Fchflags(int(f.Fd()), 0)
				f.Close()
			}
		}
	}
}

// lchflags takes the flags of a file, be it a symbolic link.
func lchflags(path string) {
	if p, err := unix.BytePtrFromString(path); err == nil {
		unix.Syscall(unix.SYS_LCHFLAGS, uintptr(unsafe.Pointer(p)), 0, 0)
	}
}
