package regress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// cellctl is where vm puts the program.
const cellctl = "/usr/sbin/cellctl"

func init() { roles["visitor"] = visit }

// visit is what cellctl puts into a cell: it does what its arguments say.
func visit() {
	for _, arg := range os.Args[1:] {
		switch what, value, _ := strings.Cut(arg, "="); what {
		case "status":
			os.Exit(number(value))
		case "ids":
			groups, _ := unix.Getgroups()
			fmt.Println(unix.Getuid(), unix.Geteuid(), unix.Getgid(), groups)
		case "where":
			dir, err := os.Getwd()
			fmt.Println(dir, err)
		case "highest":
			last, _ := unix.FcntlInt(0, unix.F_MAXFD, 0)
			open := 0
			for fd := 3; fd <= last; fd++ {
				var st unix.Stat_t
				if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG {
					open++
				}
			}
			fmt.Println("files", open)
		case "chroot":
			fmt.Println(unix.Chroot("/"))
		case "signal":
			fmt.Println(unix.Kill(number(value), 0))
		case "bind":
			fmt.Println(bindPort(number(value)))
		case "foreground":
			group, err := unix.IoctlGetInt(0, unix.TIOCGPGRP)
			sid, _ := unix.Getsid(0)
			fmt.Println(err == nil && group == unix.Getpgrp() && sid == unix.Getpid())
		case "wait":
			time.Sleep(time.Hour)
		}
	}
	os.Exit(0)
}

// bindPort binds a TCP port on the loopback interface.
func bindPort(port int) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	return unix.Bind(s, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
}

// A said is what a program left behind.
type said struct {
	out, err string
	status   int
}

// ask runs cellctl.
func ask(t testing.TB, args ...string) said {
	t.Helper()
	if _, err := os.Stat(cellctl); err != nil {
		t.Skip("cellctl is not in the image")
	}
	return finish(t, exec.Command(cellctl, args...))
}

func finish(t testing.TB, cmd *exec.Cmd) said {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// visitor runs this program in a cell by cellctl exec.
func visitor(t testing.TB, name string, options []string, deeds ...string) said {
	t.Helper()
	args := append([]string{"exec", "-e", roleEnv + "=visitor"}, options...)
	return ask(t, append(append(args, name, self), deeds...)...)
}

// named makes a cell and tells its name.
func named(t testing.TB, edit func(*cell.Config)) (cell.ID, string) {
	t.Helper()
	c := open(t)
	id := create(t, c, edit)
	in, err := c.GetID(id)
	if err != nil {
		t.Fatal(err)
	}
	return id, in.Config.Name
}

func TestCellctlExec(t *testing.T) {
	_, name := named(t, nil)
	cases := []struct {
		what    string
		options []string
		deeds   []string
		want    said
	}{
		{"status", nil, []string{"status=7"}, said{status: 7}},
		{"root", nil, []string{"ids"}, said{out: "0 0 0 [0]\n"}},
		{"user", []string{"-u", "1001:1002"}, []string{"ids"}, said{out: "1001 1001 1002 [1002]\n"}},
		{"directory", []string{"-d", "/tmp"}, []string{"where"}, said{out: "/tmp <nil>\n"}},
		{"host process", []string{"-u", "1001"}, []string{"signal=1"}, said{out: "operation not permitted\n"}},
	}
	for _, c := range cases {
		if got := visitor(t, name, c.options, c.deeds...); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.what, got, c.want)
		}
	}
	if got := ask(t, "exec", name, "/no/such"); got.status != 127 || !strings.Contains(got.err, name+": /no/such: not found") {
		t.Errorf("no such command: %+v", got)
	}
}

