package regress

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"cells/src/internal/cell"
)

// From <sys/module.h>, <sys/swap.h>, <sys/syscall.h>, <uvm/uvm_param.h> and
// <sys/sysctl.h>.
const (
	modctlExists  = 3
	modctlStat    = 4
	swapNSwap     = 3
	statvfsSize   = 3296
	procfsLinux   = 1 // PROCFSMNT_LINUXCOMPAT
	sysGetvfsstat = 483
	mntNowait     = 2
	fileAll       = 1 // KERN_FILE_BYFILE
	filePID       = 2 // KERN_FILE_BYPID
	fileSize      = 200
	lwpSize       = 100
	pcbSize       = 640 // sizeof(struct kinfo_pcb)
	vmProcMap     = 1   // VM_PROC_MAP
	vmEntrySize   = 1200
)

func init() {
	probes["kern.proc, kern.proc2 and kern.proc_args"] = probeProcNodes
	probes["proc.PID and vm.proc"] = probeVMNodes
	probes["kern.lwp"] = func(s *stage) reply { return s.some("kern.lwp", s.host.pid, lwpSize, 100) }
	probes["kern.file and kern.file2"] = probeFileNodes
	probes["net.*.pcblist"] = probePCBs
	probes["net.inet.tcp.ident"] = probeIdent
	probes["kern.msgbuf"] = func(s *stage) reply { return s.some("kern.msgbuf") }
	probes["Statistics of the whole host"] = probeStatistics
	probes["Interfaces, addresses and routes"] = probeInterfaces
	probes["Mounted file systems outside the root directory"] = probeMounts
	probes["modctl(2): list the modules"] = func(s *stage) reply { return s.in.do("modstat") }
	probes["Autoloading of modules"] = func(s *stage) reply { return s.raw(unix.SYS_MODCTL, modctlExists, 1) }
	probes["swapctl(2): statistics"] = func(s *stage) reply { return s.raw(sysSwapctl, swapNSwap, 0, 0) }
	probes["procfs: read a process outside"] = probeProcfs
	probes["procfs: list its directory"] = probeProcfsList
	probes["procfs: files about the whole host"] = probeProcfsHost
	probes["kernfs: the message buffer"] = func(s *stage) reply { return s.in.do("filesize", "/kern/msgbuf") }
	probes["kernfs: set the host's name"] = probeKernfsHostname
	ops["readdir"] = opReaddir
	ops["rewritefile"] = opRewriteFile
	ops["mounts"] = opMounts
	ops["modstat"] = opModstat
}

// some reads a node and says whether it had anything.  Not to have, and not
// to be allowed, are the same to the probes.
func (s *stage) some(node string, args ...any) reply {
	r := s.in.do("readnode", append([]any{node}, args...)...)
	r = outside(r)
	if r.done() {
		return yes(r.Value != "0")
	}
	return r
}

func probeProcNodes(s *stage) reply {
	if s.in.must(s, "see", s.in.pid) != "1" {
		s.Fatal("it does not see itself")
	}
	listed := strings.Contains(" "+s.in.must(s, "seeall")+" ", " "+strconv.Itoa(s.host.pid)+" ")
	args := s.in.do("args", s.host.pid)
	return s.all(yes(s.in.must(s, "see", s.host.pid) == "1"), yes(listed), args,
		s.in.do("env", s.host.pid), s.some("kern.proc", procPID, s.host.pid))
}

func probeVMNodes(s *stage) reply {
	if r := s.some("vm.proc", vmProcMap, s.in.pid, vmEntrySize); !r.done() {
		s.Fatalf("its own map: %s", r)
	}
	return s.all(s.in.do("rlimit", s.host.pid), s.in.do("corename", s.host.pid),
		s.some("vm.proc", vmProcMap, s.host.pid, vmEntrySize))
}

// probeFileNodes: are there as many files as there are, in a cell that has
// few?
func probeFileNodes(s *stage) reply {
	count := func(a *agent, args ...any) int {
		return number(a.must(s, "readnode", append([]any{"kern.file2"}, args...)...)) / fileSize
	}
	within, outside := count(s.in, fileAll, 0, fileSize, 4000), count(s.host, fileAll, 0, fileSize, 4000)
	if within == 0 || outside <= within {
		s.Fatalf("%d files in the cell, %d on the host", within, outside)
	}
	mine := count(s.in, filePID, s.in.pid, fileSize, 4000)
	s.Logf("files: %d of its own, %d in the cell's view, %d on the host", mine, within, outside)
	return s.all(yes(within > mine),
		s.some("kern.file2", filePID, s.host.pid, fileSize, 4000))
}

// listening opens a TCP socket outside the cell and a connection to it.
func listening(s *stage) (listener net.Listener, client net.Conn) {
	s.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	client, err = net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { listener.Close(); client.Close() })
	return listener, client
}

func probePCBs(s *stage) reply {
	listening(s)
	listener, err := net.Listen("unix", filepath.Join(s.TempDir(), "s"))
	if err != nil {
		s.Fatal(err)
	}
	defer listener.Close()
	var replies []reply
	for _, node := range []string{"net.inet.tcp.pcblist", "net.local.stream.pcblist"} {
		if n := s.host.must(s, "readnode", node, 0, 0, pcbSize, 1000); n == "0" {
			s.Fatalf("%s: host root sees nothing either", node)
		}
		replies = append(replies, s.some(node, 0, 0, pcbSize, 1000))
	}
	return s.all(replies...)
}

