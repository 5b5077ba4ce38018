package regress

import (
	"bytes"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// From <machine/sysarch.h> and <sys/cpuio.h>.
const (
	x86IOPL    = 2
	x86GetMTRR = 11
	x86SetMTRR = 12

	iocCPUSetState = 0x802c6300 // _IOW('c', 0, cpustate_t)
	iocCPUGetState = 0xc02c6301
	tiocPtsName    = 0x48087448 // _IOR('t', 72, struct ptmget)

	rndGetEntCnt = 0x40045265 // _IOR('R', 101, uint32_t)
	rndCtl       = 0x801c5268 // _IOW('R', 104, rndctl_t)
	rndAddData   = 0x82085269 // _IOW('R', 105, rnddata_t)
)

func init() {
	for name, op := range map[string]op{
		"opendev":   opOpenDevice,
		"ioctl":     opIoctl,
		"sti":       opSti,
		"ppp":       opPPP,
		"ttyflags":  opTTYFlags,
		"rndwrite":  opRndWrite,
		"cpustate":  opCPUState,
		"sysarch":   opSysarch,
		"pcimmap":   opPCIMmap,
		"shmat":     opShmat,
		"shmlock":   opShmLock,
		"msgsize":   opMsgSize,
		"ksem":      opKsem,
		"mqopen":    opMqOpen,
		"mqunlink":  func(a []string) (string, error) { _, err := sys(sysMqUnlink, a[0]); return "", err },
		"ktracenow": opKtraceNow,
		"renice":    opRenice,
	} {
		ops[name] = op
	}
}

// opOpenDevice opens a device; the second argument is r or w.
func opOpenDevice(a []string) (string, error) {
	mode := unix.O_RDONLY
	if a[1] == "w" {
		mode = unix.O_RDWR
	}
	fd, err := unix.Open("/dev/"+a[0], mode, 0)
	if err != nil {
		return "", err
	}
	return "", unix.Close(fd)
}

// opIoctl makes a request of a device, with a buffer of zeros.
func opIoctl(a []string) (string, error) {
	fd, err := unix.Open("/dev/"+a[0], unix.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("open %s: %v", a[0], err)
	}
	defer unix.Close(fd)
	_, err = sys(unix.SYS_IOCTL, fd, number(a[1]), make([]byte, 4096))
	return "", err
}

// withTerminal calls use with a terminal of its own, which is not the
// controlling one.
func withTerminal(use func(fd int) error) (string, error) {
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return "", fmt.Errorf("ptmx: %v", err)
	}
	defer unix.Close(master)
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(unix.TIOCGRANTPT), nil); err != nil {
		return "", fmt.Errorf("grantpt: %v", err)
	}
	// struct ptmget: two descriptors and two names
	var names [8 + 2*1024]byte
	if _, err := sys(unix.SYS_IOCTL, master, uintptr(tiocPtsName), names[:]); err != nil {
		return "", fmt.Errorf("ptsname: %v", err)
	}
	name, _, _ := bytes.Cut(names[8+1024:], []byte{0})
	slave, err := unix.Open(string(name), unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return "", fmt.Errorf("%s: %v", name, err)
	}
	defer unix.Close(slave)
	return "", use(slave)
}

// opSti types a character.
func opSti([]string) (string, error) {
	return withTerminal(func(fd int) error {
		_, err := sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSTI), []byte("x"))
		return err
	})
}

// opPPP makes a terminal one end of a network.
func opPPP([]string) (string, error) {
	return withTerminal(func(fd int) error {
		_, err := sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSLINED), append([]byte("ppp"), make([]byte, 29)...))
		return err
	})
}

// opTTYFlags sets the flags of the console to what they are.
func opTTYFlags([]string) (string, error) {
	fd, err := unix.Open("/dev/console", unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return "", fmt.Errorf("console: %v", err)
	}
	defer unix.Close(fd)
	flags := make([]byte, 4)
	if _, err := sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCGFLAGS), flags); err != nil {
		return "", fmt.Errorf("TIOCGFLAGS: %v", err)
	}
	_, err = sys(unix.SYS_IOCTL, fd, uintptr(unix.TIOCSFLAGS), flags)
	return "", err
}

func opRndWrite([]string) (string, error) {
	f, err := os.OpenFile("/dev/urandom", os.O_WRONLY, 0)
	if err != nil {
		return "", fmt.Errorf("urandom: %v", err)
	}
	defer f.Close()
	_, err = f.Write([]byte("not random at all"))
	return "", err
}

