/* loop.c -- the main thread: one poll(2) over everything it talks to. */

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/conn.h"
#include "rig.h"
#include "rig_host.h"

#define	MAXCONNS	1024	/* connections at once ... */
#define	MAXUSER		256	/* ... and of one user other than our own */
#define	STUCK		30	/* seconds for a request to arrive */

static int wake_pipe[2] = { -1, -1 };
static volatile sig_atomic_t stop;
static struct conn *conns;
static unsigned int nconns;

/* May be called by any thread and by a signal handler. */
void
loop_wake(void)
{
	int saved = errno;
	ssize_t n;

	/* A full pipe wakes as well. */
	n = write(wake_pipe[1], "", 1);
	(void)n;
	errno = saved;
}

void
loop_stop(void)
{
	stop = 1;
	if (wake_pipe[1] != -1)
		loop_wake();
}

static unsigned int
user_conns(uid_t uid)
{
	struct conn *c;
	unsigned int n = 0;

	for (c = conns; c != NULL; c = c->next)
		if (c->uid == uid)
			n++;
	return n;
}

static void
accept_all(int listener)
{
	struct conn *c;
	int fd;

	while ((fd = accept4(listener, NULL, NULL,
	    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		c = conn_new(fd);
		if (c == NULL)
			continue;
		if (nconns >= MAXCONNS || (c->uid != geteuid() &&
		    user_conns(c->uid) >= MAXUSER)) {
			rig_host_log(4, "rig: too many connections");
			conn_free(c);
			continue;
		}
		c->next = conns;
		conns = c;
		nconns++;
	}
}

/* A busy one waits for its worker and then goes. */
static void
conn_end(struct conn *c)
{
	struct conn **cp;

	if (c->state == CONN_BUSY) {
		close(c->fd);
		c->fd = -1;
		return;
	}
	for (cp = &conns; *cp != c; cp = &(*cp)->next)
		continue;
	*cp = c->next;
	nconns--;
	conn_free(c);
}

static void
finish_all(void)
{
	struct work *w;
	struct conn *c;

	while ((w = work_done()) != NULL) {
		c = w->conn;
		if (!conn_finish(w)) {
			c->state = CONN_HEAD;
			conn_end(c);
		}
	}
}

static void
drain_pipe(void)
{
	char buf[256];

	while (read(wake_pipe[0], buf, sizeof(buf)) > 0)
		continue;
}

static nfds_t
poll_fill(struct pollfd *pfd, int listener)
{
	struct conn *c;
	nfds_t n = 2;

	pfd[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
	pfd[1] = (struct pollfd){ .fd = wake_pipe[0], .events = POLLIN };
	/* A busy one is asked for nothing but whether it hung up. */
	for (c = conns; c != NULL; c = c->next)
		pfd[n++] = (struct pollfd){ .fd = c->fd, .events = c->events };
	return n;
}

static void
serve_conns(const struct pollfd *pfd)
{
	struct conn *c, *next;
	struct timespec now;

	for (c = conns; c != NULL; c = c->next)
		c->revents = (pfd++)->revents;
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (c = conns; c != NULL; c = next) {
		next = c->next;
		if (c->fd == -1)
			continue;
		if (c->state == CONN_BUSY) {
			if (c->revents & (POLLHUP | POLLERR))
				conn_end(c);
		} else if ((c->revents != 0 && !conn_ready(c)) ||
		    conn_stuck(c, now.tv_sec, STUCK))
			conn_end(c);
	}
}

/* Until loop_stop(); answers 0 or errno. */
int
loop_run(int listener)
{
	static struct pollfd pfd[MAXCONNS + 2];
	nfds_t n;

	if (pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) == -1)
		return errno;
	while (!stop) {
		n = poll_fill(pfd, listener);
		if (poll(pfd, n, STUCK * 1000) == -1) {
			if (errno != EINTR)
				return errno;
			continue;
		}
		if (pfd[1].revents != 0)
			drain_pipe();
		serve_conns(pfd + 2);
		finish_all();
		if (pfd[0].revents != 0)
			accept_all(listener);
	}
	close(listener);
	return 0;
}
