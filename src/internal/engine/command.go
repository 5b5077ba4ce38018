package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Cellctl is the path of cellctl(8).
func Cellctl() (string, error) { return Program("cellctl") }

// Program is the path of one of our programs: beside this one, or in PATH.
func Program(name string) (string, error) {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if st, err := os.Stat(beside); err == nil && st.Mode().IsRegular() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New(name + " is neither beside this program nor in PATH")
	}
	return filepath.Abs(path)
}

// tailSize is how much of a command's output is kept for a message.
const tailSize = 4 << 10

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > tailSize {
		t.b = slices.Clone(t.b[len(t.b)-tailSize:])
	}
	return len(p), nil
}

// last is the last line with something on it.
func (t *tail) last() string {
	lines := bytes.Split(bytes.TrimSpace(t.b), []byte("\n"))
	return string(bytes.TrimSpace(lines[len(lines)-1]))
}

// TimeoutError is a command that took too long.
type TimeoutError struct {
	Command string
	After   time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s: not done after %s", e.Command, e.After)
}

// cellctl runs cellctl with these arguments, on behalf of what; limit 0 is
// none.  Where it fails the error is its last line.  A command that outlives
// the limit, or ctx, is asked to end by sig and its process group is killed
// soon after.
func cellctl(ctx context.Context, what string, limit time.Duration, sig syscall.Signal, args ...string) error {
	path, err := Cellctl()
	if err != nil {
		return err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, &TimeoutError{what, limit})
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/"
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, faultEnv+"=") })
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, sig) }
	cmd.WaitDelay = 15 * time.Second
	last, err := runFor(cmd)
	if err == nil {
		return nil
	}
	if cmd.Process != nil && sig == syscall.SIGKILL {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	var te *TimeoutError
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &te):
		return te
	case cause != nil:
		return cause
	}
	return commandError(err, last)
}

// lastWords is how long what a command printed may still be on its way once
// it has ended.
const lastWords = time.Second

// runFor runs a command and returns the last line that it printed.  Who it
// leaves behind with its output open is not waited for.
func runFor(cmd *exec.Cmd) (last string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer r.Close()
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Start()
	w.Close()
	if err != nil {
		return "", err
	}
	var out tail
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(&out, r)
	}()
	err = cmd.Wait()
	r.SetReadDeadline(time.Now().Add(lastWords))
	<-done
	return out.last(), err
}

// commandError is what a program of ours had to say, without its own name.
func commandError(err error, line string) error {
	line = strings.TrimPrefix(line, "cellctl: ")
	var exit *exec.ExitError
	switch {
	case !errors.As(err, &exit):
		return err
	case line == "":
		return fmt.Errorf("%s", exit.ProcessState)
	}
	return fmt.Errorf("%s (%s)", line, exit.ProcessState)
}
