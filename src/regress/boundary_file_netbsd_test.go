package regress

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"cells/src/internal/host"
)

func init() {
	probes["revoke(2) of a file or device, through a null mount too"] = probeRevoke
}

// nullMount mounts a directory of the host's read-only somewhere else, and
// returns where.
func nullMount(s *stage, dir string) string {
	s.Helper()
	target := s.TempDir()
	if err := host.MountAt(host.Mount{Kind: "null", Source: dir, Target: target, ReadOnly: true}); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { unix.Unmount(target, 0) })
	return target
}

// probeRevoke revokes what nobody else needs: a file of the host's, the same
// through a null mount, and a device.
func probeRevoke(s *stage) reply {
	const device = "crypto"
	makeNode(s, device)
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
