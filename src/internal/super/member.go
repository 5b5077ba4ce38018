package super

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/enter"
	"cells/src/internal/kern"
)

// The supervisor stays on the host.  What is to happen inside the cell is
// done by a child that runs this program anew, as told by words after
// Config.Member, and becomes the command.  It reports on reportFD: nothing
// and the end of file once the command is executing, otherwise a verdict, a
// blank, and what went wrong.

// role is what the child is for.
type role string

const (
	roleCommand role = "command" // a service or a check
	roleSweep   role = "sweep"   // ends every other process of the cell
	roleIntrude role = "intrude" // the same, where the cell is full
)

// Verdicts of a child.
const (
	verdictFail = "fail" // the command could not be executed
	verdictGone = "gone" // the cell is dying or does not exist
	verdictFull = "full" // the cell's process limit is reached
	verdictDone = "done" // nothing is left to sweep
)

// reportStuck comes before the verdict of a sweeper that wants forks in the
// cell to fail from now on.
const reportStuck = "stuck\n"

// reportFD is the descriptor that the child reports on.
const reportFD = 3

// memberArgs are the words that make a child do r.
func memberArgs(what role, r enter.Request) []string {
	args := []string{string(what), strconv.Itoa(os.Getpid()), r.Cell.String(), r.Root}
	add := func(key, val string) { args = append(args, key+"="+val) }
	if r.User != "" {
		add("user", r.User)
	}
	if r.Dir != "" {
		add("dir", r.Dir)
	}
	add("umask", strconv.Itoa(r.Umask))
	for _, e := range r.Env {
		add("env", e)
	}
	for _, l := range r.Rlimits {
		add("rlimit", l.String())
	}
	return append(append(args, "--"), r.Argv...)
}

// parseMember is the reverse of memberArgs.
func parseMember(args []string) (what role, parent int, r enter.Request, err error) {
	if len(args) < 5 {
		return "", 0, r, errors.New("not for people to call")
	}
	if parent, err = strconv.Atoi(args[1]); err != nil {
		return "", 0, r, err
	}
	id, err := strconv.ParseUint(args[2], 10, 32)
	if err != nil {
		return "", 0, r, err
	}
	r.Cell, r.Root = cell.ID(id), args[3]
	for i, a := range args[4:] {
		if a == "--" {
			r.Argv = args[4+i+1:]
			return role(args[0]), parent, r, nil
		}
		if err := memberOption(&r, a); err != nil {
			return "", 0, r, err
		}
	}
	return "", 0, r, errors.New("no end of the options")
}

// memberOption reads one KEY=VALUE.
func memberOption(r *enter.Request, a string) (err error) {
	key, val, _ := strings.Cut(a, "=")
	switch key {
	case "user":
		r.User = val
	case "dir":
		r.Dir = val
	case "umask":
		r.Umask, err = strconv.Atoi(val)
	case "env":
		r.Env = append(r.Env, val)
	case "rlimit":
		name, value, _ := strings.Cut(val, "=")
		var l cell.Rlimit
		l, err = cell.ParseRlimit(name, value)
		r.Rlimits = append(r.Rlimits, l)
	default:
		err = fmt.Errorf("unknown option %q", key)
	}
	return err
}

// Member does what a supervisor asked its child for.  It returns only where
// that is over or failed; the exit status then means nothing, the report does.
func Member(args []string) error {
	unix.CloseOnExec(reportFD)
	report := os.NewFile(reportFD, "report")
	verdict, err := member(args, report)
	if err == nil {
		_, err = report.WriteString(verdict)
		return err
	}
	fmt.Fprintf(report, "%s %v", verdict, err)
	return err
}

func member(args []string, report *os.File) (verdict string, err error) {
	what, parent, r, err := parseMember(args)
	if err != nil {
		return verdictFail, err
	}
	c, err := kern.Open()
	if err != nil {
		return verdictFail, err
	}
	switch what {
	case roleCommand:
		r.Last = func() error { return dieWith(parent) }
		err = enter.Exec(c, r)
	case roleSweep, roleIntrude:
		err = sweeper{c, r.Cell, parent, report}.run(what == roleIntrude)
	default:
		err = fmt.Errorf("unknown role %q", what)
	}
	switch {
	case err == nil:
		return verdictDone, nil
	case errors.Is(err, kern.ErrNoCell), errors.Is(err, kern.ErrDying):
		return verdictGone, err
	case errors.Is(err, kern.ErrFull):
		return verdictFull, err
	}
	return verdictFail, err
}
