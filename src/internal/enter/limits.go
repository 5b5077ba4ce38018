package enter

import (
	"fmt"
	"syscall"

	"cells/src/internal/cell"
)

// raiseLimits raises hard limits as far as the request needs, while the
// process still has the right to.
func raiseLimits(limits []cell.Rlimit) error {
	for _, l := range limits {
		now, res, err := getLimit(l)
		if err != nil {
			return err
		}
		if want := native(l.Hard); want > now.Max {
			now.Max = want
			if err := syscall.Setrlimit(res, &now); err != nil {
				return fmt.Errorf("resource limit %s: %w", l, err)
			}
		}
	}
	return nil
}

// setLimits sets the limits as they are to be.  It is the last step: this
// program itself may not get by with them.
func setLimits(limits []cell.Rlimit) error {
	for _, l := range limits {
		res, err := resource(l.Name)
		if err != nil {
			return err
		}
		lim := syscall.Rlimit{Cur: native(l.Soft), Max: native(l.Hard)}
		if err := syscall.Setrlimit(res, &lim); err != nil {
			return fmt.Errorf("resource limit %s: %w", l, err)
		}
	}
	return nil
}

// getLimit reads the limit that l is about.
func getLimit(l cell.Rlimit) (now syscall.Rlimit, res int, err error) {
	if res, err = resource(l.Name); err != nil {
		return now, 0, err
	}
	if err = syscall.Getrlimit(res, &now); err != nil {
		return now, 0, fmt.Errorf("resource limit %s: %w", l.Name, err)
	}
	return now, res, nil
}

// resource is the number of the limit with that name.
func resource(name string) (int, error) {
	res, ok := resources[name]
	if !ok {
		return 0, fmt.Errorf("resource limit %s: this system has none of that name", name)
	}
	return res, nil
}

// native is n as the kernel writes it.
func native(n uint64) uint64 {
	if n == cell.Unlimited || n > infinity {
		return infinity
	}
	return n
}