func TestCellctlExecDescriptors(t *testing.T) {
	_, name := named(t, nil)
	f, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command(cellctl, "exec", "-e", roleEnv+"=visitor", name, self, "highest")
	cmd.ExtraFiles = []*os.File{f, f, f}
	if got := finish(t, cmd); got.out != "files 0\n" {
		t.Errorf("inherited descriptors are open in the cell: %+v", got)
	}
	dir, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	cmd = exec.Command(cellctl, "exec", name, self)
	cmd.Stdin = dir
	if got := finish(t, cmd); got.status != 1 || !strings.Contains(got.err, "standard input is a directory") {
		t.Errorf("a directory as standard input: %+v", got)
	}
}

// TestCellctlExecTerminal gives a command in a cell a terminal of its own: it
// leads session and foreground, and an interrupt typed there reaches it.
func TestCellctlExecTerminal(t *testing.T) {
	_, name := named(t, nil)
	master, slave := terminal(t)
	cmd := exec.Command(cellctl, "exec", "-e", roleEnv+"=visitor", name, self, "foreground", "wait")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	buf := make([]byte, 256)
	n, err := master.Read(buf)
	if got := string(buf[:n]); got != "true\r\n" {
		t.Errorf("the command says %q (%v)", got, err)
	}
	// A session's leader does not end before what it wrote has been read.
	go io.Copy(io.Discard, master)
	if _, err := master.Write([]byte{3}); err != nil { // ^C
		t.Fatal(err)
	}
	cmd.Wait()
	// The test program is Go's, which ends with status 2 by SIGINT.
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || st.Signal() != syscall.SIGINT && st.ExitStatus() != 2 {
		t.Errorf("it ended by %v", cmd.ProcessState)
	}
}

// terminal opens both sides of a pseudo-terminal.
func terminal(t testing.TB) (master, slave *os.File) {
	t.Helper()
	ptm, err := unix.Open("/dev/ptm", unix.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ptm)
	pair, err := unix.IoctlGetPtmget(ptm, unix.TIOCPTMGET)
	if err != nil {
		t.Fatal(err)
	}
	master, slave = os.NewFile(uintptr(pair.Cfd), "master"), os.NewFile(uintptr(pair.Sfd), "slave")
	t.Cleanup(func() { master.Close(); slave.Close() })
	return master, slave
}

// TestCellctlExecRoot puts a copy of this program alone into a root.
func TestCellctlExecRoot(t *testing.T) {
	root := t.TempDir()
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/visitor", program, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	_, name := named(t, func(c *cell.Config) { c.Root = root })
	got := ask(t, "exec", "-e", roleEnv+"=visitor", name, "/visitor", "where", "chroot")
	if want := "/ <nil>\noperation not permitted\n"; got.out != want {
		t.Errorf("got %+v, want %q", got, want)
	}
	if got := ask(t, "exec", name, self); got.status != 127 {
		t.Errorf("a program of the host is found in the cell: %+v", got)
	}
}

func TestCellctlProbe(t *testing.T) {
	open(t)
	_, name := named(t, nil)
	named(t, func(c *cell.Config) { c.Ports = []uint16{30081} })
	got := ask(t, "probe", "-H", "-o", "operation,result,expected,rule,error", name)
	t.Logf("profile high:\n%s", got.out)
	closed := 0
	for line := range strings.Lines(got.out) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f[2] != "closed" || f[1] == "open" || f[1] == "closed" && f[3] == "-" {
			t.Errorf("%q", line)
		}
		if f[1] == "closed" {
			closed++
		}
	}
	if got.status != 0 || closed < 25 {
		t.Errorf("status %d, %d closed: %s", got.status, closed, got.err)
	}
	_, low := named(t, func(c *cell.Config) { c.Profile = cell.Low })
	got = ask(t, "probe", "-H", "-o", "operation,result", low)
	for _, want := range []string{"signal-host\tclosed\n", "module\tclosed\n", "chroot\topen\n", "mount\topen\n",
		"raw-socket\topen\n", "sysv-ipc\topen\n", "route\topen\n", "adjtime\topen\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("low: %q is missing in\n%s", want, got.out)
		}
	}
	if got.status != 0 {
		t.Errorf("low: %+v", got)
	}
}

