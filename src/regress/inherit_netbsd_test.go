package regress

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// TestInheritance: what a member starts is a member, whatever program it is.
func TestInheritance(t *testing.T) {
	c := open(t)
	id := create(t, c, profile(cell.Low))
	setuid := filepath.Join(t.TempDir(), "setuid")
	install(t, setuid)
	for _, uid := range []int{0, 1000} {
		a := start(t, who{id, uid})
		if got, want := a.must(t, "spawn", self), fmt.Sprintf("cell %s euid %d", id, uid); got != want {
			t.Errorf("a child says %q, want %q", got, want)
		}
		if got, want := a.must(t, "spawn", setuid), fmt.Sprintf("cell %s euid 0", id); got != want {
			t.Errorf("a set-uid child says %q, want %q", got, want)
		}
	}
}

// install makes a copy of this program that is set-uid root and that every
// user can run.
func install(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(path)), 0o755); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Chmod(path, 0o4755); err != nil {
		t.Fatal(err)
	}
}

// TestNoLeaving: nothing that a member may do takes it out of its cell.
func TestNoLeaving(t *testing.T) {
	c := open(t)
	id := create(t, c, profile(cell.Low))
	other := create(t, c, nil)
	tests := []struct {
		name string
		op   string
		args []any
		ok   bool // the operation itself is allowed
	}{
		{"attach to another cell", "attach", []any{other}, false},
		{"attach to the host", "attach", []any{0}, false},
		{"attach to the own cell again", "attach", []any{id}, false},
		{"chroot", "chroot", []any{"/tmp"}, true},
		{"setuid", "setuid", []any{1000}, true},
		{"setuid to root again", "setuid", []any{0}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := start(t, who{id, 0})
			if r := a.do(test.op, test.args...); r.done() != test.ok {
				t.Errorf("%s: %s", test.op, r)
			}
			if got := a.must(t, "cell"); got != id.String() {
				t.Errorf("now it is in cell %s", got)
			}
			in := info(t, c, id)
			if in.Processes == 0 {
				t.Errorf("the cell counts no process")
			}
		})
	}
}
