package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// devNodes are the device nodes that a cell gets.  Nothing else: for many
// drivers the node is the only guard (ksyms, klog, bpf, pci, console, disks).
var devNodes = []struct {
	name string
	mode fs.FileMode
}{
	{"null", 0o666}, {"zero", 0o666}, {"full", 0o666},
	{"random", 0o644}, {"urandom", 0o644}, {"tty", 0o666},
	{"stdin", 0o666}, {"stdout", 0o666}, {"stderr", 0o666},
}

// devLinks are made where the host has symbolic links in place of nodes.
var devLinks = map[string]bool{"stdin": true, "stdout": true, "stderr": true}

// DevNames lists what a cell's /dev may hold.
func DevNames() []string {
	out := make([]string, len(devNodes))
	for i, n := range devNodes {
		out[i] = n.name
	}
	return out
}

// FillDev makes the device nodes below target, an empty file system that is
// mounted there, as the host has them.  One that the host lacks is left out,
// but there is no cell without null.
func FillDev(target string) error {
	dir, err := os.OpenFile(target, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	for _, n := range devNodes {
		err := makeNode(dir, n.name, n.mode)
		if errors.Is(err, fs.ErrNotExist) && n.name != "null" {
			continue
		}
		if err != nil {
			return fmt.Errorf("device %s: %w", n.name, err)
		}
	}
	return nil
}

// makeNode makes one node like the host's own.
func makeNode(dir *os.File, name string, mode fs.FileMode) error {
	st, err := os.Lstat("/dev/" + name)
	if err != nil {
		return err
	}
	if st.Mode()&fs.ModeSymlink != 0 && devLinks[name] {
		to, err := os.Readlink("/dev/" + name)
		if err == nil {
			err = unix.Symlinkat(to, int(dir.Fd()), name)
		}
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || st.Mode()&fs.ModeCharDevice == 0 {
		return errors.New("not a device here")
	}
	err = mknodat(int(dir.Fd()), name, unix.S_IFCHR|uint32(mode.Perm()), uint64(sys.Rdev))
	if err != nil {
		return err
	}
	return unix.Fchmodat(int(dir.Fd()), name, uint32(mode.Perm()), 0)
}
