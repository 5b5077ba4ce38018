package enter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/kern"
)

// These tests put threads under a filter whose rig is a part of the test.  The
// threads are those of other processes, this binary run anew, since there is
// no way back.

const confineEnv = "ENTER_TEST_CONFINE"

func TestMain(m *testing.M) {
	if n, err := strconv.Atoi(os.Getenv(confineEnv)); err == nil {
		confineThreads(n)
	}
	os.Exit(m.Run())
}

// statusNoSeccomp says that filters cannot be installed here.
const statusNoSeccomp = 77

// confineThreads confines n threads, one after the other, and ends the process
// on the last of them: with 1 where one failed.
func confineThreads(n int) {
	status := make(chan int)
	for i := range n {
		go func() {
			runtime.LockOSThread()
			err := confineOnce()
			switch {
			case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EINVAL):
				Exit(statusNoSeccomp)
			case err != nil:
				fmt.Fprintln(os.Stderr, err)
				Exit(1)
			case i == n-1:
				Exit(0)
			}
			status <- 0
		}()
		<-status
	}
}

func confineOnce() error {
	c, err := kern.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	return confine(c, 1)
}

// Sizes of rig_proto.h.
const (
	requestSize = 8 + 48 + 16
	replySize   = 24
)

// listenRig answers every process with a filter that traps the system calls
// with these numbers, and its listener with errno.
func listenRig(t *testing.T, errno syscall.Errno, traps ...int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "rig.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveRig(conn, errno, trapping(traps))
		}
	}()
	return path
}

// trapping is a filter, as the rig sends it.
func trapping(traps []int) []byte {
	program := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}}
	for _, nr := range traps {
		program = append(program,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: uint32(nr)},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	b, err := binary.Append(nil, binary.NativeEndian, program)
	if err != nil {
		panic(err)
	}
	return b
}

func serveRig(conn net.Conn, errno syscall.Errno, program []byte) {
	defer conn.Close()
	o := binary.NativeEndian
	head := make([]byte, requestSize)
	for {
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		reply := make([]byte, replySize)
		copy(reply, head[:4])
		switch node, _, _ := strings.Cut(string(head[8:]), "\x00"); node {
		case "rig.filter":
			o.PutUint64(reply[16:], uint64(len(program)))
			if n := min(o.Uint64(head[56:]), uint64(len(program))); n > 0 {
				o.PutUint64(reply[8:], n)
				reply = append(reply, program[:n]...)
			}
		case "rig.listener":
			o.PutUint32(reply[4:], uint32(errno))
		case "version":
			// As it is told inside a cell.
			o.PutUint32(reply[4:], uint32(syscall.EPERM))
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

// runConfined runs a process that confines n of its threads, and returns its
// exit status.
func runConfined(t *testing.T, rig string, n int, env ...string) (status int, stderr string) {
	t.Helper()
	var text strings.Builder
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), confineEnv+"="+strconv.Itoa(n), kern.RigEnv+"="+rig), env...)
	cmd.Stderr = &text
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer late.Stop()
	cmd.Wait()
	if status = cmd.ProcessState.ExitCode(); status == statusNoSeccomp {
		t.Skip("no filters here: " + text.String())
	}
	return status, text.String()
}

// Before the rig has the listener, this runtime must not make the confined
// thread ask it anything.
func TestConfineCollectsNothing(t *testing.T) {
	rig := listenRig(t, 0, unix.SYS_TGKILL)
	if status, text := runConfined(t, rig, 300, "GOMEMLIMIT=1"); status != 0 {
		t.Errorf("status %d: %s", status, text)
	}
}

// A process that is under a filter for nobody says why, and ends.
func TestConfinedExit(t *testing.T) {
	rig := listenRig(t, syscall.EBUSY, unix.SYS_EXIT_GROUP, unix.SYS_TGKILL)
	if status, text := runConfined(t, rig, 1); status != 1 || !strings.Contains(text, "did not take the listener") {
		t.Errorf("status %d: %s", status, text)
	}
}
