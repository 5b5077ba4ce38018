/*
 * trapfilter.c -- the filter, made from the table of traps.
 *
 * It refuses what is not a native system call (another architecture's
 * numbers mean something else), finds the number by halving, and looks at
 * arguments only where the table says so.  What it lets pass without a look
 * at arguments the kernel remembers, so that such a call does not even run
 * it.
 */

#include <sys/stat.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <errno.h>
#include <stdlib.h>

#include "trapfilter.h"
#include "rig_host.h"
#include "rig_real.h"
#include "traps.h"

#if defined(__x86_64__)
#define	ARCH	AUDIT_ARCH_X86_64
#define	X32	0x40000000U
#elif defined(__aarch64__)
#define	ARCH	AUDIT_ARCH_AARCH64
#else
#define	ARCH	0		/* never asked for: traps[] is empty */
#endif

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define	LOW	0
#else
#define	LOW	4
#endif
#define	HIGH	(4 - LOW)
#define	ARG(i)	((uint32_t)offsetof(struct seccomp_data, args) + (i) * 8)

static struct sock_filter program[FILTER_MAX];
static size_t length;

static void
emit(uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (length == FILTER_MAX)
		rig_host_abort("the filter is too long");
	program[length++] = (struct sock_filter){ code, jt, jf, k };
}

static void
emit_ret(uint32_t action)
{
	emit(BPF_RET | BPF_K, 0, 0, action);
}

static void
emit_load(uint32_t offset)
{
	emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

/* Unless A is K, skip SKIP instructions. */
static void
emit_unless(uint16_t op, uint32_t k, uint8_t skip)
{
	emit((uint16_t)(BPF_JMP | op | BPF_K), 0, skip, k);
}

static void
emit_if_ret(uint16_t op, uint32_t k, uint32_t action)
{
	emit_unless(op, k, 1);
	emit_ret(action);
}

static void
emit_fork(void)
{
	emit_load(ARG(0) + LOW);
	/* A thread has the views of its process. */
	emit_unless(BPF_JSET, CLONE_THREAD, 3);
	emit_if_ret(BPF_JSET, TRAP_NEWNS & ~CLONE_NEWTIME,
	    SECCOMP_RET_ERRNO | EINVAL);
	emit_ret(SECCOMP_RET_ALLOW);
	/* A sister instead of a child would not be found. */
	emit_if_ret(BPF_JSET, CLONE_PARENT, SECCOMP_RET_ERRNO | EINVAL);
}

static void
emit_device(unsigned int arg)
{
	emit_load(ARG(arg) + LOW);
	emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, S_IFMT);
	emit_if_ret(BPF_JEQ, S_IFCHR, SECCOMP_RET_USER_NOTIF);
	emit_if_ret(BPF_JEQ, S_IFBLK, SECCOMP_RET_USER_NOTIF);
	emit_ret(SECCOMP_RET_ALLOW);
}

/* Local ones, and streams and datagrams of IP, pass. */
static void
emit_socket(void)
{
	static const uint32_t plain[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
	};
	size_t i;

	emit_load(ARG(0) + LOW);
	emit_if_ret(BPF_JEQ, AF_UNIX, SECCOMP_RET_ALLOW);
	emit(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, AF_INET);
	emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AF_INET6);
	emit_ret(SECCOMP_RET_USER_NOTIF);
	emit_load(ARG(1) + LOW);
	emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xf);
	for (i = 0; i < 3; i++)
		emit_if_ret(BPF_JEQ, plain[i], SECCOMP_RET_ALLOW);
}

static void
emit_limit(void)
{
	emit_load(ARG(0) + LOW);
	emit_unless(BPF_JEQ, 0, 5);
	emit_load(ARG(2) + LOW);
	emit_unless(BPF_JEQ, 0, 3);
	emit_load(ARG(2) + HIGH);
	emit_unless(BPF_JEQ, 0, 1);
	emit_ret(SECCOMP_RET_ALLOW);
}

