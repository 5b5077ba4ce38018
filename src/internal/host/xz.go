package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// xzReader reads what xz(1) prints.
type xzReader struct {
	io.Reader
	cmd    *exec.Cmd
	out    io.ReadCloser
	errs   bytes.Buffer
	closed bool
}

// xz decompresses with xz(1), which every NetBSD has; as nobody where we are
// root, since what it reads may be hostile.
func xz(r io.Reader) (io.ReadCloser, error) {
	path, err := exec.LookPath("xz")
	if err != nil {
		return nil, errors.New("compressed with xz, and there is no xz(1) in PATH")
	}
	x := &xzReader{cmd: exec.Command(path, "-dc")}
	x.cmd.Stdin = r
	x.cmd.Stderr = &x.errs
	x.cmd.Dir = "/"
	x.cmd.Env = []string{"PATH=/bin:/usr/bin", "LC_ALL=C"}
	if cred := nobody(); cred != nil {
		x.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	}
	if x.out, err = x.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := x.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	x.Reader = x.out
	return x, nil
}

// nobody is whom root runs helpers as; nil where there is no such user.
func nobody() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil || err2 != nil {
		return nil
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// Close waits for xz and reports what it had to say.  Output that was not
// read is read now: a program that dies of a closed pipe would look as if the
// archive were bad.
func (x *xzReader) Close() error {
	if x.closed {
		return nil
	}
	x.closed = true
	n, _ := io.CopyN(io.Discard, x.out, 1<<20)
	if n == 1<<20 {
		x.cmd.Process.Kill()
	}
	if err := x.cmd.Wait(); err != nil && n < 1<<20 {
		return fmt.Errorf("xz: %s", strings.TrimSpace(x.errs.String()+" "+err.Error()))
	}
	return nil
}
