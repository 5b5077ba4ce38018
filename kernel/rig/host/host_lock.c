/*
 * host_lock.c -- mutex(9), rwlock(9), condvar(9) and spl(9) on threads of the
 * host, with the checks that LOCKDEBUG makes.
 *
 * A thread's level is that of its highest spin lock or spl call; above
 * IPL_NONE it may not take an adaptive lock, allocate with KM_SLEEP or pause.
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "include/sys/condvar.h"
#include "include/sys/intr.h"
#include "include/sys/mutex.h"
#include "include/sys/pserialize.h"
#include "include/sys/rwlock.h"
#include "rig_host.h"

#define	MUTEX_MAGIC	0x6d757478
#define	RW_MAGIC	0x72776c6b
#define	CV_MAGIC	0x63766172

extern int hz;

/* Its address is the thread's identity. */
static _Thread_local int thread_ipl;
static _Thread_local int spin_count;	/* spin locks held ... */
static _Thread_local int spin_oldipl;	/* ... and the level before them */

static const void *
self(void)
{
	return &thread_ipl;
}

static void
lock_panic(const char *what, const void *lock)
{
	char buf[160];

	snprintf(buf, sizeof(buf), "%s (lock %p)", what, lock);
	rig_host_abort(buf);
}

int
rig_host_ipl(void)
{
	return thread_ipl;
}

bool
rig_host_may_sleep(void)
{
	return thread_ipl == IPL_NONE && !pserialize_in_read_section();
}

int
splraiseipl_rig(int ipl)
{
	int s = thread_ipl;

	if (ipl > s)
		thread_ipl = ipl;
	return s;
}

void
splx(int s)
{
	if (s > thread_ipl)
		lock_panic("splx raises the level", NULL);
	thread_ipl = s;
}

static pthread_mutex_t *
mutex_host(const kmutex_t *mtx)
{
	if (mtx->km_magic != MUTEX_MAGIC)
		lock_panic("mutex is not initialized", mtx);
	return (pthread_mutex_t *)(void *)(uintptr_t)mtx->km_host;
}

static bool
mutex_is_spin(const kmutex_t *mtx)
{
	return mtx->km_ipl > IPL_SOFTSERIAL;
}

/* MUTEX_DEFAULT spins where its level is above the soft interrupts'. */
void
mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl)
{
	if (type == MUTEX_ADAPTIVE)
		ipl = IPL_NONE;
	else if (type == MUTEX_SPIN && ipl <= IPL_SOFTSERIAL)
		ipl = IPL_HIGH;
	memset(mtx, 0, sizeof(*mtx));
	mtx->km_ipl = ipl;
	mtx->km_magic = MUTEX_MAGIC;
	if (pthread_mutex_init(mutex_host(mtx), NULL) != 0)
		lock_panic("mutex_init", mtx);
}

void
mutex_destroy(kmutex_t *mtx)
{
	pthread_mutex_t *m = mutex_host(mtx);

	if (__atomic_load_n(&mtx->km_owner, __ATOMIC_RELAXED) != NULL)
		lock_panic("mutex_destroy of a held mutex", mtx);
	pthread_mutex_destroy(m);
	mtx->km_magic = 0;
}

int
mutex_owned(const kmutex_t *mtx)
{
	(void)mutex_host(mtx);
	return __atomic_load_n(&mtx->km_owner, __ATOMIC_RELAXED) == self();
}

int
mutex_ownable(const kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		lock_panic("mutex is owned by its taker", mtx);
	return 1;
}

static void
mutex_may_take(const kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		lock_panic("locking against myself", mtx);
	if (mutex_is_spin(mtx))
		return;
	if (thread_ipl > IPL_SOFTSERIAL)
		lock_panic("adaptive mutex below a spin lock", mtx);
	if (pserialize_in_read_section())
		lock_panic("adaptive mutex in a pserialize section", mtx);
}

static void
mutex_taken(kmutex_t *mtx)
{
	__atomic_store_n(&mtx->km_owner, self(), __ATOMIC_RELAXED);
	if (!mutex_is_spin(mtx))
		return;
	if (spin_count++ == 0)
		spin_oldipl = thread_ipl;
	if (mtx->km_ipl > thread_ipl)
		thread_ipl = mtx->km_ipl;
}

void
mutex_enter(kmutex_t *mtx)
{
	mutex_may_take(mtx);
	if (pthread_mutex_lock(mutex_host(mtx)) != 0)
		lock_panic("mutex_enter", mtx);
	mutex_taken(mtx);
}

int
mutex_tryenter(kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		return 0;
	if (pthread_mutex_trylock(mutex_host(mtx)) != 0)
		return 0;
	mutex_taken(mtx);
	return 1;
}

void
mutex_exit(kmutex_t *mtx)
{
	if (!mutex_owned(mtx))
		lock_panic("unlocking what another thread holds", mtx);
	__atomic_store_n(&mtx->km_owner, NULL, __ATOMIC_RELAXED);
	if (pthread_mutex_unlock(mutex_host(mtx)) != 0)
		lock_panic("mutex_exit", mtx);
	/* Spin locks are let go in any order, the level falls with the last. */
	if (mutex_is_spin(mtx) && --spin_count == 0)
		thread_ipl = spin_oldipl;
}

void
mutex_spin_enter(kmutex_t *mtx)
{
	if (!mutex_is_spin(mtx))
		lock_panic("mutex_spin_enter of an adaptive mutex", mtx);
	mutex_enter(mtx);
}

void
mutex_spin_exit(kmutex_t *mtx)
{
	mutex_exit(mtx);
}

