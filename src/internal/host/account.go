package host

import (
	"fmt"
	"strconv"
	"strings"
)

// Account finds the user and group id of USER[:GROUP] in the texts of
// passwd(5) and group(5), which may be a cell's and hold anything.  A number
// stands for itself.  Without GROUP the group is the user's own.
func Account(passwd, group []byte, spec string) (uid, gid int, err error) {
	user, groupName, hasGroup := strings.Cut(spec, ":")
	entry := find(passwd, user, 2)
	switch {
	case entry != nil && len(entry) > 3:
		if uid, err = id(entry[2]); err == nil {
			gid, err = id(entry[3])
		}
	case isNumber(user):
		uid, err = id(user)
		gid = uid
	default:
		err = fmt.Errorf("no user %q in the cell", user)
	}
	if err != nil || !hasGroup {
		return uid, gid, err
	}
	if entry := find(group, groupName, 2); entry != nil {
		gid, err = id(entry[2])
	} else if isNumber(groupName) {
		gid, err = id(groupName)
	} else {
		err = fmt.Errorf("no group %q in the cell", groupName)
	}
	return uid, gid, err
}

// find returns the fields of the line that is named so or, where none is,
// has that number in the field at number.
func find(text []byte, name string, number int) []string {
	var byNumber []string
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) <= number || f[0] == "" {
			continue
		}
		if f[0] == name {
			return f
		}
		if f[number] == name && byNumber == nil {
			byNumber = f
		}
	}
	return byNumber
}

func isNumber(s string) bool {
	_, err := id(s)
	return err == nil
}

// id reads a user or group id; -1 means nobody to chown(2) and is refused.
func id(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("bad id %q", s)
	}
	return int(n), nil
}
