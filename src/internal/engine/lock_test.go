package engine

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain is also the other process of TestLock.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCK_TEST_DIR"); dir != "" {
		_, err := Acquire(dir, "plan")
		var le *LockedError
		if !errors.As(err, &le) {
			os.Exit(1)
		}
		os.Stdout.WriteString(le.Error())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestLock: another process is kept out, and told by whom.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	l, err := Acquire(dir, "apply")
	if err != nil {
		t.Fatal(err)
	}
	other := func() (string, error) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LOCK_TEST_DIR="+dir)
		out, err := cmd.Output()
		return string(out), err
	}
	out, err := other()
	if err != nil || !strings.Contains(out, "works on the cells: cellmgr apply since") {
		t.Errorf("%q %v", out, err)
	}
	l.Release()
	if out, err := other(); err == nil {
		t.Errorf("still locked: %q", out)
	}
}
