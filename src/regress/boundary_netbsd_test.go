package regress

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// A stage is where one boundary is tried: a cell of profile high with root in
// it, and root outside of it.
type stage struct {
	*testing.T
	c    *kern.Client
	id   cell.ID
	in   *agent
	host *agent
}

// A probe tries to cross a boundary, and returns what came of it: done, or a
// refusal.  Anything else is a fault of the probe.
type probe func(*stage) reply

// probes by the subject of their boundary.  The other files add theirs.
var probes = map[string]probe{}

// yes makes a reply of a finding.
func yes(happened bool) reply {
	if happened {
		return reply{}
	}
	return reply{Errno: unix.EPERM}
}

// TestBoundaries finds out the state of each boundary and compares it with
// what is known: a change for the better is to be noticed as well.
func TestBoundaries(t *testing.T) {
	for _, b := range boundaries {
		t.Run(strings.ReplaceAll(b.subject, "/", "_"), func(t *testing.T) {
			try := probes[b.subject]
			if try == nil {
				t.Fatal("nothing tries this")
			}
			if got := stateOf(t, try, b.state); got != b.state {
				t.Errorf("it is %q, and was %q", got, b.state)
			}
		})
	}
	known := map[string]bool{}
	for _, b := range boundaries {
		known[b.subject] = true
	}
	for subject := range probes {
		if !known[subject] {
			t.Errorf("no boundary is called %q", subject)
		}
	}
}

// stateOf tries without an exception and, where one is said to open it, with
// that one.
func stateOf(t *testing.T, try probe, expected string) string {
	switch {
	case crossed(t, try, 0):
		return opened
	case !strings.HasPrefix(expected, liftedBy):
		return closed
	}
	name := strings.TrimPrefix(expected, liftedBy)
	allow, err := cell.ParseExceptions(name)
	if err != nil {
		t.Fatal(err)
	}
	if crossed(t, try, allow) {
		return liftedBy + name
	}
	return closed
}

// crossed plays one probe in a cell of its own.
func crossed(t *testing.T, try probe, allow cell.Exceptions) bool {
	c := open(t)
	id := create(t, c, func(cf *cell.Config) { cf.Profile, cf.Allow = cell.High, allow })
	s := &stage{t, c, id, start(t, who{id, 0}), start(t, who{cell.Host, 0})}
	r := try(s)
	if !r.done() && !r.refused() {
		t.Fatalf("with exceptions %q neither done nor refused: %s", allow, r)
	}
	return r.done()
}

// allowing gives the cell other exceptions while f runs.
func (s *stage) allowing(allow cell.Exceptions, f func()) {
	s.Helper()
	old := info(s, s.c, s.id).Config.Allow
	if err := s.c.Set(s.id, cell.Change{Allow: &allow}); err != nil {
		s.Fatal(err)
	}
	defer s.c.Set(s.id, cell.Change{Allow: &old})
	f()
}

// raw makes a system call in the cell; see opRaw.
func (s *stage) raw(number int, args ...any) reply {
	return s.in.do("raw", append([]any{number}, args...)...)
}

// all is the reply that several have in common, or a fault.
func (s *stage) all(replies ...reply) reply {
	s.Helper()
	for _, r := range replies[1:] {
		if r.done() != replies[0].done() || r.refused() != replies[0].refused() {
			s.Fatalf("they differ: %v", replies)
		}
	}
	return replies[0]
}

func init() {
	ops["raw"] = opRaw
	ops["readnode"] = opReadNode
	ops["filesize"] = opFileSize
}

// opRaw makes any system call: its number, then arguments, which are numbers,
// `s:STRING', `x:HEX' for bytes, or `@SIZE' for a buffer of zeros.
func opRaw(a []string) (string, error) {
	args := make([]any, 6)
	for i, arg := range a[1:] {
		switch {
		case strings.HasPrefix(arg, "s:"):
			args[i] = arg[2:]
		case strings.HasPrefix(arg, "x:"):
			b, err := hex.DecodeString(arg[2:])
			if err != nil {
				return "", err
			}
			args[i] = b
		case strings.HasPrefix(arg, "@"):
			args[i] = make([]byte, number(arg[1:]))
		default:
			args[i] = number(arg)
		}
	}
	r, err := sys(uintptr(number(a[0])), args...)
	return strconv.Itoa(int(r)), err
}

// opReadNode reads a node of sysctl(7), a name and numbers after it, and
// returns how many bytes it had.
func opReadNode(a []string) (string, error) {
	path, err := mib(a[0])
	if err != nil {
		return "", fmt.Errorf("%s: %v", a[0], err)
	}
	for _, n := range a[1:] {
		path = append(path, int32(number(n)))
	}
	n, err := sysctl(path, make([]byte, 1<<20), nil)
	return strconv.Itoa(n), err
}

// opFileSize reads a file and returns how long it is.
func opFileSize(a []string) (string, error) {
	fd, err := unix.Open(a[0], unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, make([]byte, 1<<16))
	return strconv.Itoa(n), err
}

// address of the first byte, for structures that hold pointers.
func address(b []byte) uint64 {
	kept = append(kept, b)
	return uint64(uintptr(unsafe.Pointer(&b[0])))
}