// opCPUState puts the first processor into the state it is in.
func opCPUState([]string) (string, error) {
	fd, err := unix.Open("/dev/cpuctl", unix.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("cpuctl: %v", err)
	}
	defer unix.Close(fd)
	state := make([]byte, 48)
	if _, err := sys(unix.SYS_IOCTL, fd, uintptr(iocCPUGetState), state); err != nil {
		return "", fmt.Errorf("get the state: %v", err)
	}
	_, err = sys(unix.SYS_IOCTL, fd, uintptr(iocCPUSetState), state)
	return "", err
}

// opSysarch makes a machine dependent call with no arguments: whoever may
// make it is told that they are bad.
func opSysarch(a []string) (string, error) {
	_, err := sys(unix.SYS_SYSARCH, number(a[0]), nil)
	return "", err
}

// opPCIMmap maps what the PCI bus has at an address.  The driver can only say
// that it does not, which is EINVAL.
func opPCIMmap([]string) (string, error) {
	fd, err := unix.Open("/dev/pci0", unix.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("pci0: %v", err)
	}
	defer unix.Close(fd)
	_, err = unix.Mmap(fd, 0xfebf0000, 4096, unix.PROT_READ, unix.MAP_SHARED)
	if err == unix.EINVAL {
		err = unix.EPERM
	}
	return "", err
}

// System V and POSIX interprocess communication: <sys/ipc.h>, <sys/shm.h>,
// <sys/msg.h>, <sys/syscall.h>.
const (
	ipcCreat    = 0o1000
	ipcSet      = 1
	ipcStat     = 2
	ipcRmid     = 0
	shmLock     = 3
	shmUnlock   = 4
	ipcKey      = 0x63656c6c
	sysKsemOpn  = 248
	sysKsemCls  = 250
	sysMqOpen   = 257
	sysMqClose  = 258
	sysMqUnlink = 259
	msgQbytesAt = 40 // of msg_qbytes in struct msqid_ds
)

// shared makes, or finds, a segment, and returns its id.
func shared() (int, error) {
	id, err := sys(unix.SYS_SHMGET, ipcKey, 4096, ipcCreat|0o666)
	return int(id), err
}

// opShmat attaches a segment that everybody may write to.
func opShmat(a []string) (string, error) {
	at, err := sys(unix.SYS_SHMAT, number(a[0]), nil, 0)
	if err != nil {
		return "", err
	}
	_, err = sys(unix.SYS_SHMDT, at)
	return "", err
}

func opShmLock(a []string) (string, error) {
	_, err := sys(unix.SYS_SHMCTL, number(a[0]), number(a[1]), nil)
	return "", err
}

// opMsgSize lets a queue of its own hold more than it does.
func opMsgSize([]string) (string, error) {
	id, err := sys(unix.SYS_MSGGET, 0, ipcCreat|0o600)
	if err != nil {
		return "", fmt.Errorf("msgget: %v", err)
	}
	queue := make([]byte, 256)
	defer sys(unix.SYS_MSGCTL, id, ipcRmid, nil)
	if _, err := sys(unix.SYS_MSGCTL, id, ipcStat, queue); err != nil {
		return "", err
	}
	copy(queue[msgQbytesAt:], le(uint64(1<<20)))
	_, err = sys(unix.SYS_MSGCTL, id, ipcSet, queue)
	return "", err
}

// opKsem opens a named semaphore.
func opKsem(a []string) (string, error) {
	var id uintptr
	_, err := sys(sysKsemOpn, a[0], number(a[1]), 0o666, 1, unsafe.Pointer(&id))
	if err == nil {
		_, err = sys(sysKsemCls, id)
	}
	return "", err
}

// opMqOpen opens a message queue.
func opMqOpen(a []string) (string, error) {
	q, err := sys(sysMqOpen, a[0], number(a[1]), 0o666, nil)
	if err == nil {
		_, err = sys(sysMqClose, q)
	}
	return "", err
}

// opKtraceNow is opKtrace, whose empty trace is a refusal.
func opKtraceNow(a []string) (string, error) {
	size, err := opKtrace(a)
	if err == nil && size == "0" {
		err = unix.EPERM
	}
	return size, err
}

// opRenice makes a process less favoured, and then more than it was.
func opRenice(a []string) (string, error) {
	if err := unix.Setpriority(0, number(a[0]), 5); err != nil {
		return "", fmt.Errorf("%v", err)
	}
	return "", unix.Setpriority(0, number(a[0]), -5)
}
