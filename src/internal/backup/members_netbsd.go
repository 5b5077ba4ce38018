package backup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// signalMembers lets a process that joins the cell signal all others in it.
func signalMembers(rig bool, id cell.ID, supervisor int, sig syscall.Signal) error {
	if rig {
		return errors.New("a rig on NetBSD does not know its processes")
	}
	self, err := Self()
	if err != nil {
		return err
	}
	out, err := exec.Command(self, "backup", "signal", id.String(), strconv.Itoa(int(sig))).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// kern.proc2 of sysctl(7), and the beginning of struct kinfo_proc2 of
// <sys/sysctl.h>, which never changes.
const (
	procAll  = 0
	procSize = 120
	procPID  = 116
	procMany = 1 << 20
)

// settle is how long a stop goes on for processes that are being forked.
const settle = 100 * time.Millisecond

// SignalCell joins a cell and signals every other process that it then sees:
// those of the cell, since the kernel hides all others.
func SignalCell(id cell.ID, sig syscall.Signal) error {
	c, err := kern.Open()
	if err != nil {
		return err
	}
	defer c.Close()
	v, err := c.Version()
	if err != nil {
		return err
	}
	if v.Rig || id == cell.Host {
		return errors.New("refused: no kernel confines what it would hit")
	}
	if err := c.Attach(id); err != nil {
		return err
	}
	if self, err := c.Self(); err != nil || self != id {
		return errors.Join(err, errors.New("refused: not in the cell"))
	}
	for end := time.Now().Add(settle); ; time.Sleep(5 * time.Millisecond) {
		b, err := unix.SysctlRaw("kern.proc2", procAll, 0, procSize, procMany)
		if err != nil {
			return err
		}
		for ; len(b) >= procSize; b = b[procSize:] {
			switch pid := int(int32(binary.NativeEndian.Uint32(b[procPID:]))); {
			case pid == os.Getpid():
			case pid <= 1:
				return errors.New("refused: the host's processes are in sight")
			default:
				unix.Kill(pid, sig)
			}
		}
		if time.Now().After(end) {
			return nil
		}
	}
}
