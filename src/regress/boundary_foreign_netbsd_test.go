package regress

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"cells/src/internal/cell"
)

// Where the script boundary-foreign puts the programs.
const foreignDir = "/usr/tests/foreign/"

// foreignCalls are the calls that src/regress/foreign makes, and whether
// profile high denies them to root of a cell.
var foreignCalls = map[string]bool{
	"kill": true, "getpgid": false, "bind-undeclared": true, "bind-ephemeral": false,
	"rawsock": true, "mknod": true, "settimeofday": true, "nice": true, "rlimit": true,
	"shmat": true, "ptrace": true, "fork": false, "chroot": true,
}

func init() {
	ops["run"] = opRun
}

// opRun runs a program and returns what it prints.
func opRun(a []string) (string, error) {
	cmd := exec.Command(a[0], a[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// TestForeign: programs that make their system calls through another
// interface are judged alike.
func TestForeign(t *testing.T) {
	for _, kind := range []string{"linux", "netbsd32"} {
		t.Run(kind, func(t *testing.T) {
			program := foreignDir + kind
			if _, err := os.Stat(program); err != nil {
				t.Skip("no such program in this image")
			}
			c := open(t)
			outside := func() string { return strconv.Itoa(start(t, who{cell.Host, 0}).pid) }
			control := run(t, start(t, who{cell.Host, 0}), program, outside())
			id := create(t, c, nil)
			forks := info(t, c, id).Forks
			got := run(t, start(t, who{id, 0}), program, outside())
			for name, denied := range foreignCalls {
				if control[name] != "done" {
					t.Errorf("%s by host root: %q", name, control[name])
				}
				if want := map[bool]string{true: "refused", false: "done"}[denied]; got[name] != want {
					t.Errorf("%s in the cell: %q, want %q", name, got[name], want)
				}
			}
			// the program, and its child
			if in := info(t, c, id); in.Forks < forks+2 || in.Processes != 1 {
				t.Errorf("%d forks, %d processes are left", in.Forks-forks, in.Processes)
			}
		})
	}
}

// TestForeignAttach: the interface is the same for a 32-bit program.
func TestForeignAttach(t *testing.T) {
	const program = foreignDir + "netbsd32"
	if _, err := os.Stat(program); err != nil {
		t.Skip("no such program in this image")
	}
	c := open(t)
	id := create(t, c, nil)
	outside := start(t, who{cell.Host, 0})
	got := run(t, start(t, who{cell.Host, 0}), program, "-attach", id.String(), strconv.Itoa(outside.pid))
	if got["rawsock"] != "refused" || got["bind-ephemeral"] != "done" {
		t.Errorf("after attaching: %v", got)
	}
	if in := info(t, c, id); in.Exits == 0 || in.Processes != 0 {
		t.Errorf("the cell saw %d exits and has %d processes", in.Exits, in.Processes)
	}
}

// run has an agent run the program, and returns its outcomes by name.
func run(t *testing.T, a *agent, argv ...any) map[string]string {
	t.Helper()
	outcomes := map[string]string{}
	for _, line := range strings.Split(a.must(t, "run", argv...), "\n") {
		if name, outcome, ok := strings.Cut(line, " "); ok {
			outcomes[name] = outcome
		}
	}
	return outcomes
}
