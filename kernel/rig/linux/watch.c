/*
 * watch.c -- the thread that waits for exits of real processes, for kills,
 * and for notifications that were received.
 *
 * Exits are on an epoll(7) of their own, so that whoever depends on counts
 * (a fork that is asked about) can handle those that happened before.
 */

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "fork.h"
#include "notify.h"
#include "receive.h"
#include "server/real.h"
#include "rig_host.h"

#define	BATCH	64

static int exits_fd = -1;	/* pidfds */
static int other_fd = -1;	/* wake_fd, and exits_fd */
static int wake_fd = -1;
static pthread_t watcher;
static bool running;
static bool stopping;		/* atomic */
static bool idle = true;	/* waits for ever; real_lock */

int
watch_add(int fd, uint64_t key)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = key };

	return epoll_ctl((key & WATCH_PID) != 0 ? exits_fd : other_fd, EPOLL_CTL_ADD, fd, &ev) == -1 ? errno : 0;
}

/* From whichever it is in. */
void
watch_remove(int fd)
{
	(void)epoll_ctl(exits_fd, EPOLL_CTL_DEL, fd, NULL);
	(void)epoll_ctl(other_fd, EPOLL_CTL_DEL, fd, NULL);
}

void
watch_wake(void)
{
	uint64_t one = 1;
	ssize_t n = write(wake_fd, &one, sizeof(one));

	(void)n;
}

/* The event may be of a process that has had this number before. */
static void
exit_event(pid_t pid)
{
	struct rig_host *h = real_lookup(pid);
	struct pollfd pfd;

	if (h == NULL)
		return;
	pfd = (struct pollfd){ .fd = h->pidfd, .events = POLLIN };
	if (poll(&pfd, 1, 0) == 1)
		real_gone(h);
}

void
watch_exits(void)
{
	struct epoll_event ev[BATCH];
	int i, n;

	do {
		n = epoll_wait(exits_fd, ev, BATCH, 0);
		for (i = 0; i < n; i++)
			exit_event((pid_t)(uint32_t)ev[i].data.u64);
	} while (n == BATCH);
}

static void
wake_event(void)
{
	uint64_t count;
	ssize_t n = read(wake_fd, &count, sizeof(count));

	(void)n;
}

/* Answers how long to wait for the next at most, in milliseconds. */
static int
round_locked(void)
{
	bool more;
	int patience;

	watch_exits();
	kills_run();
	more = notify_serve();
	patience = fork_poll();
	return more ? 0 : patience;
}

void
watch_now(void)
{
	bool wake = true;
	int patience;

	if (pthread_mutex_trylock(&real_lock) == 0) {
		patience = round_locked();
		wake = patience == 0 || (patience != -1 && idle);
		pthread_mutex_unlock(&real_lock);
	}
	if (wake)
		watch_wake();
}

static int
handle(const struct epoll_event *ev, int n)
{
	int i, patience;

	for (i = 0; i < n; i++)
		if (ev[i].data.u64 == WATCH_WAKE)
			wake_event();
	pthread_mutex_lock(&real_lock);
	patience = round_locked();
	idle = patience == -1;
	pthread_mutex_unlock(&real_lock);
	return patience;
}

static void *
watch_main(void *arg)
{
	struct epoll_event ev[BATCH];
	int n, patience = -1;

	(void)arg;
	while (!__atomic_load_n(&stopping, __ATOMIC_RELAXED)) {
		n = epoll_wait(other_fd, ev, BATCH, patience);
		if (n >= 0)
			patience = handle(ev, n);
	}
	return NULL;
}

int
watch_init(void)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = WATCH_PID };
	int error;

	exits_fd = epoll_create1(EPOLL_CLOEXEC);
	other_fd = epoll_create1(EPOLL_CLOEXEC);
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (exits_fd == -1 || other_fd == -1 || wake_fd == -1 ||
	    epoll_ctl(other_fd, EPOLL_CTL_ADD, exits_fd, &ev) == -1)
		return errno;
	error = watch_add(wake_fd, WATCH_WAKE);
	if (error == 0)
		error = pthread_create(&watcher, NULL, watch_main, NULL);
	running = error == 0;
	return error;
}

void
watch_fini(void)
{
	if (!running)
		return;
	receive_fini();
	__atomic_store_n(&stopping, true, __ATOMIC_RELAXED);
	watch_wake();
	pthread_join(watcher, NULL);
}
