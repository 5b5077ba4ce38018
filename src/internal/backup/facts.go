package backup

import (
	"io/fs"
	"syscall"
	"time"
)

// facts are what package fs does not tell of a file.
type facts struct {
	dev, ino  uint64
	links     uint64
	allocated int64 // bytes on the disk
	atime     time.Time
	flags     string
}

func factsOf(st fs.FileInfo) facts {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return facts{allocated: st.Size()}
	}
	return facts{dev: uint64(s.Dev), ino: s.Ino, links: uint64(s.Nlink), allocated: s.Blocks * 512,
		atime: atimeOf(s), flags: flagsOf(s)}
}
