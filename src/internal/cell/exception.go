package cell

import (
	"fmt"
	"math/bits"
	"strings"

	"cells/src/internal/words"
)

// Exception is one thing that a cell may be allowed although its profile
// denies it; the bit number in Exceptions.
type Exception uint8

// The exceptions, as CELL_EXC_* of <sys/cell.h>.
const (
	ExcChroot Exception = iota
	ExcMount
	ExcSettime
	ExcSysctl
	ExcIfconfig
	ExcRoute
	ExcFirewall
	ExcRawsock
	ExcNFS
	ExcQuota
	ExcIPC
	ExcDebug
	ExcSched
	ExcMulticast
	ExcExtattr
	NException
	ExcNone Exception = 0xff // no exception lifts the rule
)

// MaxExceptions is how many the structs on the wire have room for.
const MaxExceptions = 16

var exceptionNames = [NException]string{"chroot", "mount", "settime", "sysctl",
	"ifconfig", "route", "firewall", "rawsock", "nfs", "quota", "ipc", "debug",
	"sched", "multicast", "extattr"}

func (e Exception) String() string {
	if e < NException {
		return exceptionNames[e]
	}
	if e == ExcNone {
		return "-"
	}
	return fmt.Sprintf("exception%d", e)
}

// ExceptionNames lists every exception's name, by bit number.
func ExceptionNames() []string { return append([]string(nil), exceptionNames[:]...) }

// ParseException reads the name of one exception.
func ParseException(s string) (Exception, error) {
	for i, n := range exceptionNames {
		if n == s {
			return Exception(i), nil
		}
	}
	return 0, fmt.Errorf("unknown exception %q%s", s, words.Meant(s, exceptionNames[:]))
}

// Exceptions is a set of them, one bit each.
type Exceptions uint32

// AllExceptions holds every one that exists.
const AllExceptions = Exceptions(1<<NException - 1)

// ParseExceptions reads names separated by commas, each word one such list.
// "-" and the empty string are the empty set.  A name twice is an error.
func ParseExceptions(lists ...string) (Exceptions, error) {
	var set Exceptions
	for _, name := range items(lists) {
		e, err := ParseException(name)
		if err != nil {
			return 0, err
		}
		if set.Has(e) {
			return 0, fmt.Errorf("exception %q given twice", name)
		}
		set |= Only(e)
	}
	return set, nil
}

// items cuts comma-separated lists into what they hold; "-" is nothing.
func items(lists []string) []string {
	var out []string
	for _, l := range lists {
		if l == "" || l == "-" {
			continue
		}
		out = append(out, strings.Split(l, ",")...)
	}
	return out
}

// Only returns the set of these.
func Only(es ...Exception) Exceptions {
	var s Exceptions
	for _, e := range es {
		if e < 32 {
			s |= 1 << e
		}
	}
	return s
}

// Has reports whether e is in s.
func (s Exceptions) Has(e Exception) bool { return e < 32 && s&(1<<e) != 0 }

// List returns what is in s, by bit number.
func (s Exceptions) List() []Exception {
	out := make([]Exception, 0, bits.OnesCount32(uint32(s)))
	for v := uint32(s); v != 0; v &= v - 1 {
		out = append(out, Exception(bits.TrailingZeros32(v)))
	}
	return out
}

// String is the names separated by commas, or "-" for the empty set.
func (s Exceptions) String() string {
	if s == 0 {
		return "-"
	}
	names := make([]string, 0, NException)
	for _, e := range s.List() {
		names = append(names, e.String())
	}
	return strings.Join(names, ",")
}

func (s Exceptions) check() error {
	if bad := s &^ AllExceptions; bad != 0 {
		return fmt.Errorf("unknown exceptions %s", bad)
	}
	return nil
}
