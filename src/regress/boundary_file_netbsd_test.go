package regress

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"cells/src/internal/host"
)

func init() {
	probes["revoke(2) of a file or device, through a null mount too"] = probeRevoke
	probes["flock(2) on a file of the host, through a read-only null mount too"] = probeFlock
	ops["flock"] = opFlock
}

// nullMount mounts a directory of the host's read-only somewhere else, and
// returns where.
func nullMount(s *stage, dir string) string {
	s.Helper()
	target := s.TempDir()
	if err := host.MountAt(host.Mount{Kind: "null", Source: dir, Target: target, ReadOnly: true}); err != nil {
		s.Fatal(err)
	}
	// Whoever has something open there is still at it.
	s.Cleanup(func() { unix.Unmount(target, mntForce) })
	return target
}

// probeRevoke revokes what nobody else needs: a file of the host's, the same
// through a null mount, and a device.
func probeRevoke(s *stage) reply {
	const device = "crypto"
	dir := s.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			s.Fatal(err)
		}
	}
	return s.all(
		s.in.do("revoke", filepath.Join(dir, "a")),
		s.in.do("revoke", filepath.Join(nullMount(s, dir), "b")),
		s.in.do("revoke", "/dev/"+device))
}

// opFlock locks a file that it may only read, and keeps it locked.
func opFlock(a []string) (string, error) {
	fd, err := unix.Open(a[0], unix.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	return "", unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
}

// probeFlock tries the lock from outside afterwards.
func probeFlock(s *stage) reply {
	path := filepath.Join(s.TempDir(), "file")
	f, err := os.Create(path)
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	if r := s.in.do("flock", filepath.Join(nullMount(s, filepath.Dir(path)), "file")); !r.done() {
		return r
	}
	return yes(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == unix.EWOULDBLOCK)
}
