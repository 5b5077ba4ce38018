package regress

// A boundary is something that secmodel_cell(9) cannot decide, or that one
// would not expect it to.  subject and state are what the page's section
// BOUNDARIES says, in this order; TestBoundaryPage holds the page against
// this table, and TestBoundaries the kernel.
type boundary struct {
	subject string
	state   string // for root in a cell of profile high
}

// States.  An exception's name follows liftedBy where that opens it.
const (
	closed   = "closed"
	opened   = "open"
	liftedBy = "closed, open with "
)

var boundaries = []boundary{
	// Interprocess communication.
	{"System V IPC: create an object", opened},
	{"System V IPC: find an object by its key", liftedBy + "ipc"},
	{"System V IPC: use an object, the cell's own too", liftedBy + "ipc"},
	{"System V IPC: change or remove an object, the cell's own too", liftedBy + "ipc"},
	{"System V IPC: list the objects", opened},
	{"POSIX semaphores: create one and use it", opened},
	{"POSIX semaphores: open one that exists", liftedBy + "ipc"},
	{"POSIX semaphores: unlink one", liftedBy + "ipc"},
	{"POSIX message queues: create one", opened},
	{"POSIX message queues: open and use one that exists", opened},
	{"POSIX message queues: unlink one", liftedBy + "ipc"},
	{"POSIX shared memory", closed},
	// Processes.
	{"F_SETOWN: SIGIO to a process outside", opened},
	{"kqueue(2): EVFILT_PROC on a process outside", closed},
	{"kqueue(2): EVFILT_SIGNAL on another's signals", closed},
	{"ktrace(2): begin a trace within the cell", liftedBy + "debug"},
	{"ktrace(2): a trace that began before the process entered", opened},
	{"Core dumps outside the root directory", closed},
	{"vfork(2) and posix_spawn(3) beyond maxproc", closed},
	{"sched_setparam(2) on a process outside", closed},
	{"CPU-time clock of a process outside", closed},
	{"getpgid(2), getsid(2) and getpriority(2) on a process outside", opened},
	{"kill(2): learn whether a process id is in use outside", opened},
	{"Processes that one user may have, over all cells", opened},
	{"setlogin(2) in a session that began outside", opened},
	// What can be read.
	{"kern.proc, kern.proc2 and kern.proc_args", closed},
	{"proc.PID and vm.proc", closed},
	{"kern.lwp", opened},
	{"kern.file and kern.file2", closed},
	{"net.*.pcblist", closed},
	{"net.inet.tcp.ident", opened},
	{"kern.msgbuf", opened},
	{"Statistics of the whole host", opened},
	{"Interfaces, addresses and routes", opened},
	{"Mounted file systems outside the root directory", closed},
	{"modctl(2): list the modules", opened},
	{"Autoloading of modules", closed},
	{"swapctl(2): statistics", opened},
	{"procfs: list its directory", closed},
	{"procfs: read a process outside", closed},
	{"procfs: files about the whole host", closed},
	{"kernfs: the message buffer", opened},
	{"kernfs: set the host's name", opened},
	// Terminals.
	{"TIOCSTI on a terminal", closed},
	{"TIOCSTI on the controlling terminal of an own session", opened},
	{"TIOCSTI on the controlling terminal of a session from outside", closed},
	{"TIOCSCTTY of a terminal without a session", opened},
	{"TIOCSCTTY of a terminal that a session outside has", closed},
	{"tcsetpgrp(3) to a process group outside", closed},
	{"TIOCCONS on a terminal of its own", opened},
	// Descriptors and the network.
	{"Descriptors passed over a Unix-domain socket", opened},
	{"A directory outside the root, passed as a descriptor", closed},
	{"connect(2) to a socket outside, over loopback too", opened},
	{"Source addresses that the cell has not declared", opened},
	{"SO_REUSEADDR on an ephemeral port that the host has bound", opened},
	{"IPv4 multicast: join a group", opened},
	{"IPv6 multicast: join a group", opened},
	{"IPv6 multicast: join every group", liftedBy + "multicast"},
	// Files.
	{"revoke(2) of a file or device, through a null mount too", closed},
	{"flock(2) on a file of the host, through a read-only null mount too", opened},
	// Device nodes.
	{"/dev/mem and /dev/kmem", closed},
	{"Disks, raw or not, and vnd, md, cgd and fss alike", closed},
	{"/dev/veriexec", closed},
	{"/dev/npf", liftedBy + "firewall"},
	{"/dev/tun0", liftedBy + "ifconfig"},
	{"/dev/tap", opened},
	{"/dev/bpf", opened},
	{"/dev/ksyms", opened},
	{"/dev/klog", opened},
	{"/dev/pci0", opened},
	{"/dev/drvctl", opened},
	{"/dev/clockctl", opened},
	{"/dev/clockctl: set the time", opened},
	{"/dev/console", opened},
	{"/dev/ptm and /dev/ptmx", opened},
	{"/dev/putter", opened},
	{"/dev/cpuctl", opened},
	{"/dev/crypto", opened},
}
