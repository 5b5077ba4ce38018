package super

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
