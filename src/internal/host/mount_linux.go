package host

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mountAt makes what stands in for null mounts by bind mounts.  Both paths
// go through descriptors, so that nothing can change between looking and
// mounting.
func mountAt(m Mount) error {
	flags := uintptr(unix.MS_NOATIME)
	if m.ReadOnly {
		flags |= unix.MS_RDONLY
	}
	if m.NoSuid {
		flags |= unix.MS_NOSUID
	}
	if !m.Devices {
		flags |= unix.MS_NODEV
	}
	target, err := openDir(m.Target)
	if err != nil {
		return err
	}
	defer target.Close()
	if m.Kind != "null" {
		data := fmt.Sprintf("size=%d,mode=%04o", m.Size, m.Mode.Perm()|sticky(m))
		return unix.Mount("cells", fdPath(target), "tmpfs", flags, data)
	}
	source, err := openDir(m.Source)
	if err != nil {
		return err
	}
	defer source.Close()
	if err := unix.Mount(fdPath(source), fdPath(target), "", unix.MS_BIND, ""); err != nil {
		return err
	}
	err = unix.Mount("", m.Target, "", unix.MS_REMOUNT|unix.MS_BIND|flags, "")
	if err != nil {
		unix.Unmount(m.Target, unix.MNT_DETACH)
	}
	return err
}

func sticky(m Mount) os.FileMode {
	if m.Mode&os.ModeSticky != 0 {
		return 0o1000
	}
	return 0
}

func openDir(path string) (*os.File, error) {
	return os.OpenFile(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
}

func fdPath(f *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(f.Fd())) }

func unmount(target string) error { return unix.Unmount(target, unix.UMOUNT_NOFOLLOW) }

// mounts reads /proc/self/mountinfo; see proc(5).
func mounts() ([]Mounted, error) {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var out []Mounted
	for line := range bytes.Lines(b) {
		before, after, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 6 || len(g) < 2 {
			return nil, fmt.Errorf("mountinfo: unexpected line %q", line)
		}
		m := Mounted{Target: unescape(f[4]), Source: unescape(f[3]), Type: g[0], ReadOnly: readOnly(f[5])}
		if m.Type == "tmpfs" && m.Source == "/" {
			m.Source = m.Type // as NetBSD says of a whole one
		}
		out = append(out, m)
	}
	return out, nil
}

func readOnly(options string) bool {
	for o := range strings.SplitSeq(options, ",") {
		if o == "ro" {
			return true
		}
	}
	return false
}

// unescape reads the octal escapes of mountinfo.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Holders lists the processes that use something at or below dir: their
// directories, open files and mappings.
func Holders(dir string) []Process {
	var out []Process
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err == nil && holds(pid, dir) {
			name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			out = append(out, Process{pid, strings.TrimSpace(string(name))})
		}
	}
	return out
}

func holds(pid int, dir string) bool {
	at := fmt.Sprintf("/proc/%d/", pid)
	links := []string{at + "cwd", at + "root", at + "exe"}
	fds, _ := os.ReadDir(at + "fd")
	for _, f := range fds {
		links = append(links, at+"fd/"+f.Name())
	}
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && (to == dir || strings.HasPrefix(to, dir+"/")) {
			return true
		}
	}
	return false
}

func mknodat(dir int, name string, mode uint32, dev uint64) error {
	return unix.Mknodat(dir, name, mode, int(dev))
}

// HasFileSystem reports whether the kernel can mount what stands in for a
// file system of NetBSD.
func HasFileSystem(kind string) bool {
	if kind == "null" {
		return true // bind mounts
	}
	b, err := os.ReadFile("/proc/filesystems")
	return err == nil && bytes.Contains(b, []byte("\t"+kind+"\n"))
}
