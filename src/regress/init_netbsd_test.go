package regress

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the script vm puts where.
const (
	self        = "/sbin/init" // this program
	modulePath  = "/stand/secmodel_cell.kmod"
	argsPath    = "/etc/cells-vm.args"  // flags for the tests, one a line
	atfArgsPath = "/etc/cells-vm.atf"   // shell tests to run, if not all
	atfPath     = "/usr/tests/cells"    // the shell tests, if there is a userland
	rebootOff   = 0x808                 // RB_POWERDOWN | RB_HALT
	mntUpdate   = 0x10000               // MNT_UPDATE
	mntForce    = 0x80000               // MNT_FORCE
	console     = "/dev/console"        // everything is said here
	verdict     = "cells-vm: verdict: " // what vm looks for
)

// initMain is process 1.  It does not return.
func initMain() {
	started := time.Now()
	takeConsole()
	defer powerOff()
	os.Setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin:/usr/pkg/bin")
	os.Setenv("HOME", "/root")
	os.Setenv("TMPDIR", "/tmp")
	prepare()
	if version, err := unix.Sysctl("kern.version"); err == nil {
		fmt.Println("cells-vm:", strings.ReplaceAll(strings.TrimSpace(version), "\n", "; "))
	}
	var sum count
	if err := loadModule(); err != nil {
		fmt.Println("cells-vm: module:", err)
		sum.failed++
	} else {
		sum.run(append([]string{self, "-test.v"}, lines(argsPath)...), &goCounter{verdicts: map[string]string{}})
		if _, err := os.Stat(atfPath + "/Kyuafile"); err == nil {
			runATF(&sum)
		}
	}
	fmt.Printf("\ncells-vm: %v\n", time.Since(started).Round(time.Second))
	fmt.Printf("%s%d passed, %d failed, %d skipped\n", verdict, sum.passed, sum.failed, sum.skipped)
}

// takeConsole makes the console this process's descriptors: the kernel gives
// init none, and Go's runtime puts /dev/null there.
func takeConsole() {
	fd, err := unix.Open(console, unix.O_RDWR, 0)
	if err != nil {
		powerOff()
	}
	for i := range 3 {
		unix.Dup2(fd, i)
	}
}

func powerOff() {
	if r := recover(); r != nil {
		fmt.Println("cells-vm: init:", r)
	}
	unix.Sync()
	sys(unix.SYS_REBOOT, rebootOff, nil)
	select {}
}

// prepare mounts what tests need and brings the loopback interface up.
func prepare() {
	must := func(what string, err error) {
		if err != nil {
			panic(fmt.Sprintf("%s: %v", what, err))
		}
	}
	must("remount /", remountRoot())
	must("/tmp", mountTmpfs("/tmp"))
	must("/proc", mount("procfs", "/proc", 0, le(int32(1), int32(0))))
	must("/kern", mount("kernfs", "/kern", 0, nil))
	// struct ptyfs_args: version, gid of the terminals (tty), mode, flags
	must("/dev/pts", mount("ptyfs", "/dev/pts", 0, le(int32(2), int32(4), int32(0o620), int32(0))))
	must("lo0", loopbackUp())
}

func mount(kind, dir string, flags int, data []byte) error {
	_, err := sys(unix.SYS_MOUNT, kind, dir, flags, data, len(data))
	return err
}

// mountTmpfs takes a struct tmpfs_args: version, nodes, size, owner, group,
// mode.
func mountTmpfs(dir string) error {
	args := struct {
		version     int32
		nodes       uint64
		size        int64
		uid, gid    uint32
		mode, spare uint32
	}{version: 1, mode: 0o1777}
	_, err := sys(unix.SYS_MOUNT, "tmpfs", dir, 0, unsafe.Pointer(&args), unsafe.Sizeof(args))
	return err
}

// remountRoot makes the root file system writable: MNT_UPDATE with a struct
// ufs_args that names no other device.
func remountRoot() error {
	args := struct{ fspec uintptr }{}
	_, err := sys(unix.SYS_MOUNT, "ffs", "/", mntUpdate, unsafe.Pointer(&args), unsafe.Sizeof(args))
	return err
}

