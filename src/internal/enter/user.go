package enter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// account is whom the command runs as.
type account struct {
	name   string
	uid    int
	gid    int
	groups []int // with gid first
	home   string
	shell  string
}

// Bounds on what a cell may make us read: its files are the cell's to write.
const (
	maxDatabase = 4 << 20
	maxGroups   = 16 // NGROUPS_MAX of NetBSD
)

// resolve finds the account in the databases that the cell itself has.  It
// is called inside the root.
func resolve(r Request, privileged bool) (account, error) {
	if !privileged {
		return ownAccount(r)
	}
	user, group, hasGroup := strings.Cut(r.User, ":")
	passwd, err := database("/etc/passwd")
	if err != nil {
		return account{}, err
	}
	groups, err := database("/etc/group")
	if err != nil {
		return account{}, err
	}
	a, err := findUser(passwd, user)
	if err != nil {
		return account{}, err
	}
	if !hasGroup {
		a.groups = memberships(groups, a)
		return a, nil
	}
	a.gid, err = findGroup(groups, group)
	a.groups = []int{a.gid}
	return a, err
}

// ownAccount is the caller's: without root there is no other.
func ownAccount(r Request) (account, error) {
	uid := os.Getuid()
	passwd, err := database("/etc/passwd")
	if err != nil {
		return account{}, err
	}
	a, err := findUser(passwd, strconv.Itoa(uid))
	if err != nil {
		return account{}, err
	}
	user, group, _ := strings.Cut(r.User, ":")
	if user == "" && group == "" {
		return a, nil
	}
	if w, err := findUser(passwd, user); err != nil || w.uid != uid || group != "" {
		return account{}, fmt.Errorf("user %s: only root may run a command as somebody else", r.User)
	}
	return a, nil
}

// database reads a file of passwd(5) or group(5) as lines.  Missing, it is
// empty; anything but a regular file of a sensible size is an error.
func database(path string) ([]string, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s in the cell: %w", path, err)
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%s in the cell: %w", path, err)
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s in the cell: not a regular file", path)
	}
	if st.Size() > maxDatabase {
		return nil, fmt.Errorf("%s in the cell: larger than %d bytes", path, maxDatabase)
	}
	b := make([]byte, st.Size()) // what grows meanwhile is cut
	n, err := io.ReadFull(f, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("%s in the cell: %w", path, err)
	}
	return strings.Split(string(b[:n]), "\n"), nil
}

// entry finds the line of a database whose name, or whose number in the
// third field, is key.  A name comes before a number.
func entry(lines []string, fields int, key string) []string {
	var byNumber []string
	for _, l := range lines {
		f := strings.Split(l, ":")
		if len(f) < fields || f[0] == "" {
			continue
		}
		if f[0] == key {
			return f
		}
		if byNumber == nil && f[2] == key {
			byNumber = f
		}
	}
	return byNumber
}

// findUser looks up a name or a number; "" is root.  A number needs no line,
// and neither does root.
func findUser(passwd []string, key string) (account, error) {
	if key == "" {
		key = "0"
	}
	f := entry(passwd, 7, key)
	if f == nil {
		return numericUser(passwd, key)
	}
	uid, err := id(f[2])
	if err != nil {
		return account{}, fmt.Errorf("user %s: bad user id %q in the cell's passwd", key, f[2])
	}
	gid, err := id(f[3])
	if err != nil {
		return account{}, fmt.Errorf("user %s: bad group id %q in the cell's passwd", key, f[3])
	}
	return account{name: f[0], uid: uid, gid: gid, home: f[5], shell: f[6]}, nil
}

// numericUser is a user whom no line describes.
func numericUser(passwd []string, key string) (account, error) {
	if key == "root" {
		key = "0"
	}
	uid, err := id(key)
	switch {
	case err == nil:
		return account{name: key, uid: uid, gid: uid}, nil
	case passwd == nil:
		return account{}, fmt.Errorf("user %s: the cell has no /etc/passwd; a number would do", key)
	}
	return account{}, fmt.Errorf("user %s: not in the cell's /etc/passwd", key)
}

// findGroup looks up the name or number of a group.
func findGroup(groups []string, key string) (int, error) {
	if f := entry(groups, 4, key); f != nil {
		if gid, err := id(f[2]); err == nil {
			return gid, nil
		}
		return 0, fmt.Errorf("group %s: bad group id %q in the cell's group file", key, f[2])
	}
	gid, err := id(key)
	switch {
	case err == nil:
		return gid, nil
	case groups == nil:
		return 0, fmt.Errorf("group %s: the cell has no /etc/group; a number would do", key)
	}
	return 0, fmt.Errorf("group %s: not in the cell's /etc/group", key)
}

// memberships lists the groups of a, its own first, as initgroups(3) does.
func memberships(groups []string, a account) []int {
	out := []int{a.gid}
	for _, l := range groups {
		f := strings.Split(l, ":")
		if len(f) < 4 || !slices.Contains(strings.Split(f[3], ","), a.name) {
			continue
		}
		gid, err := id(f[2])
		if err == nil && !slices.Contains(out, gid) && len(out) < maxGroups {
			out = append(out, gid)
		}
	}
	return out
}

// id reads a user or group id; -1 means "no change" to the kernel and is
// none.
func id(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err
}

// assume changes the process to a: groups, group, then user, after which
// there is no way back.
func (a account) assume() error {
	if err := syscall.Setgroups(a.groups); err != nil {
		return fmt.Errorf("user %s: setgroups: %w", a.name, err)
	}
	if err := syscall.Setgid(a.gid); err != nil {
		return fmt.Errorf("user %s: setgid: %w", a.name, err)
	}
	if err := syscall.Setuid(a.uid); err != nil {
		return fmt.Errorf("user %s: setuid: %w", a.name, err)
	}
	return nil
}