kmutex_t *
mutex_obj_alloc(kmutex_type_t type, int ipl)
{
	kmutex_t *mtx = malloc(sizeof(*mtx));

	if (mtx == NULL)
		rig_host_abort("out of memory");
	mutex_init(mtx, type, ipl);
	mtx->km_obj = 1;
	return mtx;
}

void
mutex_obj_hold(kmutex_t *mtx)
{
	__atomic_fetch_add(&mtx->km_obj, 1, __ATOMIC_RELAXED);
}

/* True when that was the last reference. */
bool
mutex_obj_free(kmutex_t *mtx)
{
	if (__atomic_sub_fetch(&mtx->km_obj, 1, __ATOMIC_ACQ_REL) > 0)
		return false;
	mutex_destroy(mtx);
	free(mtx);
	return true;
}

static pthread_rwlock_t *
rw_host(krwlock_t *rw)
{
	if (rw->rw_magic != RW_MAGIC)
		lock_panic("rwlock is not initialized", rw);
	return (pthread_rwlock_t *)(void *)rw->rw_host;
}

void
rw_init(krwlock_t *rw)
{
	memset(rw, 0, sizeof(*rw));
	rw->rw_magic = RW_MAGIC;
	if (pthread_rwlock_init(rw_host(rw), NULL) != 0)
		lock_panic("rw_init", rw);
}

void
rw_destroy(krwlock_t *rw)
{
	pthread_rwlock_t *l = rw_host(rw);

	if (rw_lock_held(rw))
		lock_panic("rw_destroy of a held lock", rw);
	pthread_rwlock_destroy(l);
	rw->rw_magic = 0;
}

static void
rw_taken(krwlock_t *rw, const krw_t op)
{
	if (op == RW_WRITER)
		__atomic_store_n(&rw->rw_owner, self(), __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&rw->rw_readers, 1, __ATOMIC_RELAXED);
}

void
rw_enter(krwlock_t *rw, const krw_t op)
{
	pthread_rwlock_t *l = rw_host(rw);

	if (rw_write_held(rw))
		lock_panic("rwlock: locking against myself", rw);
	if (!rig_host_may_sleep())
		lock_panic("rwlock where sleeping is forbidden", rw);
	if ((op == RW_WRITER ? pthread_rwlock_wrlock(l) :
	    pthread_rwlock_rdlock(l)) != 0)
		lock_panic("rw_enter", rw);
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
		lock_panic("rw_exit of a free lock", rw);
	if (pthread_rwlock_unlock(l) != 0)
		lock_panic("rw_exit", rw);
}

int
rw_write_held(krwlock_t *rw)
{
	return __atomic_load_n(&rw->rw_owner, __ATOMIC_RELAXED) == self();
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

static pthread_cond_t *
cv_host(kcondvar_t *cv)
{
	if (cv->cv_magic != CV_MAGIC)
		lock_panic("condvar is not initialized", cv);
	return (pthread_cond_t *)(void *)cv->cv_host;
}

void
cv_init(kcondvar_t *cv, const char *wmesg)
{
	pthread_condattr_t attr;

	memset(cv, 0, sizeof(*cv));
	cv->cv_wmesg = wmesg;
	cv->cv_magic = CV_MAGIC;
	if (pthread_condattr_init(&attr) != 0 ||
	    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
	    pthread_cond_init(cv_host(cv), &attr) != 0)
		lock_panic("cv_init", cv);
	pthread_condattr_destroy(&attr);
}

void
cv_destroy(kcondvar_t *cv)
{
	pthread_cond_t *c = cv_host(cv);

	if (__atomic_load_n(&cv->cv_waiters, __ATOMIC_RELAXED) != 0)
		lock_panic("cv_destroy with waiters", cv);
	pthread_cond_destroy(c);
	cv->cv_magic = 0;
}

/* Waits TICKS, or for ever where it is 0. */
int
cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int ticks)
{
	pthread_cond_t *c = cv_host(cv);
	struct timespec ts;
	uint64_t ns;
	int error;

	if (!mutex_owned(mtx))
		lock_panic("waiting without the mutex", mtx);
	if (mutex_is_spin(mtx) || !rig_host_may_sleep())
		lock_panic("waiting where sleeping is forbidden", mtx);
	__atomic_store_n(&mtx->km_owner, NULL, __ATOMIC_RELAXED);
	__atomic_fetch_add(&cv->cv_waiters, 1, __ATOMIC_RELAXED);
	if (ticks == 0)
		error = pthread_cond_wait(c, mutex_host(mtx));
	else {
		ns = rig_host_monotonic() +
		    (uint64_t)ticks * (1000000000U / (unsigned int)hz);
		ts.tv_sec = (time_t)(ns / 1000000000U);
		ts.tv_nsec = (long)(ns % 1000000000U);
		error = pthread_cond_timedwait(c, mutex_host(mtx), &ts);
	}
	__atomic_fetch_sub(&cv->cv_waiters, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&mtx->km_owner, self(), __ATOMIC_RELAXED);
	return error == ETIMEDOUT ? EWOULDBLOCK : 0;
}

int
cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int ticks)
{
	return cv_timedwait(cv, mtx, ticks);
}

void
cv_wait(kcondvar_t *cv, kmutex_t *mtx)
{
	(void)cv_timedwait(cv, mtx, 0);
}

int
cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx)
{
	return cv_timedwait(cv, mtx, 0);
}

void
cv_signal(kcondvar_t *cv)
{
	pthread_cond_signal(cv_host(cv));
}

void
cv_broadcast(kcondvar_t *cv)
{
	pthread_cond_broadcast(cv_host(cv));
}