/* Options of iptables(8), ip6tables(8), arptables(8), ebtables(8), mroute. */
static void
emit_sockopt(void)
{
	emit_load(ARG(1) + LOW);
	emit_unless(BPF_JEQ, SOL_IP, 2);
	emit_load(ARG(2) + LOW);
	emit(BPF_JMP | BPF_JGE | BPF_K, 6, 7, SOCKOPT_IP);
	emit_unless(BPF_JEQ, SOL_IPV6, 6);
	emit_load(ARG(2) + LOW);
	emit(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, SOCKOPT_FILTER6);
	emit(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, SOCKOPT_FILTER6 + 1);
	emit(BPF_JMP | BPF_JGE | BPF_K, 1, 0, SOCKOPT_ROUTER);
	emit_ret(SECCOMP_RET_ALLOW);
	emit_ret(SECCOMP_RET_USER_NOTIF);
	emit_ret(SECCOMP_RET_ALLOW);
}

static void
emit_ioctl(void)
{
	size_t i;

	emit_load(ARG(1) + LOW);
	for (i = 0; i < ntrap_ioctls; i++)
		emit_if_ret(BPF_JEQ, trap_ioctls[i].cmd,
		    SECCOMP_RET_USER_NOTIF);
	emit_ret(SECCOMP_RET_ALLOW);
}

/* Sparing a call is right only as long as no policy would deny it. */
static bool
may_spare(const struct trapdef *d)
{
	return d->action == 0 ||
	    rig_peek_never(d->scope, d->action, d->request);
}

/* What happens with this call; ends in a return. */
static void
emit_call(const struct trapdef *d)
{
	switch (d->when) {
	case WHEN_NOT:
		emit_ret(SECCOMP_RET_ERRNO | ENOSYS);
		return;
	case WHEN_BITS:
		emit_load(ARG(d->arg) + LOW);
		emit_if_ret(BPF_JSET, d->mask, SECCOMP_RET_USER_NOTIF);
		emit_ret(SECCOMP_RET_ALLOW);
		return;
	case WHEN_NONZERO:
		if (!may_spare(d))
			break;
		emit_load(ARG(0) + LOW);
		emit_if_ret(BPF_JEQ, 0, SECCOMP_RET_ALLOW);
		break;
	case WHEN_FORK:
		emit_fork();
		break;
	case WHEN_DEVICE:
		emit_device(d->arg);
		return;
	case WHEN_SOCKET:
		if (may_spare(d))
			emit_socket();
		break;
	case WHEN_LIMIT:
		if (may_spare(d))
			emit_limit();
		break;
	case WHEN_IOCTL:
		emit_ioctl();
		return;
	case WHEN_SOCKOPT:
		emit_sockopt();
		return;
	case WHEN_ALWAYS:
		break;
	}
	emit_ret(SECCOMP_RET_USER_NOTIF);
}

static int
by_number(const void *a, const void *b)
{
	const struct trapdef *const *x = a, *const *y = b;

	return (*x)->nr - (*y)->nr;
}

/* Between lo and hi, the number being in A. */
static void
emit_tree(const struct trapdef **sorted, size_t lo, size_t hi)
{
	size_t mid, jump;

	if (hi - lo == 1) {
		emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0,
		    (uint32_t)sorted[lo]->nr);
		emit_ret(SECCOMP_RET_ALLOW);
		emit_call(sorted[lo]);
		return;
	}
	mid = (lo + hi) / 2;
	emit_unless(BPF_JGE, (uint32_t)sorted[mid]->nr, 1);
	jump = length;
	emit(BPF_JMP | BPF_JA, 0, 0, 0);
	emit_tree(sorted, lo, mid);
	program[jump].k = (uint32_t)(length - jump - 1);
	emit_tree(sorted, mid, hi);
}

static void
build(void)
{
	const struct trapdef **sorted = calloc(ntraps, sizeof(*sorted));
	size_t i;

	if (sorted == NULL)
		rig_host_abort("out of memory");
	for (i = 0; i < ntraps; i++)
		sorted[i] = &traps[i];
	qsort(sorted, ntraps, sizeof(*sorted), by_number);
	emit_load(offsetof(struct seccomp_data, arch));
	emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCH);
	emit_ret(SECCOMP_RET_ERRNO | ENOSYS);
	emit_load(offsetof(struct seccomp_data, nr));
#ifdef X32
	emit_if_ret(BPF_JGE, X32, SECCOMP_RET_ERRNO | ENOSYS);
#endif
	emit_if_ret(BPF_JGE, TRAP_NEWEST + 1, SECCOMP_RET_ERRNO | ENOSYS);
	emit_tree(sorted, 0, ntraps);
	free(sorted);
}

const struct sock_filter *
filter_program(size_t *len)
{
	if (length == 0)
		build();
	*len = length;
	return program;
}
