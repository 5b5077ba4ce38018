/* host_rwlock.c -- rwlock(9) on threads of the host. */

#include <pthread.h>
#include <string.h>

#include "include/sys/rwlock.h"
#include "host_lock.h"
#include "rig_host.h"

#define	RW_MAGIC	0x72776c6b

static pthread_rwlock_t *
rw_host(krwlock_t *rw)
{
	if (rw->rw_magic != RW_MAGIC)
		host_lock_panic("rwlock is not initialized", rw);
	return (pthread_rwlock_t *)(void *)rw->rw_host;
}

void
rw_init(krwlock_t *rw)
{
	memset(rw, 0, sizeof(*rw));
	rw->rw_magic = RW_MAGIC;
	if (pthread_rwlock_init(rw_host(rw), NULL) != 0)
		host_lock_panic("rw_init", rw);
}

void
rw_destroy(krwlock_t *rw)
{
	pthread_rwlock_t *l = rw_host(rw);

	if (rw_lock_held(rw))
		host_lock_panic("rw_destroy of a held lock", rw);
	pthread_rwlock_destroy(l);
	rw->rw_magic = 0;
}

static void
rw_taken(krwlock_t *rw, const krw_t op)
{
	if (op == RW_WRITER)
		__atomic_store_n(&rw->rw_owner, host_thread(), __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&rw->rw_readers, 1, __ATOMIC_RELAXED);
}

void
rw_enter(krwlock_t *rw, const krw_t op)
{
	pthread_rwlock_t *l = rw_host(rw);

	if (rw_write_held(rw))
		host_lock_panic("rwlock: locking against myself", rw);
	if (!rig_host_may_sleep())
		host_lock_panic("rwlock where sleeping is forbidden", rw);
	if ((op == RW_WRITER ? pthread_rwlock_wrlock(l) :
	    pthread_rwlock_rdlock(l)) != 0)
		host_lock_panic("rw_enter", rw);
	rw_taken(rw, op);
}

int
rw_tryenter(krwlock_t *rw, const krw_t op)
{
	pthread_rwlock_t *l = rw_host(rw);

	if ((op == RW_WRITER ? pthread_rwlock_trywrlock(l) :
	    pthread_rwlock_tryrdlock(l)) != 0)
		return 0;
	rw_taken(rw, op);
	return 1;
}

void
rw_exit(krwlock_t *rw)
{
	pthread_rwlock_t *l = rw_host(rw);

	if (rw_write_held(rw))
		__atomic_store_n(&rw->rw_owner, NULL, __ATOMIC_RELAXED);
	else if (__atomic_fetch_sub(&rw->rw_readers, 1, __ATOMIC_RELAXED) == 0)
		host_lock_panic("rw_exit of a free lock", rw);
	if (pthread_rwlock_unlock(l) != 0)
		host_lock_panic("rw_exit", rw);
}

int
rw_write_held(krwlock_t *rw)
{
	return __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) == host_thread();
}

/* By some thread: a reader leaves no name, there as here. */
int
rw_read_held(krwlock_t *rw)
{
	return __atomic_load_n(&rw->rw_readers, __ATOMIC_RELAXED) != 0;
}

int
rw_lock_held(krwlock_t *rw)
{
	return rw_write_held(rw) || rw_read_held(rw);
}
