/*
 * icount_sys.h -- what the guest of icount needs of NetBSD/amd64 in place of
 * a C library: system calls, a way to say something, and sysctl(3) by name.
 * Numbers are those of <sys/syscall.h>, which never change their meaning.
 */

#ifndef ICOUNT_SYS_H
#define ICOUNT_SYS_H

#include <stddef.h>
#include <stdint.h>

enum {
	SYS_exit = 1, SYS_fork = 2, SYS_read = 3, SYS_write = 4, SYS_open = 5,
	SYS_close = 6, SYS_setuid = 23, SYS_kill = 37, SYS_execve = 59,
	SYS_dup2 = 90, SYS_bind = 104, SYS_sysctl = 202, SYS_reboot = 208,
	SYS_poll = 209, SYS_modctl = 246, SYS_socket = 394, SYS_stat = 439,
	SYS_wait4 = 449, SYS_pipe2 = 453
};

/* A negative result is an error number; the carry flag tells. */
static inline long
sys(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	register long rdx __asm__("rdx") = c;
	long result;

	__asm__ volatile("syscall\n\tjnc 1f\n\tnegq %%rax\n1:"
	    : "=a" (result), "+r" (rdx), "+r" (r10), "+r" (r8), "+r" (r9)
	    : "0" (number), "D" (a), "S" (b)
	    : "rcx", "r11", "cc", "memory");
	return result;
}

#define	SYS6(n, a, b, c, d, e, f, ...)					\
	sys((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e),	\
	    (long)(f))
/* sys0(number, up to six arguments) */
#define	sys0(...)	SYS6(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* One tick is one instruction under qemu -icount shift=0. */
static inline uint64_t
ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

/* The compiler asks for these by itself. */
void	*memset(void *, int, size_t);
void	*memcpy(void *, const void *, size_t);

void *
memset(void *to, int byte, size_t n)
{
	char *p = to;

	while (n-- > 0) {
		*p++ = byte;
		__asm__ volatile("" : : : "memory");
	}
	return to;
}

void *
memcpy(void *to, const void *from, size_t n)
{
	char *p = to;
	const char *q = from;

	while (n-- > 0) {
		*p++ = *q++;
		__asm__ volatile("" : : : "memory");
	}
	return to;
}

static size_t
length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

static void
say(const char *s)
{

	sys0(SYS_write, 1, s, length(s));
}

static char *
digits(uint64_t n, char buf[24])
{
	char *p = buf + 23;

	*p = '\0';
	do {
		*--p = '0' + n % 10;
		n /= 10;
	} while (n > 0);
	return p;
}

static void
say_number(uint64_t n)
{
	char buf[24];

	say(digits(n, buf));
}

/* struct sysctlnode, as much as asking for the children of a node takes. */
struct node {
	uint32_t	flags;
	int32_t		number;
	char		name[32];
	uint64_t	rest[7];
};
_Static_assert(sizeof(struct node) == 96, "struct sysctlnode");

#define	CTL_QUERY	(-2)
#define	NODE_VERSION	0x01000000

static int
equal(const char *a, const char *b)
{

	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* The number of a child of a node; 0 if it has none of that name. */
static int
child(const int *mib, int depth, const char *name)
{
	static struct node nodes[128];
	struct node query;
	size_t size = sizeof(nodes), i;
	int path[8], k;

	for (k = 0; k < depth; k++)
		path[k] = mib[k];
	path[k++] = CTL_QUERY;
	memset(&query, 0, sizeof(query));
	query.flags = NODE_VERSION;
	if (sys0(SYS_sysctl, path, k, nodes, &size, &query, sizeof(query)) < 0)
		return 0;
	for (i = 0; i < size / sizeof(nodes[0]); i++)
		if (equal(nodes[i].name, name))
			return nodes[i].number;
	return 0;
}

/* sysctl(2) on security.models.cell.NAME. */
static long
model(const char *name, void *old, size_t oldlen, void *new, size_t newlen)
{
	int mib[4] = { 13 /* CTL_SECURITY */ };

	if ((mib[1] = child(mib, 1, "models")) == 0 ||
	    (mib[2] = child(mib, 2, "cell")) == 0 ||
	    (mib[3] = child(mib, 3, name)) == 0)
		return -2;	/* ENOENT */
	return sys0(SYS_sysctl, mib, 4, old, &oldlen, new, newlen);
}

#endif
