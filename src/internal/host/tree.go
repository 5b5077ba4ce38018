package host

import (
	"errors"
	"io/fs"
	"os"
)

// SyncHost is SyncDir for a directory of the host's own.
func SyncHost(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return SyncDir(root, ".")
}

// Flush writes the file system that holds dir to its disk, with everything
// that was copied or unpacked there.
func Flush(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(flush(f), f.Close())
}

// RemoveTree removes a directory of cellmgr's own that may hold what a cell
// has made immutable.
func RemoveTree(dir string) error {
	err := os.RemoveAll(dir)
	if errors.Is(err, fs.ErrPermission) {
		clearFlags(dir)
		err = os.RemoveAll(dir)
	}
	return err
}