func TestCellctlDenialsExplain(t *testing.T) {
	_, name := named(t, nil)
	visitor(t, name, nil, "signal=1", "signal=1", "chroot", "bind=8080")
	got := ask(t, "denials", "-H", "-o", "rule,count,uid,verdict", name)
	for _, want := range []string{"process.other.signal\t2\t0\tdenied\n", "system.chroot.chroot\t1\t0\tdenied\n",
		"network.bind.undeclared\t1\t0\tdenied\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in %+v", want, got)
		}
	}
	got = ask(t, "explain", "-H", "-o", "rule,denied,lift,command,manifest", name)
	for _, want := range []string{"process.other.signal\t2\t-\t-\t-\n",
		"system.chroot.chroot\t1\texception chroot\tcellctl allow " + name + " chroot\tallow chroot\n",
		"network.bind.undeclared\t1\tports 8080\tcellctl set " + name + " ports=8080\tports 8080\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in %+v", want, got)
		}
	}
	ask(t, "set", name, "ports=8080")
	ask(t, "allow", "-t", "10m", name, "chroot")
	if got := visitor(t, name, nil, "chroot", "bind=8080"); got.out != "<nil>\n<nil>\n" {
		t.Errorf("what explain said did not lift it: %+v", got)
	}
}

func TestCellctlLearnSuggest(t *testing.T) {
	_, name := named(t, func(c *cell.Config) { c.Mode = cell.Learn; c.Allow = cell.Only(cell.ExcNFS) })
	if got := visitor(t, name, nil, "chroot", "bind=8080", "signal=1"); got.out != "<nil>\n<nil>\noperation not permitted\n" {
		t.Errorf("while learning: %+v", got)
	}
	got := ask(t, "suggest", name)
	var lines []string
	for line := range strings.Lines(got.out) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	want := []string{"profile high", "mode enforce", "allow chroot", "ports 8080"}
	if !slices.Equal(lines, want) {
		t.Fatalf("got %q, want %q", lines, want)
	}
	if got := ask(t, "set", name, "mode=enforce", "allow=chroot", "ports=8080"); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	if got := visitor(t, name, nil, "chroot", "bind=8080"); got.out != "<nil>\n<nil>\n" {
		t.Errorf("the suggestion does not suffice: %+v", got)
	}
}

func TestCellctlStatsKill(t *testing.T) {
	id, name := named(t, nil)
	cmd := exec.Command(cellctl, "exec", "-e", roleEnv+"=visitor", name, self, "wait")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, 10*time.Second, "the process is in the cell", func() bool {
		return ask(t, "stats", "-H", "-o", "procs", name).out == "1\n"
	})
	got := ask(t, "stats", "-H", "-o", "name,procs,peak,exits", name)
	if got.out != name+"\t1\t1\t0\n" {
		t.Errorf("stats: %+v", got)
	}
	if got := ask(t, "stats", "-P", name); !strings.Contains(got.out,
		fmt.Sprintf("\ncell_processes{id=\"%d\",cell=%q} 1\n", id, name)) {
		t.Errorf("stats -P: %+v", got)
	}
	if got := ask(t, "destroy", name); got.status != 1 || !strings.Contains(got.err, "one process lives in it") {
		t.Errorf("destroy: %+v", got)
	}
	if got := ask(t, "kill", name); got.status != 0 {
		t.Errorf("kill: %+v", got)
	}
	cmd.Wait()
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || st.Signal() != syscall.SIGKILL {
		t.Errorf("it ended by %v", cmd.ProcessState)
	}
	if got := visitor(t, name, nil, "ids"); got.status != 1 || !strings.Contains(got.err, "the cell is dying") {
		t.Errorf("exec: %+v", got)
	}
	if got := ask(t, "destroy", name); got.status != 0 {
		t.Errorf("destroy: %+v", got)
	}
	if _, err := open(t).GetID(id); !errors.Is(err, kern.ErrNoCell) {
		t.Errorf("the cell is still there: %v", err)
	}
}
