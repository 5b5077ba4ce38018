package super

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

const lockRounds = 60

// testLock takes the lock again and again, and makes sure that it is alone.
func testLock(dir string) int {
	alone := filepath.Join(dir, "alone")
	for n := 0; n < lockRounds; {
		l, err := acquire(dir, "web")
		var held *HeldError
		if errors.As(err, &held) {
			continue
		}
		if err == nil {
			err = os.Mkdir(alone, 0o755)
		}
		if err == nil {
			err = os.Remove(alone)
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
		l.release()
		n++
	}
	return 0
}

// TestLockIsExclusive: also where the holder before has removed the file.
func TestLockIsExclusive(t *testing.T) {
	dir := t.TempDir()
	var cmds []*exec.Cmd
	for range 4 {
		cmd := exec.Command(os.Args[0], "lock-test", dir)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	for _, c := range cmds {
		if err := c.Wait(); err != nil {
			t.Errorf("two had the lock: %v", err)
		}
	}
}

// TestLockOfReader: who locks what a dead supervisor has left for reading
// neither keeps the next one out nor passes for one.
func TestLockOfReader(t *testing.T) {
	dir := t.TempDir()
	path := lockFile(dir, "web")
	if err := os.WriteFile(path, []byte("1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "lock-test-read", path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if pid, err := Holder(dir, "web"); pid != 0 || err != nil {
		t.Errorf("%d is taken for a supervisor: %v", pid, err)
	}
	l, err := acquire(dir, "web")
	if err != nil {
		t.Fatal(err)
	}
	l.release()
}

// testLockRead locks a file for reading until its input ends.
func testLockRead(path string) int {
	f, err := os.Open(path)
	if err == nil {
		fl := syscall.Flock_t{Type: syscall.F_RDLCK, Whence: io.SeekStart}
		err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &fl)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Print("x")
	io.Copy(io.Discard, os.Stdin)
	return 0
}
