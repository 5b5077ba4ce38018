/*
 * host_mutex.c -- mutex(9) and spl(9) on threads of the host, with the checks
 * that LOCKDEBUG makes.
 *
 * A thread's level is that of its highest spin lock or spl call; above
 * IPL_NONE it may not take an adaptive lock, allocate with KM_SLEEP or pause.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/sys/intr.h"
#include "include/sys/mutex.h"
#include "include/sys/pserialize.h"
#include "host_lock.h"
#include "rig_host.h"

#define	MUTEX_MAGIC	0x6d757478

/* Its address is the thread's identity. */
static _Thread_local int thread_ipl;
static _Thread_local int spin_count;	/* spin locks held ... */
static _Thread_local int spin_oldipl;	/* ... and the level before them */

const void *
host_thread(void)
{
	return &thread_ipl;
}

void
host_lock_panic(const char *what, const void *lock)
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
		host_lock_panic("splx raises the level", NULL);
	thread_ipl = s;
}

pthread_mutex_t *
host_mutex(const kmutex_t *mtx)
{
	if (mtx->km_magic != MUTEX_MAGIC)
		host_lock_panic("mutex is not initialized", mtx);
	return (pthread_mutex_t *)(void *)(uintptr_t)mtx->km_host;
}

bool
host_mutex_spins(const kmutex_t *mtx)
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
	if (pthread_mutex_init(host_mutex(mtx), NULL) != 0)
		host_lock_panic("mutex_init", mtx);
}

void
mutex_destroy(kmutex_t *mtx)
{
	pthread_mutex_t *m = host_mutex(mtx);

	if (__atomic_load_n(&mtx->km_owner, __ATOMIC_RELAXED) != NULL)
		host_lock_panic("mutex_destroy of a held mutex", mtx);
	pthread_mutex_destroy(m);
	mtx->km_magic = 0;
}

int
mutex_owned(const kmutex_t *mtx)
{
	(void)host_mutex(mtx);
	return __atomic_load_n(&mtx->km_owner, __ATOMIC_RELAXED) == host_thread();
}

int
mutex_ownable(const kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		host_lock_panic("mutex is owned by its taker", mtx);
	return 1;
}

static void
mutex_may_take(const kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		host_lock_panic("locking against myself", mtx);
	if (host_mutex_spins(mtx))
		return;
	if (thread_ipl > IPL_SOFTSERIAL)
		host_lock_panic("adaptive mutex below a spin lock", mtx);
	if (pserialize_in_read_section())
		host_lock_panic("adaptive mutex in a pserialize section", mtx);
}

static void
mutex_taken(kmutex_t *mtx)
{
	__atomic_store_n(&mtx->km_owner, host_thread(), __ATOMIC_RELAXED);
	if (!host_mutex_spins(mtx))
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
	if (pthread_mutex_lock(host_mutex(mtx)) != 0)
		host_lock_panic("mutex_enter", mtx);
	mutex_taken(mtx);
}

int
mutex_tryenter(kmutex_t *mtx)
{
	if (mutex_owned(mtx))
		return 0;
	if (pthread_mutex_trylock(host_mutex(mtx)) != 0)
		return 0;
	mutex_taken(mtx);
	return 1;
}

void
mutex_exit(kmutex_t *mtx)
{
	if (!mutex_owned(mtx))
		host_lock_panic("unlocking what another thread holds", mtx);
	__atomic_store_n(&mtx->km_owner, NULL, __ATOMIC_RELAXED);
	if (pthread_mutex_unlock(host_mutex(mtx)) != 0)
		host_lock_panic("mutex_exit", mtx);
	/* Spin locks are let go in any order, the level falls with the last. */
	if (host_mutex_spins(mtx) && --spin_count == 0)
		thread_ipl = spin_oldipl;
}

void
mutex_spin_enter(kmutex_t *mtx)
{
	if (!host_mutex_spins(mtx))
		host_lock_panic("mutex_spin_enter of an adaptive mutex", mtx);
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
