package super

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"cells/src/internal/cell"
)

// Status is what a supervisor tells about itself, in DIR/NAME.status, one
// `key value' a line.  It is as of the last change of any of it.
type Status struct {
	Alive      bool // not in the file: somebody holds the lock
	Supervisor int  // process id
	Cell       cell.ID
	State      State
	Service    int    // process id, 0 while there is none
	Since      int64  // when State was entered; seconds since 1970
	Started    int64  // when the service was started last, or 0
	Restarts   uint64 // starts after the first
	Exits      uint64 // ends of the service
	Failures   uint64 // ... that were not status 0
	LastExit   string // "status 1", "signal SIGTERM", "-"
	Health     string // "-" no check, "unknown", "ok", "failing"
	ChecksOK   uint64
	ChecksBad  uint64
	Next       int64  // in backoff: when the next start is due
	Lines      uint64 // that the service has printed
	Lost       uint64 // that could not be delivered to some log
	Why        string // what led to State, or "-"
	MaxProc    string // of the cell, to be set back after a sweep, or "-"
}

// field is one line of the file.
type field struct {
	key string
	get func(*Status) string
	set func(*Status, string) error
}

func number[T int | int64 | uint64 | cell.ID](key string, at func(*Status) *T) field {
	return field{key,
		func(s *Status) string { return strconv.FormatInt(int64(*at(s)), 10) },
		func(s *Status, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			*at(s) = T(n)
			return err
		}}
}

func text(key string, at func(*Status) *string) field {
	return field{key,
		func(s *Status) string {
			if *at(s) == "" {
				return "-"
			}
			return strings.ReplaceAll(*at(s), "\n", " ")
		},
		func(s *Status, v string) error { *at(s) = v; return nil }}
}

// Failed reports whether the service came to a bad end that is for good, and
// its supervisor left with that.
func (s Status) Failed() bool { return !s.Alive && s.State == Failed }

// Crashed reports whether a supervisor died without a word.
func (s Status) Crashed() bool { return !s.Alive && s.Supervisor != 0 && !s.State.Final() }

// fields is the format of the file.  New keys go to the end; readers pass
// over those that they do not know, and do without those that are later than
// the supervisor: it may be of another version than who looks after it.
var fields = []field{
	{"state", func(s *Status) string { return s.State.String() },
		func(s *Status, v string) (err error) { s.State, err = parseState(v); return }},
	number("cell", func(s *Status) *cell.ID { return &s.Cell }),
	number("supervisor", func(s *Status) *int { return &s.Supervisor }),
	number("service", func(s *Status) *int { return &s.Service }),
	number("since", func(s *Status) *int64 { return &s.Since }),
	number("started", func(s *Status) *int64 { return &s.Started }),
	number("restarts", func(s *Status) *uint64 { return &s.Restarts }),
	number("exits", func(s *Status) *uint64 { return &s.Exits }),
	number("failures", func(s *Status) *uint64 { return &s.Failures }),
	text("last-exit", func(s *Status) *string { return &s.LastExit }),
	text("health", func(s *Status) *string { return &s.Health }),
	number("checks-ok", func(s *Status) *uint64 { return &s.ChecksOK }),
	number("checks-failed", func(s *Status) *uint64 { return &s.ChecksBad }),
	number("next", func(s *Status) *int64 { return &s.Next }),
	number("lines", func(s *Status) *uint64 { return &s.Lines }),
	number("lost", func(s *Status) *uint64 { return &s.Lost }),
	text("why", func(s *Status) *string { return &s.Why }),
	text("maxproc", func(s *Status) *string { return &s.MaxProc }),
}

// needed is how many of them, the first ones, every file has.
const needed = 4

func parseState(v string) (State, error) {
	for i, n := range stateNames {
		if n == v {
			return State(i), nil
		}
	}
	return 0, fmt.Errorf("unknown state %q", v)
}

// StatusFile is where the supervisor of a cell keeps its status.
func StatusFile(dir, name string) string { return filepath.Join(dir, name+".status") }

// format is the content of the file.
func (s *Status) format() []byte {
	var b bytes.Buffer
	for _, f := range fields {
		b.WriteString(f.key)
		b.WriteByte(' ')
		b.WriteString(f.get(s))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// parseStatus reads the content of the file.
func parseStatus(b []byte) (*Status, error) {
	s := &Status{}
	seen := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		key, val, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		for _, f := range fields {
			if f.key != key {
				continue
			}
			if err := f.set(s, val); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			seen[key] = true
		}
	}
	for _, f := range fields[:needed] {
		if !seen[f.key] {
			return nil, fmt.Errorf("%s is missing", f.key)
		}
	}
	return s, nil
}

// writeStatus replaces the file.
func writeStatus(dir, name string, s *Status) error {
	path := StatusFile(dir, name)
	tmp := path + ".new"
	if err := os.WriteFile(tmp, s.format(), 0o644); err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, path)
}

// removeStatus leaves nothing behind; only the holder of the lock may.
func removeStatus(dir, name string) {
	os.Remove(StatusFile(dir, name))
	os.Remove(StatusFile(dir, name) + ".new")
}

// Forget removes what the last supervisor of a cell that has ended has left.
func Forget(dir, name string) error {
	pid, err := Holder(dir, name)
	if err == nil && pid == 0 {
		removeStatus(dir, name)
	}
	return err
}

// ReadStatus reads what the supervisor of the cell with that name tells.
// Where it has none, Alive is false and the rest is what the last one left,
// if anything.  A supervisor that has just begun is Clearing.  What cannot be
// read is an error.
func ReadStatus(dir, name string) (Status, error) {
	pid, err := Holder(dir, name)
	if err != nil {
		return Status{}, err
	}
	s, err := readFile(dir, name)
	var damaged *damagedError
	switch {
	case errors.As(err, &damaged):
		damaged.pid = pid
		return Status{}, err
	case err != nil:
		return Status{}, err
	case s == nil, pid != 0 && s.Supervisor != pid:
		return Status{Alive: pid != 0, Supervisor: pid, State: stateBefore(pid)}, nil
	}
	s.Alive = pid != 0
	return *s, nil
}

// damagedError is a file that is not as a supervisor writes it, and how to be
// rid of it.
type damagedError struct {
	path string
	why  error
	pid  int // whose it is; 0: nobody's any more
}

func (e *damagedError) Error() string {
	mend := "rm " + e.path
	if e.pid != 0 {
		mend = fmt.Sprintf("kill -HUP %d", e.pid)
	}
	return fmt.Sprintf("%s: damaged: %v; `%s' mends it", e.path, e.why, mend)
}

func (e *damagedError) Unwrap() error { return e.why }

// stateBefore is the state before anything was written.
func stateBefore(pid int) State {
	if pid != 0 {
		return Clearing
	}
	return Stopped
}

// readFile returns nil where there is no file.
func readFile(dir, name string) (*Status, error) {
	path := StatusFile(dir, name)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := parseStatus(b)
	if err != nil {
		return nil, &damagedError{path: path, why: err}
	}
	return s, nil
}
