/*
 * lock_test.c -- the rig's locks: what they guard, and that misuse ends the
 * program.  Worth a run with ThreadSanitizer (make tsan in kernel/rig).
 */

#include <atf-c.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "include/sys/condvar.h"
#include "include/sys/intr.h"
#include "include/sys/mutex.h"
#include "include/sys/pserialize.h"
#include "include/sys/rwlock.h"

#define	THREADS	4
#define	ROUNDS	20000

static kmutex_t mtx;
static kcondvar_t cv;
static krwlock_t rw;
static pserialize_t psz;
static long counter;
static int *published;
static int stop;

static void
in_threads(void *(*fn)(void *))
{
	pthread_t t[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		ATF_REQUIRE_EQ(pthread_create(&t[i], NULL, fn, NULL), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static void *
count_mutex(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		mutex_enter(&mtx);
		counter++;
		mutex_exit(&mtx);
	}
	return arg;
}

ATF_TC_WITHOUT_HEAD(mutex);
ATF_TC_BODY(mutex, tc)
{
	static const int ipls[] = { IPL_NONE, IPL_VM, IPL_SCHED };
	size_t i;

	for (i = 0; i < 3; i++) {
		counter = 0;
		mutex_init(&mtx, MUTEX_DEFAULT, ipls[i]);
		in_threads(count_mutex);
		ATF_CHECK_EQ(counter, THREADS * ROUNDS);
		ATF_CHECK(!mutex_owned(&mtx));
		ATF_CHECK(mutex_tryenter(&mtx));
		ATF_CHECK(mutex_owned(&mtx));
		mutex_exit(&mtx);
		mutex_destroy(&mtx);
	}
}

static void *
count_rw(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS / 4; i++) {
		rw_enter(&rw, RW_WRITER);
		counter++;
		rw_exit(&rw);
		rw_enter(&rw, RW_READER);
		if (counter < 1)
			abort();
		rw_exit(&rw);
	}
	return arg;
}

ATF_TC_WITHOUT_HEAD(rwlock);
ATF_TC_BODY(rwlock, tc)
{
	counter = 0;
	rw_init(&rw);
	in_threads(count_rw);
	ATF_CHECK_EQ(counter, THREADS * (ROUNDS / 4));
	rw_destroy(&rw);
}

static void *
waiter(void *arg)
{
	mutex_enter(&mtx);
	while (counter == 0)
		cv_wait(&cv, &mtx);
	counter++;
	mutex_exit(&mtx);
	return arg;
}

ATF_TC_WITHOUT_HEAD(condvar);
ATF_TC_BODY(condvar, tc)
{
	pthread_t t;

	counter = 0;
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "test");
	pthread_create(&t, NULL, waiter, NULL);
	mutex_enter(&mtx);
	ATF_CHECK(cv_timedwait(&cv, &mtx, 1) != 0);
	counter = 1;
	cv_broadcast(&cv);
	mutex_exit(&mtx);
	pthread_join(t, NULL);
	ATF_CHECK_EQ(counter, 2);
	cv_destroy(&cv);
	mutex_destroy(&mtx);
}

/* What nobody may look at any more is overwritten, and never used again. */
static void *
reader(void *arg)
{
	int s, *p;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		s = pserialize_read_enter();
		p = __atomic_load_n(&published, __ATOMIC_ACQUIRE);
		if (*p != 42)
			abort();
		sched_yield();
		if (*p != 42)
			abort();
		pserialize_read_exit(s);
	}
	return arg;
}

ATF_TC_WITHOUT_HEAD(pserialize);
ATF_TC_BODY(pserialize, tc)
{
	static int objects[501];
	pthread_t t[THREADS];
	int i, *old;

	psz = pserialize_create();
	for (i = 0; i <= 500; i++)
		objects[i] = 42;
	published = &objects[0];
	for (i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, reader, NULL);
	for (i = 1; i <= 500; i++) {
		old = published;
		__atomic_store_n(&published, &objects[i], __ATOMIC_RELEASE);
		pserialize_perform(psz);
		*(volatile int *)old = 0;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	pserialize_destroy(psz);
}

#define	FATAL(name, why, ...)						\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
	static kmutex_t spin;						\
									\
	atf_tc_expect_signal(6, why);					\
	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);			\
	mutex_init(&spin, MUTEX_DEFAULT, IPL_SCHED);			\
	(void)&spin;							\
	__VA_ARGS__;							\
}

static void *
exit_foreign(void *arg)
{
	mutex_exit(&mtx);
	return arg;
}

FATAL(recursion, "locking against myself",
    mutex_enter(&mtx); mutex_enter(&mtx))
FATAL(foreign, "another thread's lock",
    mutex_enter(&mtx); in_threads(exit_foreign))
FATAL(destroy_held, "destroying a held lock",
    mutex_enter(&mtx); mutex_destroy(&mtx))
FATAL(uninitialized, "no mutex_init()",
    memset(&mtx, 0, sizeof(mtx)); mutex_enter(&mtx))
FATAL(sleep_below_spin, "an adaptive mutex below a spin mutex",
    mutex_spin_enter(&spin); mutex_enter(&mtx))
FATAL(sleep_in_section, "an adaptive mutex in a pserialize section",
    (void)pserialize_read_enter(); mutex_enter(&mtx))
FATAL(perform_in_section, "waiting for oneself",
    (void)pserialize_read_enter(); pserialize_perform(NULL))

/* The level is that of the last spin lock, in whatever order they go. */
ATF_TC_WITHOUT_HEAD(levels);
ATF_TC_BODY(levels, tc)
{
	kmutex_t a, b;
	int s;

	mutex_init(&mtx, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&a, MUTEX_DEFAULT, IPL_VM);
	mutex_init(&b, MUTEX_DEFAULT, IPL_SCHED);
	mutex_spin_enter(&a);
	mutex_spin_enter(&b);
	mutex_spin_exit(&a);
	mutex_spin_exit(&b);
	s = splsoftserial();
	splx(s);
	mutex_enter(&mtx);
	mutex_spin_enter(&a);
	mutex_spin_exit(&a);
	mutex_exit(&mtx);
	mutex_destroy(&a);
	mutex_destroy(&b);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, mutex);
	ATF_TP_ADD_TC(tp, rwlock);
	ATF_TP_ADD_TC(tp, condvar);
	ATF_TP_ADD_TC(tp, pserialize);
	ATF_TP_ADD_TC(tp, levels);
	ATF_TP_ADD_TC(tp, recursion);
	ATF_TP_ADD_TC(tp, foreign);
	ATF_TP_ADD_TC(tp, destroy_held);
	ATF_TP_ADD_TC(tp, uninitialized);
	ATF_TP_ADD_TC(tp, sleep_below_spin);
	ATF_TP_ADD_TC(tp, sleep_in_section);
	ATF_TP_ADD_TC(tp, perform_in_section);
	return atf_no_error();
}
