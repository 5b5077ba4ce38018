package regress

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// From <sys/syscall.h>, <sys/ipc.h> and <sys/sem.h>.
const (
	sysSemctl    = 442
	sysShmctl    = 443
	sysMsgctl    = 444
	sysKsemInit  = 247
	sysKsemUnl   = 249
	sysKsemPost  = 251
	sysKsemWait  = 252
	sysMqSend    = 263
	ipcPrivate   = 0
	ipcNowait    = 0o4000
	semReadWrite = 0o666
)

func init() {
	const v = "System V IPC: "
	probes[v+"create an object"] = probeIPCCreate
	probes[v+"find an object by its key"] = probeIPCFind
	probes[v+"use an object, the cell's own too"] = probeIPCUse
	probes[v+"change or remove an object, the cell's own too"] = probeIPCControl
	probes[v+"list the objects"] = probeIPCList
	probes["POSIX semaphores: create one and use it"] = probeSemCreate
	probes["POSIX semaphores: open one that exists"] = probeSemOpen
	probes["POSIX semaphores: unlink one"] = probeSemUnlink
	probes["POSIX message queues: create one"] = probeMqCreate
	probes["POSIX message queues: open and use one that exists"] = probeMqUse
	probes["POSIX message queues: unlink one"] = probeMqUnlink
	probes["POSIX shared memory"] = probeShmOpen
	ops["mqsend"] = opMqSend
	ops["semuse"] = opSemUse
}

// sysvObjects makes a segment, a semaphore and a queue that everybody may
// use, by an agent; they go with the test.
func sysvObjects(s *stage, by *agent, key int) (shm, sem, msg string) {
	s.Helper()
	shm = by.must(s, "raw", unix.SYS_SHMGET, key, 4096, ipcCreat|0o666)
	sem = by.must(s, "raw", unix.SYS_SEMGET, key, 1, ipcCreat|semReadWrite)
	msg = by.must(s, "raw", unix.SYS_MSGGET, key, ipcCreat|0o666)
	s.Cleanup(func() {
		sys(sysShmctl, number(shm), ipcRmid, nil)
		sys(sysSemctl, number(sem), 0, ipcRmid, 0)
		sys(sysMsgctl, number(msg), ipcRmid, nil)
	})
	return shm, sem, msg
}

func probeIPCCreate(s *stage) reply {
	sysvObjects(s, s.in, ipcPrivate)
	return reply{}
}

func probeIPCFind(s *stage) reply {
	sysvObjects(s, s.host, ipcKey+1)
	return s.all(
		s.raw(unix.SYS_SHMGET, ipcKey+1, 4096, 0o666),
		s.raw(unix.SYS_SEMGET, ipcKey+1, 1, semReadWrite),
		s.raw(unix.SYS_MSGGET, ipcKey+1, 0o666))
}

func probeIPCUse(s *stage) reply {
	var replies []reply
	for _, by := range []*agent{s.host, s.in} {
		shm, sem, msg := sysvObjects(s, by, ipcPrivate)
		replies = append(replies,
			s.in.do("shmat", shm),
			s.raw(unix.SYS_SEMOP, sem, fmt.Sprintf("x:%x", le(uint16(0), int16(1), int16(0))), 1),
			s.raw(unix.SYS_MSGSND, msg, fmt.Sprintf("x:%x", le(uint64(1), uint64(0))), 4, ipcNowait))
	}
	return s.all(replies...)
}

func probeIPCControl(s *stage) reply {
	var replies []reply
	for _, by := range []*agent{s.host, s.in} {
		shm, sem, msg := sysvObjects(s, by, ipcPrivate)
		replies = append(replies,
			s.raw(sysShmctl, shm, ipcStat, "@256"),
			s.raw(sysShmctl, shm, ipcRmid),
			s.raw(sysSemctl, sem, 0, ipcRmid),
			s.raw(sysMsgctl, msg, ipcStat, "@256"),
			s.raw(sysMsgctl, msg, ipcRmid))
	}
	return s.all(replies...)
}

