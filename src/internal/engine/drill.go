package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"cells/src/internal/host"
)

// Discard removes the home of a drill's throw-away cell, which has ended.
// What says whose it is goes last, so that who is killed here leaves it to
// the next.
func (e *Engine) Discard(name string) error {
	home := e.Layout.Home(name)
	all, err := host.Mounts()
	if err != nil {
		return err
	}
	if len(host.MountsBelow(all, home)) > 0 {
		return fmt.Errorf("%s: something is still mounted below it", home)
	}
	entries, err := os.ReadDir(home)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, f := range entries {
		if p := filepath.Join(home, f.Name()); p != e.Layout.Drill(name) {
			if err := host.RemoveTree(p); err != nil {
				return err
			}
		}
	}
	fault()
	return host.RemoveTree(home)
}
