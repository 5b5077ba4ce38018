package host

import (
	"os"

	"golang.org/x/sys/unix"
)

func flush(dir *os.File) error { return unix.Syncfs(int(dir.Fd())) }

// clearFlags does nothing: there are no flags as chflags(1) has them.
func clearFlags(path string) {}
