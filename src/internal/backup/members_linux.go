package backup

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"cells/src/internal/cell"
)

// stopPatience is how long processes may resist a stop.
const stopPatience = 5 * time.Second

// signalMembers signals the processes below a supervisor, which is who a cell
// of the rig consists of.  Stopping goes on until all of them are: those that
// are not yet fork, and continue the others.
func signalMembers(rig bool, id cell.ID, supervisor int, sig syscall.Signal) error {
	if !rig || supervisor <= 1 {
		return errors.New("its processes are not known")
	}
	seen := map[int]bool{}
	for end := time.Now().Add(stopPatience); ; {
		all, err := descendants(supervisor)
		if err != nil {
			return err
		}
		left := 0
		for pid, state := range all {
			if seen[pid] && (sig != syscall.SIGSTOP || state.still()) {
				continue
			}
			seen[pid] = true
			left++
			syscall.Kill(pid, sig)
		}
		switch {
		case left == 0:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("%d of its processes do not stop", left)
		}
	}
}

// procState is the state of a process, as proc(5) has it.
type procState byte

// still reports whether the process does nothing until it is continued.
func (s procState) still() bool { return s == 'T' || s == 't' || s == 'Z' || s == 'X' }

// descendants lists the processes below one, by proc(5).
func descendants(of int) (map[int]procState, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	parent, states := map[int]int{}, map[int]procState{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it is gone
		}
		// The name in parentheses may hold anything.
		f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(f) > 1 {
			states[pid] = procState(f[0][0])
			parent[pid], _ = strconv.Atoi(string(f[1]))
		}
	}
	out := map[int]procState{}
	for pid := range parent {
		for at, n := parent[pid], 0; at > 1 && n < len(parent); at, n = parent[at], n+1 {
			if at == of {
				out[pid] = states[pid]
				break
			}
		}
	}
	return out, nil
}

// SignalCell is for kernels that confine.
func SignalCell(id cell.ID, sig syscall.Signal) error { return errors.ErrUnsupported }