// loopbackUp gives lo0 127.0.0.1 and 127.0.0.2, as ifconfig does:
// SIOCSIFFLAGS, which brings ::1 too, and SIOCAIFADDR with a struct
// ifaliasreq.
func loopbackUp() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	if err := setFlags(s, "lo0"); err != nil {
		return fmt.Errorf("SIOCSIFFLAGS: %w", err)
	}
	for host := byte(1); host <= 2; host++ {
		var alias [16 + 3*16]byte
		copy(alias[:], "lo0")
		copy(alias[16:], []byte{16, unix.AF_INET, 0, 0, 127, 0, 0, host})
		copy(alias[48:], []byte{16, unix.AF_INET, 0, 0, 255, 0, 0, 0})
		if _, err := sys(unix.SYS_IOCTL, s, uintptr(unix.SIOCAIFADDR), alias[:]); err != nil {
			return fmt.Errorf("SIOCAIFADDR: %w", err)
		}
	}
	return nil
}

// setFlags is SIOCSIFFLAGS with a struct ifreq: a loopback interface comes up,
// and stays one, which the flags say, too.
func setFlags(s int, name string) error {
	const flags = int16(unix.IFF_UP | unix.IFF_LOOPBACK)
	var ifr [144]byte
	copy(ifr[:], name)
	copy(ifr[16:], le(flags))
	_, err := sys(unix.SYS_IOCTL, s, uintptr(unix.SIOCSIFFLAGS), ifr[:])
	return err
}

// loadModule loads the module, if vm put one there; else the kernel has it.
func loadModule() error {
	if _, err := os.Stat(modulePath); os.IsNotExist(err) {
		return nil
	}
	return modload(modulePath)
}

// lines reads the words of a file that vm may have put there.
func lines(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}

// A count is what the init knows about tests that ran.
type count struct{ passed, failed, skipped int }

// A counter reads what a runner prints.
type counter interface {
	line(string)
	sum() count
}

// run runs a program, passes on what it prints, and counts.  A runner that
// fails without having said why, or that ran nothing, counts as a failure.
func (sum *count) run(argv []string, c counter) {
	status := show(argv, c.line)
	got := c.sum()
	if status != 0 && got.failed == 0 || got.passed+got.failed+got.skipped == 0 {
		fmt.Printf("cells-vm: %s: status %d\n", filepath.Base(argv[0]), status)
		got.failed++
	}
	sum.passed += got.passed
	sum.failed += got.failed
	sum.skipped += got.skipped
}

// show runs a program, prints its lines as they come and hands them on, and
// returns its exit status.  The reader sits in read(2): what says how the
// tests went shall not hang on the runtime's kqueue.
func show(argv []string, line func(string)) int {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		panic(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
	defer r.Close()
	p, err := os.StartProcess(argv[0], argv, &os.ProcAttr{
		Env: os.Environ(), Files: []*os.File{os.Stdin, w, w}})
	w.Close()
	if err != nil {
		fmt.Println("cells-vm:", err)
		return 127
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			fmt.Println(scanner.Text())
			line(scanner.Text())
		}
		io.Copy(io.Discard, r)
	}()
	status := reap(p.Pid)
	select {
	case <-done:
	case <-time.After(5 * time.Second): // something still holds the pipe
	}
	return status
}

// reap waits for whatever ends, as an init does, until one process has.
func reap(pid int) int {
	for {
		var status syscall.WaitStatus
		got, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 255
		case got == pid && status.Exited():
			return status.ExitStatus()
		case got == pid:
			return 128 + int(status.Signal())
		}
	}
}

// goCounter counts tests without subtests by go test's own lines.
type goCounter struct{ verdicts map[string]string }

func (g *goCounter) line(s string) {
	verdict, rest, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "--- "), ": ")
	if !ok || !strings.HasPrefix(strings.TrimSpace(s), "--- ") {
		return
	}
	name, _, _ := strings.Cut(rest, " ")
	g.verdicts[name] = verdict
}

// sum counts a test that has subtests only if it failed and none of them did.
func (g *goCounter) sum() count {
	parents, explained := map[string]bool{}, map[string]bool{}
	for name, verdict := range g.verdicts {
		for i := strings.LastIndexByte(name, '/'); i >= 0; i = strings.LastIndexByte(name[:i], '/') {
			parents[name[:i]] = true
			explained[name[:i]] = explained[name[:i]] || verdict == "FAIL"
		}
	}
	var c count
	for name, verdict := range g.verdicts {
		switch {
		case verdict == "FAIL" && !explained[name]:
			c.failed++
		case parents[name]:
		case verdict == "SKIP":
			c.skipped++
		default:
			c.passed++
		}
	}
	return c
}
