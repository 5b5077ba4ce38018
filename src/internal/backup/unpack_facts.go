package backup

import (
	"archive/tar"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ours reports whether what a member becomes is the admin's own: whoever
// owned it on the host where it was made has no say here.
func ours(name string) bool {
	part, _, _ := strings.Cut(name, "/")
	return part == manifestPart || part == stampsPart
}

// mode is that of a member.
func mode(name string, h *tar.Header) int64 {
	if ours(name) {
		return h.Mode & 0o755
	}
	return h.Mode & 0o7777
}

// times sets those of an entry of a directory.
func times(dir *os.File, base string, h *tar.Header) error {
	atime := h.AccessTime
	if atime.IsZero() {
		atime = h.ModTime
	}
	ts := []unix.Timespec{timespec(atime), timespec(h.ModTime)}
	if err := unix.UtimesNanoAt(int(dir.Fd()), base, ts, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return &fs.PathError{Op: "utimensat", Path: h.Name, Err: err}
	}
	return nil
}

// timespec is a time for utimensat(2); what it cannot hold becomes 1970.
func timespec(t time.Time) unix.Timespec {
	s, err := unix.TimeToTimespec(t)
	if err != nil {
		s, _ = unix.TimeToTimespec(time.Unix(0, 0))
	}
	return s
}

func fileMode(bits int64) fs.FileMode {
	m := fs.FileMode(bits & 0o777)
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if bits&(0o1000<<i) != 0 {
			m |= bit
		}
	}
	return m
}

func ignorePermission(err error) error {
	if errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0 {
		return nil
	}
	return err
}
