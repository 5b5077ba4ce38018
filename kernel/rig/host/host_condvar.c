/* host_condvar.c -- condvar(9) on threads of the host. */

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "include/sys/condvar.h"
#include "include/sys/mutex.h"
#include "host_lock.h"
#include "rig_host.h"

#define	CV_MAGIC	0x63766172

extern int hz;

static pthread_cond_t *
cv_host(kcondvar_t *cv)
{
	if (cv->cv_magic != CV_MAGIC)
		host_lock_panic("condvar is not initialized", cv);
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
		host_lock_panic("cv_init", cv);
	pthread_condattr_destroy(&attr);
}

void
cv_destroy(kcondvar_t *cv)
{
	pthread_cond_t *c = cv_host(cv);

	if (__atomic_load_n(&cv->cv_waiters, __ATOMIC_RELAXED) != 0)
		host_lock_panic("cv_destroy with waiters", cv);
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
		host_lock_panic("waiting without the mutex", mtx);
	if (host_mutex_spins(mtx) || !rig_host_may_sleep())
		host_lock_panic("waiting where sleeping is forbidden", mtx);
	__atomic_store_n(&mtx->km_owner, NULL, __ATOMIC_RELAXED);
	__atomic_fetch_add(&cv->cv_waiters, 1, __ATOMIC_RELAXED);
	if (ticks == 0)
		error = pthread_cond_wait(c, host_mutex(mtx));
	else {
		ns = rig_host_monotonic() +
		    (uint64_t)ticks * (1000000000U / (unsigned int)hz);
		ts.tv_sec = (time_t)(ns / 1000000000U);
		ts.tv_nsec = (long)(ns % 1000000000U);
		error = pthread_cond_timedwait(c, host_mutex(mtx), &ts);
	}
	__atomic_fetch_sub(&cv->cv_waiters, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&mtx->km_owner, host_thread(), __ATOMIC_RELAXED);
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
