/* sys/cdefs.h -- what NetBSD's <sys/cdefs.h> gives kernel code. */

#ifndef _SYS_CDEFS_H_
#define	_SYS_CDEFS_H_

#define	__CONCAT1(x, y)		x ## y
#define	__CONCAT(x, y)		__CONCAT1(x, y)
#define	__STRING(x)		#x
#define	___STRING(x)		__STRING(x)

#define	__KERNEL_RCSID(n, s)	_Static_assert(1, s)
#define	__RCSID(s)		_Static_assert(1, s)

#define	__BEGIN_DECLS
#define	__END_DECLS

#define	__unused		__attribute__((__unused__))
#define	__used			__attribute__((__used__))
#define	__diagused
#define	__debugused		__unused
#define	__dead			__attribute__((__noreturn__))
#define	__packed		__attribute__((__packed__))
#define	__aligned(x)		__attribute__((__aligned__(x)))
#define	__section(x)		__attribute__((__section__(x)))
#define	__noinline		__attribute__((__noinline__))
#define	__printflike(f, a)	__attribute__((__format__(__printf__, f, a)))
#define	__returns_nonnull
#define	__weak			__attribute__((__weak__))
#define	__read_mostly
#define	__cacheline_aligned	__aligned(64)
#define	__RENAME(x)		__asm(___STRING(x))
#ifndef __restrict
#define	__restrict		restrict
#endif

#define	__predict_true(e)	__builtin_expect((e) != 0, 1)
#define	__predict_false(e)	__builtin_expect((e) != 0, 0)
#define	__arraycount(a)		(sizeof(a) / sizeof((a)[0]))
#define	__UNCONST(a)		((void *)(unsigned long)(const void *)(a))
#define	__UNVOLATILE(a)		((void *)(unsigned long)(volatile void *)(a))
#define	__BIT(n)		((unsigned long long)1 << (n))
#define	__BITS(m, n)		((__BIT(((m) > (n) ? (m) : (n)) + 1) - 1) ^ \
				 (__BIT((m) < (n) ? (m) : (n)) - 1))
#define	__SHIFTOUT(x, m)	(((x) & (m)) / ((m) & -(m)))
#define	__SHIFTIN(x, m)		((x) * ((m) & -(m)))
#define	__FPTRCAST(t, f)	((t)(void *)(f))
#define	__FALLTHROUGH		__attribute__((__fallthrough__))
#define	__USE(a)		((void)(a))
#define	__type_min(t)		((t)((t)-1 < 0 ? (t)1 << (sizeof(t) * 8 - 1) : 0))

#endif	/* !_SYS_CDEFS_H_ */
