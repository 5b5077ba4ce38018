/*
 * receive.c -- see receive.h: the threads that receive.
 *
 * Whoever waits to be received is interrupted by any signal that he catches,
 * and his call fails with EINTR, which fork(2) for one never does (a shell
 * whose last child ends at that moment says that it cannot fork).  Once he
 * is received, only what kills him ends his wait: the filter was installed
 * with SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, seccomp(2).  So receiving
 * waits neither for decisions nor for real_lock: who has received decides
 * only where nobody else is at it, and another receives meanwhile.
 *
 * A listener is one thread's from its event until it is armed again.  An
 * inbox is touched here until it is closed, and given away by its owner only
 * after that.
 */

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "receive.h"
#include "rig_host.h"
#include "server/real.h"

#define	THREADS	2

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* of inboxes */
static size_t length;		/* of a notification */
static int inboxes_fd = -1;	/* epoll(7): of listeners, and stop_fd */
static int stop_fd = -1;
static pthread_t receivers[THREADS];
static bool running;

static void
put(struct inbox *in, struct received *r)
{
	pthread_mutex_lock(&lock);
	if (r == NULL)
		in->closed = true;
	else {
		*in->tail = r;
		in->tail = &r->next;
	}
	pthread_mutex_unlock(&lock);
}

/*
 * What is there does not go without being counted, so this does not block;
 * ENOENT: the caller was killed, or interrupted, meanwhile.
 */
static void
receive_one(struct inbox *in)
{
	struct received *r = calloc(1, offsetof(struct received, req) + length);

	if (r == NULL)
		rig_host_abort("out of memory");
	if (ioctl(in->fd, SECCOMP_IOCTL_NOTIF_RECV, &r->req) == 0)
		put(in, r);
	else
		free(r);
}

static int
arm(struct inbox *in, int op)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLONESHOT, .data.ptr = in
	};

	return epoll_ctl(inboxes_fd, op, in->fd, &ev) == -1 ? errno : 0;
}

static void
receive_event(const struct epoll_event *ev)
{
	struct inbox *in = ev->data.ptr;

	if ((ev->events & EPOLLIN) == 0) {
		(void)epoll_ctl(inboxes_fd, EPOLL_CTL_DEL, in->fd, NULL);
		put(in, NULL);
		return;
	}
	receive_one(in);
	if (arm(in, EPOLL_CTL_MOD) != 0)
		rig_host_abort("a listener cannot be watched");
}

static void *
receive_main(void *arg)
{
	struct epoll_event ev;

	(void)arg;
	for (;;) {
		if (epoll_wait(inboxes_fd, &ev, 1, -1) != 1)
			continue;
		if (ev.data.ptr == NULL)
			return NULL;
		receive_event(&ev);
		watch_now();
	}
}

int
receive_init(size_t size)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
	int error, i;

	if (running)
		return 0;
	length = size;
	inboxes_fd = epoll_create1(EPOLL_CLOEXEC);
	stop_fd = eventfd(0, EFD_CLOEXEC);
	if (inboxes_fd == -1 || stop_fd == -1 ||
	    epoll_ctl(inboxes_fd, EPOLL_CTL_ADD, stop_fd, &ev) == -1)
		return errno;
	for (i = 0; i < THREADS; i++) {
		error = pthread_create(&receivers[i], NULL, receive_main, NULL);
		if (error != 0)
			rig_host_abort("no thread to receive");
	}
	running = true;
	return 0;
}

void
receive_fini(void)
{
	uint64_t one = 1;
	int i;

	if (!running)
		return;
	if (write(stop_fd, &one, sizeof(one)) != sizeof(one))
		rig_host_abort("the receivers cannot be stopped");
	for (i = 0; i < THREADS; i++)
		pthread_join(receivers[i], NULL);
	running = false;
}

int
receive_add(struct inbox *in, int fd)
{
	in->fd = fd;
	in->closed = false;
	in->head = NULL;
	in->tail = &in->head;
	return arm(in, EPOLL_CTL_ADD);
}

struct received *
receive_take(struct inbox *in, bool *closed)
{
	struct received *r;

	pthread_mutex_lock(&lock);
	*closed = in->closed;
	r = in->head;
	if (r != NULL && (in->head = r->next) == NULL)
		in->tail = &in->head;
	pthread_mutex_unlock(&lock);
	return r;
}
