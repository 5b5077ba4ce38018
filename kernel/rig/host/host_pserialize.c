/*
 * host_pserialize.c -- pserialize(9).
 *
 * Each thread has a record with the epoch in which it entered its outermost
 * section, 0 outside.  A writer starts a new epoch and waits until every
 * record is 0 or new.  The reader's store and the writer's look at it are
 * sequentially consistent, so that either the writer sees the reader, or the
 * reader what the writer had published before.
 */

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

#include "include/sys/intr.h"
#include "include/sys/pserialize.h"
#include "include/sys/xcall.h"
#include "rig_host.h"

struct pserialize {
	int	unused;
};

struct reader {
	uint64_t	epoch;		/* atomic; 0: outside */
	struct reader	*next;		/* reader_lock */
} __attribute__((__aligned__(64)));

static pthread_mutex_t reader_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t reader_once = PTHREAD_ONCE_INIT;
static pthread_key_t reader_key;
static struct reader *readers;
static uint64_t epoch_now = 1;

static _Thread_local struct reader *my_reader;
static _Thread_local unsigned int my_nesting;

static void
reader_exit(void *arg)
{
	struct reader *r = arg, **rp;

	if (my_nesting != 0)
		rig_host_abort("thread ends in a pserialize section");
	pthread_mutex_lock(&reader_lock);
	for (rp = &readers; *rp != r; rp = &(*rp)->next)
		continue;
	*rp = r->next;
	pthread_mutex_unlock(&reader_lock);
	my_reader = NULL;
	free(r);
}

static void
reader_setup(void)
{
	if (pthread_key_create(&reader_key, reader_exit) != 0)
		rig_host_abort("no thread key");
}

static struct reader *
reader_new(void)
{
	struct reader *r;

	pthread_once(&reader_once, reader_setup);
	r = aligned_alloc(64, sizeof(*r));
	if (r == NULL || pthread_setspecific(reader_key, r) != 0)
		rig_host_abort("out of memory");
	r->epoch = 0;
	pthread_mutex_lock(&reader_lock);
	r->next = readers;
	readers = r;
	pthread_mutex_unlock(&reader_lock);
	my_reader = r;
	return r;
}

pserialize_t
pserialize_create(void)
{
	pserialize_t psz = malloc(sizeof(*psz));

	if (psz == NULL)
		rig_host_abort("out of memory");
	return psz;
}

void
pserialize_destroy(pserialize_t psz)
{
	free(psz);
}

int
pserialize_read_enter(void)
{
	struct reader *r = my_reader;

	if (r == NULL)
		r = reader_new();
	if (my_nesting++ == 0)
		__atomic_store_n(&r->epoch,
		    __atomic_load_n(&epoch_now, __ATOMIC_ACQUIRE),
		    __ATOMIC_SEQ_CST);
	return splsoftserial();
}

void
pserialize_read_exit(int s)
{
	if (my_nesting == 0)
		rig_host_abort("pserialize_read_exit outside a section");
	splx(s);
	if (--my_nesting == 0)
		__atomic_store_n(&my_reader->epoch, 0, __ATOMIC_RELEASE);
}

bool
pserialize_in_read_section(void)
{
	return my_nesting != 0;
}

bool
pserialize_not_in_read_section(void)
{
	return my_nesting == 0;
}

static void
wait_for_readers(void)
{
	struct reader *r;
	uint64_t epoch, seen;

	if (!rig_host_may_sleep())
		rig_host_abort("waiting for readers where sleeping is forbidden");
	epoch = __atomic_add_fetch(&epoch_now, 1, __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&reader_lock);
	for (r = readers; r != NULL; r = r->next) {
		while ((seen = __atomic_load_n(&r->epoch,
		    __ATOMIC_SEQ_CST)) != 0 && seen < epoch)
			sched_yield();
	}
	pthread_mutex_unlock(&reader_lock);
}

void
pserialize_perform(pserialize_t psz)
{
	(void)psz;
	wait_for_readers();
}

void
xc_barrier(unsigned int flags)
{
	(void)flags;
	wait_for_readers();
}
