/*
 * sys/atomic.h -- atomic_ops(3), atomic_loadstore(9) and membar_ops(3).
 *
 * Read-modify-write operations order like a lock here, which is stronger than
 * NetBSD promises: ThreadSanitizer does not know fences, and finds missing
 * ones only where an operation itself would have had to order.
 */

#ifndef _SYS_ATOMIC_H_
#define	_SYS_ATOMIC_H_

#include <sys/types.h>

#define	RIG_ATOMIC(sfx, type)						\
static inline void							\
atomic_add_##sfx(volatile type *p, long v)				\
{									\
	(void)__atomic_fetch_add(p, (type)v, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_add_##sfx##_nv(volatile type *p, long v)				\
{									\
	return __atomic_add_fetch(p, (type)v, __ATOMIC_ACQ_REL);	\
}									\
static inline type							\
atomic_cas_##sfx(volatile type *p, type o, type n)			\
{									\
	(void)__atomic_compare_exchange_n(p, &o, n, false,		\
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);			\
	return o;							\
}									\
static inline void							\
atomic_dec_##sfx(volatile type *p)					\
{									\
	(void)__atomic_fetch_sub(p, 1, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_dec_##sfx##_nv(volatile type *p)					\
{									\
	return __atomic_sub_fetch(p, 1, __ATOMIC_ACQ_REL);		\
}									\
static inline void							\
atomic_inc_##sfx(volatile type *p)					\
{									\
	(void)__atomic_fetch_add(p, 1, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_inc_##sfx##_nv(volatile type *p)					\
{									\
	return __atomic_add_fetch(p, 1, __ATOMIC_ACQ_REL);		\
}									\
static inline void							\
atomic_or_##sfx(volatile type *p, type v)				\
{									\
	(void)__atomic_fetch_or(p, v, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_or_##sfx##_nv(volatile type *p, type v)				\
{									\
	return __atomic_or_fetch(p, v, __ATOMIC_ACQ_REL);		\
}									\
static inline void							\
atomic_and_##sfx(volatile type *p, type v)				\
{									\
	(void)__atomic_fetch_and(p, v, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_and_##sfx##_nv(volatile type *p, type v)				\
{									\
	return __atomic_and_fetch(p, v, __ATOMIC_ACQ_REL);		\
}									\
static inline type							\
atomic_swap_##sfx(volatile type *p, type v)				\
{									\
	return __atomic_exchange_n(p, v, __ATOMIC_ACQ_REL);		\
}

RIG_ATOMIC(uint, unsigned int)
RIG_ATOMIC(ulong, unsigned long)
RIG_ATOMIC(32, uint32_t)
RIG_ATOMIC(64, uint64_t)
#undef RIG_ATOMIC

#define	atomic_add_int(p, v)	atomic_add_uint((volatile u_int *)(p), (v))
#define	atomic_add_long(p, v)	atomic_add_ulong((p), (v))
#define	atomic_add_long_nv(p, v) atomic_add_ulong_nv((p), (v))

static inline void *
atomic_cas_ptr(volatile void *p, void *o, void *n)
{
	(void)__atomic_compare_exchange_n((void *volatile *)p, &o, n, false,
	    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	return o;
}

static inline void *
atomic_swap_ptr(volatile void *p, void *n)
{
	return __atomic_exchange_n((void *volatile *)p, n, __ATOMIC_ACQ_REL);
}

#define	atomic_load_relaxed(p)		__atomic_load_n((p), __ATOMIC_RELAXED)
#define	atomic_load_acquire(p)		__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_load_consume(p)		__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define	atomic_store_relaxed(p, v)	\
	__atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define	atomic_store_release(p, v)	\
	__atomic_store_n((p), (v), __ATOMIC_RELEASE)

#ifdef __SANITIZE_THREAD__
#define	RIG_FENCE(order)	((void)0)
#else
#define	RIG_FENCE(order)	__atomic_thread_fence(order)
#endif
#define	membar_acquire()	RIG_FENCE(__ATOMIC_ACQUIRE)
#define	membar_release()	RIG_FENCE(__ATOMIC_RELEASE)
#define	membar_producer()	RIG_FENCE(__ATOMIC_RELEASE)
#define	membar_consumer()	RIG_FENCE(__ATOMIC_ACQUIRE)
#define	membar_sync()		RIG_FENCE(__ATOMIC_SEQ_CST)
#define	membar_datadep_consumer()	((void)0)

#endif	/* !_SYS_ATOMIC_H_ */
