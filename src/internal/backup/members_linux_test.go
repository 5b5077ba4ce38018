package backup

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// resist is a service whose processes fork all the time, continue each other,
// and ignore what can be ignored.
const resist = `trap "" HUP INT TERM TSTP
again() {
	while :; do
		for pid in $(cat pids); do kill -CONT "$pid"; done
		(: >"seen.$1")
	done 2>/dev/null
}
: >pids
for n in 1 2 3 4; do
	again $n & echo $! >>pids
done
: >ready
wait`

// TestPause: processes that continue each other are stopped all the same, and
// run on afterwards.
func TestPause(t *testing.T) {
	dir := t.TempDir()
	// Like a supervisor, the parent is stopped by itself.
	cmd := exec.Command("/bin/sh", "-c", `/bin/sh -c "$0" & wait`, resist)
	cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	}()
	await(t, func() bool { return exists(filepath.Join(dir, "ready")) })
	for range 5 {
		if err := signalMembers(true, 7, cmd.Process.Pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		before := tree(t, cmd.Process.Pid)
		time.Sleep(50 * time.Millisecond)
		if after := tree(t, cmd.Process.Pid); after != before || strings.ContainsAny(after, "RSD") {
			t.Fatalf("not stopped: %s, then %s", before, after)
		}
		for n := 1; n <= 4; n++ {
			os.Remove(filepath.Join(dir, fmt.Sprintf("seen.%d", n)))
		}
		if err := signalMembers(true, 7, cmd.Process.Pid, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		await(t, func() bool { return exists(filepath.Join(dir, "seen.1")) && exists(filepath.Join(dir, "seen.4")) })
	}
	if err := signalMembers(false, 7, cmd.Process.Pid, syscall.SIGSTOP); err == nil {
		t.Error("signalled what is not a rig's")
	}
}

// tree describes the processes below one, each with its state.
func tree(t *testing.T, pid int) string {
	t.Helper()
	all, err := descendants(pid)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int]string{}
	for pid, s := range all {
		out[pid] = string(rune(s))
	}
	return strings.TrimPrefix(fmt.Sprint(out), "map")
}

// await polls for a condition.
func await(t *testing.T, good func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !good(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never comes true")
		}
	}
}
