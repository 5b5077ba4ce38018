package super

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// Signals that a member of a cell sends reach its own cell and nothing else,
// because the model denies the rest.  On a host without that guarantee they
// would reach everybody, so each part of it has to be seen to hold before one
// is sent: it is a kernel and no rig, the process is in the right cell, and
// the host's processes are out of its sight and, for kill(-1), of its reach.

// sweepPatience is how long members are killed one by one.  That is the quiet
// way: kill(2) with the process -1 tries the host's processes, too, and each
// is counted as a denial.  What forks and executes fast enough outruns both,
// unless the supervisor makes its forks fail meanwhile.
const (
	sweepPatience = 500 * time.Millisecond
	sweepTime     = sweepLimit - 3*time.Second
)

// run joins the cell, where it is full by force, and ends every other process
// in it.
func (s sweeper) run(full bool) error {
	v, err := s.c.Version()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if v.Rig || s.id == cell.Host {
		return errors.New("sweep: refused: no kernel confines what it would hit")
	}
	if full {
		err = s.intrude()
	} else {
		err = s.c.Attach(s.id)
	}
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	self, err := s.c.Self()
	if err != nil {
		return fmt.Errorf("sweep: own cell: %w", err)
	}
	if self != s.id {
		return fmt.Errorf("sweep: refused: in cell %d instead of %d", self, s.id)
	}
	done, err := s.killVisible(time.Now().Add(sweepPatience))
	if done || err != nil {
		return err
	}
	s.report.WriteString(reportStuck)
	return s.killReachable(time.Now().Add(sweepTime))
}

// intrude joins a cell that is full: it raises the limit by one and takes the
// place, again and again if somebody who forks is faster.  The supervisor
// sets the limit back.
func (s sweeper) intrude() error {
	in, err := s.c.GetID(s.id)
	if err != nil {
		return err
	}
	for n := in.Config.MaxProc + 1; ; n++ {
		if err := s.c.Set(s.id, cell.Change{MaxProc: &n}); err != nil {
			return err
		}
		err := s.c.Attach(s.id)
		if !errors.Is(err, kern.ErrFull) || n-in.Config.MaxProc > roomMax {
			return err
		}
	}
}

// killVisible kills what can be seen until nothing is, or the time is over.
func (s sweeper) killVisible(end time.Time) (done bool, err error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		pids, err := visible()
		if err != nil {
			return false, fmt.Errorf("sweep: %w", err)
		}
		if slices.Contains(pids, 1) || slices.Contains(pids, s.parent) {
			return false, errors.New("sweep: refused: the host's processes are in sight")
		}
		for _, pid := range pids {
			if pid > 1 {
				unix.Kill(pid, unix.SIGKILL)
			}
		}
		if len(pids) == 0 || time.Now().After(end) {
			return len(pids) == 0, nil
		}
		time.Sleep(pause)
	}
}

// What sysctl(7) says of kern.proc2, and <sys/sysctl.h> of struct
// kinfo_proc2, the beginning of which never changes.
const (
	kernProcAll  = 0
	kinfoSize    = 120
	kinfoPIDAt   = 116
	kinfoPlenty  = 1 << 20
	kinfoRetries = 10
)

// visible lists the other processes that this one can see.
func visible() ([]int, error) {
	var b []byte
	err := error(syscall.ENOMEM)
	for try := 0; try < kinfoRetries && errors.Is(err, syscall.ENOMEM); try++ {
		// The answer may outgrow what the question for its size was told.
		b, err = unix.SysctlRaw("kern.proc2", kernProcAll, 0, kinfoSize, kinfoPlenty)
	}
	if err != nil {
		return nil, fmt.Errorf("kern.proc2: %w", err)
	}
	var pids []int
	for ; len(b) >= kinfoSize; b = b[kinfoSize:] {
		pid := int(int32(binary.NativeEndian.Uint32(b[kinfoPIDAt:])))
		if pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// killReachable sends SIGKILL to all until nobody is left to receive it.
// Once is not enough: execve(2) discards a pending signal, and what is being
// forked gets none.
func (s sweeper) killReachable(end time.Time) error {
	// init(8) and the supervisor are the host's: were one within reach, so
	// would all be.
	for _, pid := range []int{1, s.parent} {
		if unix.Kill(pid, 0) == nil {
			return fmt.Errorf("sweep: refused: process %d of the host is within reach", pid)
		}
	}
	for {
		err := unix.Kill(-1, unix.SIGKILL)
		switch {
		case errors.Is(err, syscall.ESRCH):
			return nil
		case err != nil:
			return fmt.Errorf("sweep: %w", err)
		case time.Now().After(end):
			return errors.New("sweep: some processes do not die")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