// probeIdent asks for the owner of a connection, as identd(8) does.
func probeIdent(s *stage) reply {
	listener, client := listening(s)
	const loopback = 127 | 1<<24
	port := func(a net.Addr) int {
		p := a.(*net.TCPAddr).Port
		return p>>8 | p&0xff<<8
	}
	r := s.in.do("readnode", "net.inet.tcp.ident",
		loopback, port(listener.Addr()), loopback, port(client.LocalAddr()))
	if r.done() {
		return yes(r.Value == "4")
	}
	return r
}

func probeStatistics(s *stage) reply {
	return s.all(s.some("kern.cp_time"), s.some("vm.uvmexp2"), s.some("vm.loadavg"),
		s.some("hw.iostats", 128), s.some("kern.boottime"), s.some("net.inet.tcp.stats"))
}

// probeInterfaces reads what getifaddrs(3) and route(8) do.
func probeInterfaces(s *stage) reply {
	dump := func(family, what int32) reply {
		r := s.in.do("routes", family, what)
		if r.done() {
			return yes(r.Value != "0")
		}
		return r
	}
	get := s.in.do("routeget")
	if get.Errno == unix.ESRCH { // no such route, as it happens
		get = reply{}
	}
	return s.all(dump(0, 6), dump(unix.AF_INET, 1), get)
}

func init() {
	// CTL_NET, PF_ROUTE, 0, family, NET_RT_DUMP or NET_RT_IFLIST, 0
	ops["routes"] = func(a []string) (string, error) {
		n, err := sysctl([]int32{4, unix.AF_ROUTE, 0, int32(number(a[0])), int32(number(a[1])), 0},
			make([]byte, 1<<16), nil)
		return strconv.Itoa(n), err
	}
}

// opModstat asks for what modstat(8) shows, into a struct iovec, and returns
// how many bytes there were.
func opModstat([]string) (string, error) {
	buf := make([]byte, 1<<16)
	iov := le(address(buf), uint64(len(buf)))
	_, err := sys(unix.SYS_MODCTL, modctlStat, iov)
	return strconv.FormatUint(le2(iov[8:]), 10), err
}

// opMounts counts the mounted file systems that can be seen.
func opMounts([]string) (string, error) {
	buf := make([]byte, 64*statvfsSize)
	n, err := sys(sysGetvfsstat, buf, len(buf), mntNowait)
	return strconv.Itoa(int(n)), err
}

func probeMounts(s *stage) reply {
	all := s.in.must(s, "mounts")
	root := s.TempDir()
	s.allowing(1<<cell.ExcChroot, func() { s.in.must(s, "chroot", root) })
	below := s.in.must(s, "mounts")
	s.Logf("%s mounts seen from /, %s from below", all, below)
	return yes(number(below) > 1)
}

func opReaddir(a []string) (string, error) {
	entries, err := os.ReadDir(a[0])
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " "), err
}

// opRewriteFile writes to a file what it has.
func opRewriteFile(a []string) (string, error) {
	text, err := os.ReadFile(a[0])
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(a[0], os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = f.Write(text)
	return "", err
}

// outside makes of a file that is not there for the cell a refusal.
func outside(r reply) reply {
	if r.Errno == unix.ESRCH || r.Errno == unix.ENOENT {
		return yes(false)
	}
	return r
}

func probeProcfs(s *stage) reply {
	var replies []reply
	for _, file := range []string{"status", "cmdline", "map", "limit", "environ"} {
		if r := s.in.do("procfs", s.in.pid, file); !r.done() {
			s.Fatalf("its own %s: %s", file, r)
		}
		replies = append(replies, outside(s.in.do("procfs", s.host.pid, file)))
	}
	return s.all(replies...)
}

// probeProcfsList: the directory itself counts as the kernel's.
func probeProcfsList(s *stage) reply { return s.in.do("readdir", "/proc") }

// probeProcfsHost: there are such files where it is mounted for Linux.
func probeProcfsHost(s *stage) reply {
	dir := s.TempDir()
	if err := mount("procfs", dir, 0, le(int32(1), int32(procfsLinux))); err != nil {
		s.Fatal(err)
	}
	defer unix.Unmount(dir, 0)
	var replies []reply
	for _, file := range []string{"meminfo", "cpuinfo", "uptime", "mounts", "devices", "stat", "loadavg", "version"} {
		if _, err := os.Stat(dir + "/" + file); err != nil {
			s.Fatalf("for host root: %v", err)
		}
		replies = append(replies, outside(s.in.do("filesize", dir+"/"+file)))
	}
	return s.all(replies...)
}

// probeKernfsHostname sets another name, which host root then reads.
func probeKernfsHostname(s *stage) reply {
	old, err := unix.Sysctl("kern.hostname")
	if err != nil {
		s.Fatal(err)
	}
	defer unix.SysctlRaw("kern.hostname")
	r := s.in.do("writefile", "/kern/hostname", "boundary")
	now, err := unix.Sysctl("kern.hostname")
	if err != nil {
		s.Fatal(err)
	}
	path, err := mib("kern.hostname")
	if err != nil {
		s.Fatal(err)
	}
	if _, err := sysctl(path, nil, append([]byte(old), 0)); err != nil {
		s.Fatal(err)
	}
	if r.done() && now != "boundary" {
		s.Fatalf("it was written, and is %q", now)
	}
	return r
}

func init() {
	ops["writefile"] = func(a []string) (string, error) {
		f, err := os.OpenFile(a[0], os.O_WRONLY, 0)
		if err != nil {
			return "", err
		}
		defer f.Close()
		_, err = f.Write([]byte(a[1]))
		return "", err
	}
}
