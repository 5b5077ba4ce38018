// Package host does the file work that needs the host's rights: file systems
// of cells, files below a cell, device nodes, archives, and facts about
// mounts and processes.  What a cell can write is never reached by a path:
// everything below it goes through os.Root.
package host

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Mount is one file system to be mounted.
type Mount struct {
	Kind     string // "null", "tmp" or "dev"
	Source   string // null: a directory
	Target   string
	ReadOnly bool
	NoSuid   bool
	Devices  bool // device nodes in it work
	Size     uint64
	Mode     fs.FileMode // of the root of tmp and dev
}

// Mounted is one that is.
type Mounted struct {
	Target   string
	Source   string
	Type     string
	ReadOnly bool
}

// ErrUnsupported says that this system cannot mount what a cell needs.
var ErrUnsupported = errors.New("file systems for cells need NetBSD or Linux")

// MountAt mounts m.  The target is a directory that exists and that no cell
// can move.
func MountAt(m Mount) error {
	if err := mountAt(m); err != nil {
		return fmt.Errorf("mount %s: %w", m.Target, explainMount(err))
	}
	return nil
}

// explainMount says what an error of mount(2) means to an admin.
func explainMount(err error) error {
	if errors.Is(err, syscall.EPERM) {
		return fmt.Errorf("%w: only root may", err)
	}
	if errors.Is(err, syscall.ENODEV) {
		return fmt.Errorf("%w: the kernel lacks the file system (nullfs, tmpfs)", err)
	}
	return err
}

// BusyError says that a file system is in use, and by whom as far as known.
type BusyError struct {
	Target  string
	Holders []Process
}

func (e *BusyError) Error() string {
	if len(e.Holders) == 0 {
		return fmt.Sprintf("unmount %s: busy; fstat(1) may tell who holds it", e.Target)
	}
	names := make([]string, 0, len(e.Holders))
	for i, p := range e.Holders {
		if i == 5 {
			names = append(names, fmt.Sprintf("%d more", len(e.Holders)-i))
			break
		}
		names = append(names, p.String())
	}
	return fmt.Sprintf("unmount %s: busy: held by %s", e.Target, strings.Join(names, ", "))
}

func (e *BusyError) Unwrap() error { return syscall.EBUSY }

// unmountPatience is how long processes that have just been killed may take
// to let go.
const unmountPatience = 2 * time.Second

// Unmount unmounts what is mounted last at the target.  That nothing is
// mounted there is no error.
func Unmount(target string) error {
	end := time.Now().Add(unmountPatience)
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := unmount(target)
		switch {
		case err == nil, errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOENT):
			return nil
		case !errors.Is(err, syscall.EBUSY):
			return fmt.Errorf("unmount %s: %w", target, explainMount(err))
		case time.Now().After(end):
			return &BusyError{target, Holders(target)}
		}
		time.Sleep(pause)
	}
}

// Mounts lists what is mounted, in the order in which it was.
func Mounts() ([]Mounted, error) {
	ms, err := mounts()
	if err != nil {
		return nil, fmt.Errorf("list of mounts: %w", err)
	}
	return ms, nil
}

// MountsBelow picks those at or below dir.
func MountsBelow(all []Mounted, dir string) []Mounted {
	var out []Mounted
	for _, m := range all {
		if m.Target == dir || strings.HasPrefix(m.Target, dir+"/") {
			out = append(out, m)
		}
	}
	return out
}

// Process is one that holds a file system.
type Process struct {
	PID  int
	Name string
}

func (p Process) String() string { return fmt.Sprintf("%s (process %d)", p.Name, p.PID) }

// HostParts lists the directories that `base host' is made of, those that
// exist here, and the symbolic links among them with what they say.
func HostParts() (dirs []string, links map[string]string) {
	links = map[string]string{}
	for _, p := range partNames() {
		if to, err := readlink(p); err == nil {
			links[p] = to
		} else if isDir(p) {
			dirs = append(dirs, p)
		}
	}
	return dirs, links
}

// partNames are the system directories of hier(7), and of Linux.
func partNames() []string {
	names := []string{"/bin", "/lib", "/libexec", "/sbin", "/usr"}
	if runtime.GOOS == "linux" {
		names = append(names, "/lib32", "/lib64", "/libx32")
	}
	return names
}

// Resolve returns the path without symbolic links.
func Resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }
