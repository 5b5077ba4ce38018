package regress

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"cells/src/internal/abi"
	"cells/src/internal/cell"
	"cells/src/internal/kern"
)

// From <sys/sysctl.h>, <sys/ptrace.h>, <sys/ktrace.h> and <sys/event.h>.
const (
	ctlKern      = 1
	ctlProc      = 10
	kernProc2    = 47
	kernProcArgs = 48
	procAll      = 0
	procPID      = 1
	procArgv     = 1
	procEnv      = 3
	pidCorename  = 1
	pidLimit     = 2
	pidStopFork  = 3
	limitSoft    = 1
	limitHard    = 2
	kinfoSize    = 400 // as much of struct kinfo_proc2 as is looked at
	kinfoPID     = 116

	ptAttach = 9
	ptDetach = 10

	ktropSet       = 0
	ktropClear     = 1
	ktrfacSyscall  = 1 << 1
	evfiltProc     = 4
	sysCPUClockID  = 482 // clock_getcpuclockid2(2)
	sysSchedGetPar = 347
)

// op is what an agent can do: arguments in, a value or an error out.
type op func(args []string) (string, error)

// ops by their names.  Other files add theirs.
var ops = map[string]op{
	"exit":  func([]string) (string, error) { os.Exit(0); return "", nil },
	"cell":  opCell,
	"usr1":  func([]string) (string, error) { return strconv.FormatInt(usr1.Load(), 10), nil },
	"pid":   func([]string) (string, error) { return strconv.Itoa(os.Getpid()), nil },
	"sleep": opSleep,

	"see":         opSee,
	"seeall":      func([]string) (string, error) { return visible() },
	"args":        func(a []string) (string, error) { return procStrings(number(a[0]), procArgv) },
	"env":         func(a []string) (string, error) { return procStrings(number(a[0]), procEnv) },
	"kill":        func(a []string) (string, error) { return "", unix.Kill(number(a[0]), unix.Signal(number(a[1]))) },
	"nice":        func(a []string) (string, error) { return "", unix.Setpriority(0, number(a[0]), number(a[1])) },
	"getnice":     opGetNice,
	"rlimit":      opRlimit,
	"setrlimit":   opSetRlimit,
	"raiserlimit": opRaiseRlimit,
	"corename":    opCorename,
	"setcorename": opSetCorename,
	"stopfork":    func(a []string) (string, error) { return procNode(a[0], le(int32(1)), pidStopFork) },
	"ptrace":      opPtrace,
	"ktrace":      opKtrace,
	"kevent":      opKevent,
	"procfs":      opProcfs,
	"procfswrite": opProcfsWrite,
	"cpuclock":    opCPUClock,
	"getparam":    opGetParam,
	"setparam":    opSetParam,
	"getaffinity": opGetAffinity,
	"setaffinity": opSetAffinity,
	"spawn":       opSpawn,
	"chroot":      func(a []string) (string, error) { return "", unix.Chroot(a[0]) },
	"setuid":      func(a []string) (string, error) { return "", unix.Setuid(number(a[0])) },
	"attach":      opAttach,
	"model":       opModel,
}

func opCell([]string) (string, error) {
	c, err := kern.Open()
	if err != nil {
		return "", err
	}
	defer c.Close()
	id, err := c.Self()
	return id.String(), err
}

func opSleep(a []string) (string, error) {
	time.Sleep(time.Duration(number(a[0])) * time.Millisecond)
	return "", nil
}

// opSee: 1 where the process is seen, 0 where it is not.
func opSee(a []string) (string, error) {
	mib := []int32{ctlKern, kernProc2, procPID, int32(number(a[0])), kinfoSize, 1}
	n, err := sysctl(mib, make([]byte, kinfoSize), nil)
	return strconv.Itoa(n / kinfoSize), err
}

// visible lists every process that can be seen.
func visible() (string, error) {
	b := make([]byte, 4096*kinfoSize)
	n, err := sysctl([]int32{ctlKern, kernProc2, procAll, 0, kinfoSize, 4096}, b, nil)
	var pids []string
	for b = b[:n]; len(b) >= kinfoSize; b = b[kinfoSize:] {
		pids = append(pids, strconv.Itoa(int(binary.NativeEndian.Uint32(b[kinfoPID:]))))
	}
	return strings.Join(pids, " "), err
}

func procStrings(pid, what int) (string, error) {
	b := make([]byte, 8192)
	n, err := sysctl([]int32{ctlKern, kernProcArgs, int32(pid), int32(what)}, b, nil)
	return string(b[:n]), err
}

// opGetNice: the process's nice value.
func opGetNice(a []string) (string, error) {
	n, err := unix.Getpriority(0, number(a[0]))
	return strconv.Itoa(n), err
}

// procNode reads, and where there is new writes, a node of proc.PID.
func procNode(pid string, new []byte, path ...int32) (string, error) {
	b := make([]byte, 1024)
	n, err := sysctl(append([]int32{ctlProc, int32(number(pid))}, path...), b, new)
	return string(b[:min(n, len(b))]), err
}

// opRlimit: the soft limit on open files of a process.
func opRlimit(a []string) (string, error) {
	b, err := procNode(a[0], nil, pidLimit, unix.RLIMIT_NOFILE+1, limitSoft)
	if err != nil || len(b) < 8 {
		return "", err
	}
	return strconv.FormatUint(binary.NativeEndian.Uint64([]byte(b)), 10), nil
}

// opSetRlimit sets it.
func opSetRlimit(a []string) (string, error) {
	_, err := procNode(a[0], le(uint64(number(a[1]))), pidLimit, unix.RLIMIT_NOFILE+1, limitSoft)
	return "", err
}

