package regress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"cells/src/internal/host"
)

// TestRemoveTree: what a cell has made immutable goes all the same, links
// too, and below directories deeper than any path may be long.
func TestRemoveTree(t *testing.T) {
	const uchg = 0x2
	top := filepath.Join(t.TempDir(), "home")
	if err := os.Mkdir(top, 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(top, "link")
	if err := os.Symlink("/nowhere", link); err != nil {
		t.Fatal(err)
	}
	p, err := unix.BytePtrFromString(link)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, no := unix.Syscall(unix.SYS_LCHFLAGS, uintptr(unsafe.Pointer(p)), uchg, 0); no != 0 {
		t.Skipf("the file system has no flags: %v", no)
	}
	at, err := os.OpenRoot(top)
	if err != nil {
		t.Fatal(err)
	}
	var dirs []*os.Root
	for name := strings.Repeat("d", 200); len(dirs) < 8; {
		dirs = append(dirs, at)
		if err := at.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if at, err = at.OpenRoot(name); err != nil {
			t.Fatal(err)
		}
	}
	f, err := at.Create("file")
	if err != nil {
		t.Fatal(err)
	}
	fix(t, f, uchg)
	for _, dir := range append(dirs[1:], at) {
		d, err := dir.Open(".")
		if err != nil {
			t.Fatal(err)
		}
		fix(t, d, uchg)
		dir.Close()
	}
	dirs[0].Close()
	if os.RemoveAll(top) == nil {
		t.Fatal("nothing was immutable")
	}
	if err := host.RemoveTree(top); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(top); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

// fix gives a file flags, and closes it.
func fix(t *testing.T, f *os.File, flags int) {
	t.Helper()
	defer f.Close()
	if err := unix.Fchflags(int(f.Fd()), flags); err != nil {
		t.Fatal(err)
	}
}