// probeIPCList: KERN_SYSVIPC_{MSG,SEM,SHM}_INFO, as ipcs(1) asks.
func probeIPCList(s *stage) reply {
	sysvObjects(s, s.host, ipcPrivate)
	var replies []reply
	for what := 4; what <= 6; what++ {
		replies = append(replies, s.in.do("readnode", "kern.ipc.sysvipc_info", what))
	}
	return s.all(replies...)
}

const (
	semName   = "/boundary"
	queueName = "/boundary"
	create0   = unix.O_CREAT | unix.O_RDWR
)

// hostSemaphore is one that everybody may use.
func hostSemaphore(s *stage) {
	s.Helper()
	sys(sysKsemUnl, semName)
	if _, err := opKsem([]string{semName, fmt.Sprint(unix.O_CREAT)}); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { sys(sysKsemUnl, semName) })
}

// opSemUse makes a semaphore and waits for it, which its value lets it do.
func opSemUse(a []string) (string, error) {
	for _, named := range []bool{false, true} {
		id := make([]byte, 8)
		var err error
		if named {
			_, err = sys(sysKsemOpn, a[0], unix.O_CREAT, 0o600, 0, id)
		} else {
			_, err = sys(sysKsemInit, 0, id)
		}
		if err != nil {
			return "", err
		}
		sem := uintptr(le2(id))
		if _, err := sys(sysKsemPost, sem); err != nil {
			return "", err
		}
		if _, err := sys(sysKsemWait, sem); err != nil {
			return "", err
		}
	}
	return "", nil
}

// le2 reads a word that the kernel wrote.
func le2(b []byte) uint64 {
	var n uint64
	for i := range b {
		n |= uint64(b[i]) << (8 * i)
	}
	return n
}

func probeSemCreate(s *stage) reply {
	sys(sysKsemUnl, semName)
	s.Cleanup(func() { sys(sysKsemUnl, semName) })
	return s.in.do("semuse", semName)
}

func probeSemOpen(s *stage) reply {
	hostSemaphore(s)
	return s.in.do("ksem", semName, 0)
}

func probeSemUnlink(s *stage) reply {
	hostSemaphore(s)
	return s.raw(sysKsemUnl, "s:"+semName)
}

// hostQueue is one that everybody may use.
func hostQueue(s *stage) {
	s.Helper()
	sys(sysMqUnlink, queueName)
	if _, err := opMqOpen([]string{queueName, fmt.Sprint(create0)}); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { sys(sysMqUnlink, queueName) })
}

func probeMqCreate(s *stage) reply {
	sys(sysMqUnlink, queueName)
	s.Cleanup(func() { sys(sysMqUnlink, queueName) })
	return s.in.do("mqopen", queueName, create0)
}

// opMqSend sends a message to a queue.
func opMqSend(a []string) (string, error) {
	q, err := sys(sysMqOpen, a[0], unix.O_RDWR, 0, nil)
	if err != nil {
		return "", err
	}
	defer sys(sysMqClose, q)
	_, err = sys(sysMqSend, q, "x", 1, 0)
	return "", err
}

func probeMqUse(s *stage) reply {
	hostQueue(s)
	return s.in.do("mqsend", queueName)
}

func probeMqUnlink(s *stage) reply {
	hostQueue(s)
	return s.raw(sysMqUnlink, "s:"+queueName)
}

// probeShmOpen: shm_open(3) makes files in /var/shm, and a cell has a root
// directory.
func probeShmOpen(s *stage) reply {
	root := s.TempDir()
	if err := os.MkdirAll("/var/shm", 0o777); err != nil {
		s.Fatal(err)
	}
	file := "/var/shm/.shmobj_boundary"
	if err := os.WriteFile(file, []byte("the host's"), 0o666); err != nil {
		s.Fatal(err)
	}
	defer os.Remove(file)
	s.allowing(1<<cell.ExcChroot, func() { s.in.must(s, "chroot", root) })
	return yes(s.in.do("filesize", file).Errno != unix.ENOENT)
}
