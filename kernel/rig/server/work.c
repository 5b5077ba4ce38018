/*
 * work.c -- threads that answer requests: as many as there is to do at once,
 * up to a limit; they stay for the next.
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "server/server.h"

#define	MAXTHREADS	32

struct queue {
	struct work	*head, **tail;
};

static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_cv = PTHREAD_COND_INITIALIZER;
static struct queue asked = { NULL, &asked.head };
static struct queue answered = { NULL, &answered.head };
static unsigned int nasked;	/* in the queue */
static unsigned int nthreads, nidle;
static bool stopping;
static pthread_t threads[MAXTHREADS];

static void
queue_put(struct queue *q, struct work *w)
{
	w->next = NULL;
	*q->tail = w;
	q->tail = &w->next;
}

static struct work *
queue_get(struct queue *q)
{
	struct work *w = q->head;

	if (w != NULL && (q->head = w->next) == NULL)
		q->tail = &q->head;
	return w;
}

/* Who is not in a call is idle, whether it waits or is on its way here. */
static void *
worker(void *arg)
{
	struct work *w;

	(void)arg;
	pthread_mutex_lock(&work_lock);
	for (;;) {
		while ((w = queue_get(&asked)) == NULL && !stopping)
			pthread_cond_wait(&work_cv, &work_lock);
		if (w == NULL)
			break;
		nasked--;
		nidle--;
		pthread_mutex_unlock(&work_lock);
		node_call(w);
		pthread_mutex_lock(&work_lock);
		nidle++;
		queue_put(&answered, w);
		loop_wake();
	}
	pthread_mutex_unlock(&work_lock);
	return NULL;
}

static int
hire(void)
{
	int error = pthread_create(&threads[nthreads], NULL, worker, NULL);

	if (error == 0) {
		nthreads++;
		nidle++;
	}
	return error;
}

/* At least one, so that nothing waits for ever. */
int
work_init(void)
{
	int error;

	pthread_mutex_lock(&work_lock);
	error = hire();
	pthread_mutex_unlock(&work_lock);
	return error;
}

void
work_submit(struct work *w)
{
	pthread_mutex_lock(&work_lock);
	queue_put(&asked, w);
	nasked++;
	/*
	 * One who has been woken and does not run yet is idle as before: he
	 * takes one of what is asked, and each of the rest needs another.
	 */
	if (nasked > nidle && nthreads < MAXTHREADS)
		(void)hire();
	pthread_cond_signal(&work_cv);
	pthread_mutex_unlock(&work_lock);
}

struct work *
work_done(void)
{
	struct work *w;

	pthread_mutex_lock(&work_lock);
	w = queue_get(&answered);
	pthread_mutex_unlock(&work_lock);
	return w;
}

/* Finishes what was begun, then every thread. */
void
work_fini(void)
{
	unsigned int i;

	pthread_mutex_lock(&work_lock);
	stopping = true;
	pthread_cond_broadcast(&work_cv);
	pthread_mutex_unlock(&work_lock);
	for (i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
}