// opRaiseRlimit lowers the own hard limit on core files and raises it again,
// which is what a cell may never do.
func opRaiseRlimit([]string) (string, error) {
	lower := unix.Rlimit{Cur: 0, Max: 4096}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &lower); err != nil {
		return "", fmt.Errorf("lowering a limit: %v", err)
	}
	return "", unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 0, Max: 8192})
}

func opCorename(a []string) (string, error) {
	s, err := procNode(a[0], nil, pidCorename)
	return strings.TrimRight(s, "\x00"), err
}

func opSetCorename(a []string) (string, error) {
	return procNode(a[0], append([]byte(a[1]), 0), pidCorename)
}

// opPtrace attaches to a process as a debugger does, and lets it go.
func opPtrace(a []string) (string, error) {
	pid := number(a[0])
	if _, err := sys(unix.SYS_PTRACE, ptAttach, pid, nil, 0); err != nil {
		return "", err
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, 0, nil); err != nil {
		return "", fmt.Errorf("wait for a traced process: %v", err)
	}
	if _, err := sys(unix.SYS_PTRACE, ptDetach, pid, uintptr(1), 0); err != nil {
		return "", fmt.Errorf("detach: %v", err)
	}
	return "", nil
}

// opKtrace traces a process into a file for a moment.  ktrace(2) returns 0
// where it was refused the process, so the value is what the file holds.
func opKtrace(a []string) (string, error) {
	file, err := os.CreateTemp("/tmp", "ktrace")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := sys(unix.SYS_KTRACE, file.Name(), ktropSet, ktrfacSyscall, number(a[0])); err != nil {
		return "", err
	}
	defer sys(unix.SYS_KTRACE, file.Name(), ktropClear, ktrfacSyscall, number(a[0]))
	for range 20 { // the kernel writes now and then
		time.Sleep(50 * time.Millisecond)
		if st, err := file.Stat(); err != nil || st.Size() > 0 {
			return strconv.FormatInt(st.Size(), 10), err
		}
	}
	return "0", nil
}

func opKevent(a []string) (string, error) {
	kq, err := unix.Kqueue()
	if err != nil {
		return "", err
	}
	defer unix.Close(kq)
	change := unix.Kevent_t{Ident: uint64(number(a[0])), Filter: evfiltProc,
		Flags: unix.EV_ADD, Fflags: unix.NOTE_EXIT}
	_, err = unix.Kevent(kq, []unix.Kevent_t{change}, nil, &unix.Timespec{})
	return "", err
}

// opProcfs reads a file of a process in procfs.
func opProcfs(a []string) (string, error) {
	b, err := os.ReadFile("/proc/" + a[0] + "/" + a[1])
	return strconv.Itoa(len(b)), err
}

// opProcfsWrite opens a file of a process in procfs for writing.
// opProcfsWrite opens a file of a process, with a third argument for writing
// alone.
func opProcfsWrite(a []string) (string, error) {
	mode := os.O_RDWR
	if len(a) > 2 {
		mode = os.O_WRONLY
	}
	f, err := os.OpenFile("/proc/"+a[0]+"/"+a[1], mode, 0)
	if err != nil {
		return "", err
	}
	return "", f.Close()
}

func opCPUClock(a []string) (string, error) {
	var clock int32
	if _, err := sys(sysCPUClockID, 1, number(a[0]), unsafe.Pointer(&clock)); err != nil {
		return "", err
	}
	var ts unix.Timespec
	return "", unix.ClockGettime(clock, &ts)
}

func opGetParam(a []string) (string, error) {
	var policy int32
	var prio [4]int32
	_, err := sys(sysSchedGetPar, number(a[0]), 0, unsafe.Pointer(&policy), unsafe.Pointer(&prio))
	return strconv.Itoa(int(policy)), err
}

// opSetParam makes every thread of a process SCHED_RR.
func opSetParam(a []string) (string, error) {
	prio := [4]int32{1}
	_, err := sys(unix.SYS__SCHED_SETPARAM, number(a[0]), 0, 2, unsafe.Pointer(&prio))
	return "", err
}

// opGetAffinity asks for the first thread, whose id is the process's.
func opGetAffinity(a []string) (string, error) {
	var set [32]byte
	_, err := sys(unix.SYS__SCHED_GETAFFINITY, number(a[0]), number(a[0]), len(set), unsafe.Pointer(&set))
	return "", err
}

// opSetAffinity binds the first thread of a process to the first processor.
func opSetAffinity(a []string) (string, error) {
	set := [32]byte{1}
	_, err := sys(unix.SYS__SCHED_SETAFFINITY, number(a[0]), number(a[0]), len(set), unsafe.Pointer(&set))
	return "", err
}

// opSpawn runs this program again in the role `exec' and returns what it
// says about itself; the first argument is the file, which may be set-uid.
func opSpawn(a []string) (string, error) {
	cmd := exec.Command(a[0], a[1:]...)
	cmd.Env = []string{roleEnv + "=exec"}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// execRole says who this process is: its cell and its effective user.
func execRole() {
	id, err := opCell(nil)
	if err != nil {
		id = err.Error()
	}
	fmt.Printf("cell %s euid %d\n", id, os.Geteuid())
}

// call makes a bare call on a node of the model.
func call(node string, old, new []byte) (int, error) {
	c, err := kern.Open()
	if err != nil {
		return 0, err
	}
	defer c.Close()
	n, _, err := c.Call(node, old, new)
	return n, err
}

// opAttach tries to become a member of a cell.
func opAttach(a []string) (string, error) {
	_, err := call("attach", nil, abi.EncodeOp(cell.ID(number(a[0]))))
	return "", err
}

// opModel reads a node of the model.
func opModel(a []string) (string, error) {
	n, err := call(a[0], make([]byte, 1<<16), nil)
	return strconv.Itoa(n), err
}
