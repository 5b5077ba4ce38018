// Package cell is the vocabulary of the project: what a cell is told to be,
// what one is, and how each of these words is read, written and checked.
// The numbers are those of <sys/cell.h>.
package cell

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits of <sys/cell.h>.
const (
	NameMax  = 63   // characters in a name
	RootMax  = 1023 // bytes in the path of a root
	TagMax   = 64   // bytes in a tag
	MaxPorts = 64
	MaxAddrs = 16
)

// ID identifies a cell for as long as the kernel runs; it is never reused.
// 0 is the host.
type ID uint32

func (id ID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Host is the id of what is in no cell.
const Host ID = 0

// Config is what a cell is told to be.
type Config struct {
	Name    string
	Root    string // absolute; "/" is a cell without a root of its own
	Tag     string // at most TagMax bytes that programs may use
	Profile Profile
	Mode    Mode
	Allow   Exceptions
	MaxProc uint32 // processes; 0 means no limit
	Ports   []uint16
	Addrs   []Addr
}

// Default is the configuration that a cell has where nothing else is said.
func Default() Config {
	return Config{Profile: High, Mode: Enforce}
}

// Validate reports everything that is wrong with c at once.
func (c Config) Validate() error {
	return errors.Join(CheckName(c.Name), CheckRoot(c.Root), CheckTag(c.Tag),
		c.Profile.check(), c.Mode.check(), c.Allow.check(),
		CheckPorts(c.Ports), CheckAddrs(c.Addrs))
}

// Change is what `set` does to a running cell, in one step.  A nil pointer
// leaves the field as it is.  Revoke comes before Grant.
type Change struct {
	Profile *Profile
	Mode    *Mode
	Allow   *Exceptions
	MaxProc *uint32
	Ports   *[]uint16
	Addrs   *[]Addr
	Tag     *string
	Grant   Exceptions
	Revoke  Exceptions
	For     time.Duration // how long Grant lasts, in whole seconds; 0: until revoked
}

// Empty reports whether c changes nothing.
func (c Change) Empty() bool {
	return c.Profile == nil && c.Mode == nil && c.Allow == nil && c.MaxProc == nil &&
		c.Ports == nil && c.Addrs == nil && c.Tag == nil && c.Grant == 0 && c.Revoke == 0
}

// CheckName checks the name of a cell: a letter or digit, then up to 62
// letters, digits, dots, underscores or dashes.
func CheckName(name string) error {
	if name == "" {
		return errors.New("a cell needs a name")
	}
	if len(name) > NameMax {
		return fmt.Errorf("name %.20q...: longer than %d characters", name, NameMax)
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if isAlnum(c) || i > 0 && strings.IndexByte("._-", c) >= 0 {
			continue
		}
		return fmt.Errorf("name %q: character %q is not allowed there", name, c)
	}
	return nil
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// CheckRoot checks the form of a root directory; it looks at no file.
func CheckRoot(root string) error {
	switch {
	case root == "":
		return errors.New("a cell needs a root directory")
	case root[0] != '/':
		return fmt.Errorf("root %q: not an absolute path", root)
	case len(root) > RootMax:
		return fmt.Errorf("root %.20q...: longer than %d bytes", root, RootMax)
	case strings.IndexByte(root, 0) >= 0:
		return fmt.Errorf("root %q: contains a NUL", root)
	}
	return nil
}

// CheckTag checks a tag.
func CheckTag(tag string) error {
	if len(tag) > TagMax {
		return fmt.Errorf("tag %.20q...: longer than %d bytes", tag, TagMax)
	}
	if strings.IndexByte(tag, 0) >= 0 {
		return fmt.Errorf("tag %q: contains a NUL", tag)
	}
	return nil
}
