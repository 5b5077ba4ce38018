package backup

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"syscall"

	"cells/src/internal/cell"
)

// signalMembers signals the processes below a supervisor, which is who a cell
// of the rig consists of.  Stopping goes on until no new one appears.
func signalMembers(rig bool, id cell.ID, supervisor int, sig syscall.Signal) error {
	if !rig || supervisor <= 1 {
		return errors.New("its processes are not known")
	}
	seen := map[int]bool{}
	for {
		pids, err := descendants(supervisor)
		if err != nil {
			return err
		}
		fresh := 0
		for _, p := range pids {
			if !seen[p] {
				seen[p] = true
				fresh++
				syscall.Kill(p, sig)
			}
		}
		if fresh == 0 {
			return nil
		}
	}
}

// descendants lists the processes below one, by proc(5).
func descendants(of int) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	parent := map[int]int{}
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
			parent[pid], _ = strconv.Atoi(string(f[1]))
		}
	}
	var out []int
	for pid := range parent {
		for at, n := parent[pid], 0; at > 1 && n < len(parent); at, n = parent[at], n+1 {
			if at == of {
				out = append(out, pid)
				break
			}
		}
	}
	return out, nil
}

// SignalCell is for kernels that confine.
func SignalCell(id cell.ID, sig syscall.Signal) error { return errors.ErrUnsupported }
