/*
 * escape.c -- tries to get out of a cell, by escape_list.h.
 *
 *	escape -l			each try, its rule, and the refusal
 *	escape NAME VICTIM SHM SEM MSG TAKEN	the errno it came to, 0 done
 *
 * Linked statically, so that it runs in an empty root.
 */

#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_mount_setattr
#define	SYS_mount_setattr	442
#endif
#ifndef SYS_process_mrelease
#define	SYS_process_mrelease	448
#endif
#ifndef SYS_process_madvise
#define	SYS_process_madvise	440
#endif

static pid_t victim;
static int shm, sem, msg;
static uint16_t taken;

static char zeros[4096];
static struct sched_param no_priority, some_priority = { 1 };
static struct rlimit some_limit;
static const int64_t bad_time[2] = { 1, -1 };
static const int immutable = FS_IMMUTABLE_FL;
static const struct fsxattr immutable_x = { .fsx_xflags = FS_XFLAG_IMMUTABLE };

static long
queue_signal(int thread)
{
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	si.si_code = SI_QUEUE;
	return thread ?
	    syscall(SYS_rt_tgsigqueueinfo, victim, victim, SIGURG, &si) :
	    syscall(SYS_rt_sigqueueinfo, victim, SIGURG, &si);
}

static int
victim_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, victim, 0);
}

static long
vm(int write)
{
	struct iovec iov = { zeros, 1 };

	return write ? process_vm_writev(victim, &iov, 1, &iov, 1, 0) :
	    process_vm_readv(victim, &iov, 1, &iov, 1, 0);
}

static long
madvise_victim(void)
{
	struct iovec iov = { NULL, 4096 };

	return syscall(SYS_process_madvise, victim_pidfd(), &iov, 1, 20, 0);
}

static long
trace_child(void)
{
	pid_t pid = fork();
	long r;
	int e;

	if (pid == 0) {
		pause();
		_exit(0);
	}
	r = ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	e = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = e;
	return r;
}

static long
set_attr(pid_t pid)
{
	struct {
		uint32_t	size, policy;
		uint64_t	flags;
		int32_t		nice;
		uint32_t	priority;
		uint64_t	times[3];
	} attr = { .size = 48 };

	return syscall(SYS_sched_setattr, pid, &attr, 0);
}

static long
affinity(pid_t pid, int set)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (!set)
		return sched_getaffinity(pid, sizeof(cpus), &cpus);
	CPU_SET(0, &cpus);
	return sched_setaffinity(pid, sizeof(cpus), &cpus);
}

/* Down first, which anybody may, and then up again. */
static long
raise_limit(int new)
{
	struct rlimit low = { 16, 16 }, high = { 32, 32 };

	if (setrlimit(RLIMIT_NOFILE, &low) == -1)
		return -1;
	return new ? syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &high,
	    &some_limit) : syscall(SYS_setrlimit, RLIMIT_NOFILE, &high);
}

static int
plain_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static int
null_fd(void)
{
	int p[2];

	/* Not a terminal nor a device, wherever we are. */
	return pipe(p) == -1 ? -1 : p[0];
}

static long
bind_port(uint16_t port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};

	return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&sin,
	    sizeof(sin));
}

static long
bind_port6(uint16_t port)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port)
	};

	return bind(socket(AF_INET6, SOCK_STREAM, 0), (void *)&sin6,
	    sizeof(sin6));
}

static long
clone_into(unsigned long flags)
{
	long pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
	int e = errno;

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	errno = e;
	return pid;
}

static int
thread_end(void *arg)
{
	(void)arg;
	return (int)syscall(SYS_exit, 0);
}

/* A thread with a view of its own. */
static long
thread_into(int flags)
{
	static char stack[16384] __attribute__((aligned(16)));

	return clone(thread_end, stack + sizeof(stack), CLONE_VM | CLONE_FS |
	    CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | flags, NULL);
}

static long
adjust(int clock)
{
	struct timex tx;

	memset(&tx, 0, sizeof(tx));
	tx.modes = ADJ_TICK;	/* a tick that no clock has */
	return clock ? syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tx) :
	    syscall(SYS_adjtimex, &tx);
}

static long
attach_segment(void)
{
	return shmat(shm, NULL, SHM_RDONLY) == (void *)-1 ? -1 : 0;
}

static long
sem_wait_zero(void)
{
	struct sembuf op = { 0, 0, IPC_NOWAIT };

	return semop(sem, &op, 1);
}

#ifdef __x86_64__
static long
int80(long nr, long a, long b)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(nr), "b"(a), "c"(b) :
	    "memory", "r8", "r9", "r10", "r11");
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return -1;
	}
	return r;
}
#endif

#define	TRY(name, rule, refusal, call)					\
static long								\
try_##name(void)							\
{									\
	return (long)(call);						\
}
#include "escape_list.h"
#undef TRY

static const struct {
	const char	*name, *rule;
	int		refusal;
	long		(*fn)(void);
} tries[] = {
#define	TRY(name, rule, refusal, call)	{ #name, rule, refusal, try_##name },
#include "escape_list.h"
};

#define	NTRIES	(sizeof(tries) / sizeof(tries[0]))

int
main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && strcmp(argv[1], "-l") == 0) {
		for (i = 0; i < NTRIES; i++)
			printf("%s %s %d\n", tries[i].name, tries[i].rule,
			    tries[i].refusal);
		return 0;
	}
	if (argc != 7)
		return 2;
	victim = atoi(argv[2]);
	shm = atoi(argv[3]);
	sem = atoi(argv[4]);
	msg = atoi(argv[5]);
	taken = (uint16_t)atoi(argv[6]);
	for (i = 0; i < NTRIES; i++)
		if (strcmp(argv[1], tries[i].name) == 0) {
			errno = 0;
			printf("%d\n", tries[i].fn() == -1 ? errno : 0);
			return 0;
		}
	return 2;
}
