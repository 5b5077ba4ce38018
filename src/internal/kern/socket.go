package kern

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// RigEnv names the rig's socket.  Where it is set the rig is used, also on
// NetBSD.
const RigEnv = "CELLS_RIG"

// RigPath is where the rig's socket is looked for: where CELLS_RIG says, or
// in a directory that nobody but the user could have made.
func RigPath() (string, error) {
	if p := os.Getenv(RigEnv); p != "" {
		return p, nil
	}
	dir := defaultRigDir()
	if err := checkRigDir(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, "rig.sock"), nil
}

// defaultRigDir is the directory of the socket where CELLS_RIG is not set.
func defaultRigDir() string {
	uid := os.Geteuid()
	if uid == 0 {
		return "/var/run/cells"
	}
	if run := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		return filepath.Join(run, "cells")
	}
	return fmt.Sprintf("/tmp/cells-%d", uid)
}

// checkRigDir makes sure that dir is the user's own, so that nobody else can
// pose as the rig.  That it does not exist is for the connection to report.
func checkRigDir(dir string) error {
	st, err := os.Lstat(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("rig: %w", err)
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	switch {
	case st.Mode()&fs.ModeSymlink != 0 || !st.IsDir():
		return fmt.Errorf("rig: %s: not a directory", dir)
	case !ok || int(sys.Uid) != os.Geteuid():
		return fmt.Errorf("rig: %s: belongs to another user", dir)
	case st.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("rig: %s: others may write there (mode %#o)", dir, st.Mode().Perm())
	}
	return nil
}

// openRig connects to the rig.
func openRig() (transport, error) {
	path, err := RigPath()
	if err != nil {
		return nil, err
	}
	return dialRig(path)
}
