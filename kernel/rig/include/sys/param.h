/* sys/param.h -- sizes and limits of NetBSD 10.99. */

#ifndef _SYS_PARAM_H_
#define	_SYS_PARAM_H_

#include <sys/types.h>
#include <sys/errno.h>
#include <sys/time.h>
#include <sys/resource.h>

#define	__NetBSD_Version__	1099001200
#define	__NetBSD_Prereq__(M, m, p)					\
	((((M) * 100000000) + ((m) * 1000000) + (p) * 100) <= __NetBSD_Version__)

#define	MAXCOMLEN	16
#define	MAXLOGNAME	16
#define	MAXHOSTNAMELEN	256
#define	MAXPATHLEN	1024
#define	PATH_MAX	1024
#define	NAME_MAX	511
#define	NGROUPS		16
#define	NZERO		20
#define	CHAR_BIT	8
#define	UINT_MAX	0xffffffffU
#define	INT_MAX		0x7fffffff
#define	INT_MIN		(-INT_MAX - 1)
#define	ULONG_MAX	(~0UL)

#define	PAGE_SHIFT	12
#define	PAGE_SIZE	(1 << PAGE_SHIFT)
#define	PAGE_MASK	(PAGE_SIZE - 1)
#define	ptoa(x)		((paddr_t)(x) << PAGE_SHIFT)
#define	atop(x)		((paddr_t)(x) >> PAGE_SHIFT)
#define	ctob(x)		((x) << PAGE_SHIFT)
#define	btoc(x)		(((x) + PAGE_MASK) >> PAGE_SHIFT)

#define	COHERENCY_UNIT	64
#define	CACHE_LINE_SIZE	64

#ifndef MIN
#define	MIN(a, b)	((a) < (b) ? (a) : (b))
#define	MAX(a, b)	((a) > (b) ? (a) : (b))
#endif
#define	howmany(x, y)	(((x) + ((y) - 1)) / (y))
#define	roundup(x, y)	((((x) + ((y) - 1)) / (y)) * (y))
#define	roundup2(x, m)	(((x) + ((m) - 1)) & ~((__typeof__(x))(m) - 1))
#define	rounddown(x, y)	(((x) / (y)) * (y))
#define	powerof2(x)	((((x) - 1) & (x)) == 0)
#define	ISSET(t, f)	((t) & (f))
#define	SET(t, f)	((t) |= (f))
#define	CLR(t, f)	((t) &= ~(f))

/* Priorities for sleeping; kept for the prototypes. */
#define	PCATCH		0x100
#define	PWAIT		32
#define	PVFS		32
#define	PSOCK		24

#define	mstohz(ms)	((int)(((unsigned long long)(ms) * hz + 999) / 1000))
#define	hztoms(t)	((int)((t) * 1000LL / hz))

#endif	/* !_SYS_PARAM_H_ */
