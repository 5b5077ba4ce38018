/*
 * work_test.c -- the rig's worker threads: a request does not wait behind one
 * that waits itself.  The file under test is included, since what it calls
 * is here.
 */

#include <atf-c.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "server/work.c"

#define	PATIENCE	60	/* seconds; an answer takes microseconds */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static unsigned int begun, together, woken;

/* Waits until so many calls are under way at once. */
void
node_call(struct work *w)
{
	struct timespec late;
	int error = 0;

	clock_gettime(CLOCK_REALTIME, &late);
	late.tv_sec += PATIENCE;
	pthread_mutex_lock(&lock);
	begun++;
	pthread_cond_broadcast(&cv);
	while (begun < together && error == 0)
		error = pthread_cond_timedwait(&cv, &lock, &late);
	pthread_mutex_unlock(&lock);
	w->error = error;
}

void
loop_wake(void)
{
	pthread_mutex_lock(&lock);
	woken++;
	pthread_cond_broadcast(&cv);
	pthread_mutex_unlock(&lock);
}

/* N requests in a row, each of which ends when all are under way. */
static void
round_of(struct work *w, unsigned int n)
{
	unsigned int i;

	begun = woken = 0;
	together = n;
	memset(w, 0, n * sizeof(*w));
	for (i = 0; i < n; i++)
		work_submit(&w[i]);
	pthread_mutex_lock(&lock);
	while (woken < n)
		pthread_cond_wait(&cv, &lock);
	pthread_mutex_unlock(&lock);
	for (i = 0; i < n; i++) {
		ATF_REQUIRE(work_done() != NULL);
		ATF_REQUIRE_EQ_MSG(w[i].error, 0, "%u of %u began", begun, n);
	}
	ATF_REQUIRE(work_done() == NULL);
}

ATF_TC_WITHOUT_HEAD(nobody_waits_behind_another);
ATF_TC_BODY(nobody_waits_behind_another, tc)
{
	struct work w[MAXTHREADS];
	unsigned int i, n;

	ATF_REQUIRE_EQ(work_init(), 0);
	/* With one more each time, and again with the threads there are. */
	for (n = 1; n <= MAXTHREADS; n++)
		for (i = 0; i < 10; i++)
			round_of(w, n);
	ATF_CHECK_EQ(nthreads, MAXTHREADS);
	work_fini();
	ATF_CHECK_EQ(nidle, MAXTHREADS);
	ATF_CHECK_EQ(nasked, 0);
}

/* Nobody is hired for what those who are there can do. */
ATF_TC_WITHOUT_HEAD(one_at_a_time_needs_one);
ATF_TC_BODY(one_at_a_time_needs_one, tc)
{
	struct work w;
	unsigned int i;

	ATF_REQUIRE_EQ(work_init(), 0);
	for (i = 0; i < 1000; i++)
		round_of(&w, 1);
	ATF_CHECK_EQ(nthreads, 1);
	work_fini();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, nobody_waits_behind_another);
	ATF_TP_ADD_TC(tp, one_at_a_time_needs_one);
	return atf_no_error();
}
