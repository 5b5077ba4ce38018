/*
 * conn.c -- requests in, replies out, never blocking.
 *
 * A request that cannot be right (magic, protocol, lengths) is answered with
 * an error and ends the connection; one that is merely too large for any
 * node is read past.
 */

#include <sys/socket.h>
#include <sys/uio.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/conn.h"

/* No node takes a new value that is larger. */
#define	MAXNEW		(64U << 10)

struct conn *
conn_new(int fd)
{
	struct ucred uc;
	socklen_t len = sizeof(uc);
	struct conn *c;

	/* Number 0: a process that our namespace does not show. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &len) == -1 ||
	    uc.pid <= 0 || (c = calloc(1, sizeof(*c))) == NULL) {
		close(fd);
		return NULL;
	}
	c->fd = fd;
	c->pid = uc.pid;
	c->uid = uc.uid;
	c->events = POLLIN;
	return c;
}

static void
work_free(struct work *w)
{
	if (w == NULL)
		return;
	if (w->fd != -1)
		close(w->fd);
	free(w->new);
	free(w->old);
	free(w);
}

void
conn_free(struct conn *c)
{
	if (c->fd != -1)
		close(c->fd);
	work_free(c->work);
	free(c);
}

/* recvmsg(2) that keeps one descriptor, if one comes along. */
static ssize_t
conn_recv(struct conn *c, void *buf, size_t len)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(8 * sizeof(int))];
	} ctl;
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = ctl.buf, .msg_controllen = sizeof(ctl.buf)
	};
	struct cmsghdr *cm;
	ssize_t n;
	size_t i;
	int fd;

	n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1)
		return -1;
	for (cm = CMSG_FIRSTHDR(&msg); cm != NULL; cm = CMSG_NXTHDR(&msg, cm)) {
		if (cm->cmsg_level != SOL_SOCKET ||
		    cm->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < (cm->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		    i++) {
			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(fd), sizeof(fd));
			if (c->work != NULL && c->work->fd == -1)
				c->work->fd = fd;
			else
				close(fd);
		}
	}
	return n;
}

static void
reply_begin(struct conn *c, int error)
{
	struct work *w = c->work;

	memset(&c->reply, 0, sizeof(c->reply));
	c->reply.rp_magic = RIG_MAGIC;
	c->reply.rp_error = error;
	if (w != NULL) {
		c->reply.rp_oldlen = w->oldlen;
		c->reply.rp_needed = w->needed;
	}
	c->got = 0;
	c->state = CONN_REPLY;
	c->events = POLLOUT;
}

static void
request_submit(struct conn *c)
{
	struct work *w = c->work;

	w->conn = c;
	memcpy(w->node, c->req.rq_node, sizeof(w->node));
	w->pid = c->pid;
	w->oldroom = c->req.rq_oldlen;
	w->newlen = c->req.rq_newlen;
	c->state = CONN_BUSY;
	c->events = 0;
	work_submit(w);
}

/* The head is here: is it one, and what follows? */
static bool
request_head(struct conn *c)
{
	const struct rig_request *rq = &c->req;

	if (rq->rq_magic != RIG_MAGIC || rq->rq_proto != RIG_PROTO ||
	    memchr(rq->rq_node, '\0', sizeof(rq->rq_node)) == NULL ||
	    rq->rq_oldlen > RIG_MAXDATA || rq->rq_newlen > RIG_MAXDATA)
		return false;
	c->got = 0;
	if (rq->rq_newlen == 0) {
		request_submit(c);
	} else if (rq->rq_newlen > MAXNEW) {
		c->state = CONN_SKIP;
	} else {
		c->work->new = malloc(rq->rq_newlen);
		if (c->work->new == NULL)
			return false;
		c->state = CONN_BODY;
	}
	return true;
}

static time_t
monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* 1: went on; 0: nothing to read now; -1: over. */
static int
conn_read(struct conn *c)
{
	char waste[4096], *buf;
	size_t want;
	ssize_t n;

	if (c->work == NULL) {
		c->work = calloc(1, sizeof(*c->work));
		if (c->work == NULL)
			return -1;
		c->work->fd = -1;
	}
	switch (c->state) {
	case CONN_HEAD:
		buf = (char *)&c->req + c->got;
		want = sizeof(c->req) - c->got;
		break;
	case CONN_BODY:
		buf = (char *)c->work->new + c->got;
		want = c->req.rq_newlen - c->got;
		break;
	default:
		buf = waste;
		want = c->req.rq_newlen - c->got;
		if (want > sizeof(waste))
			want = sizeof(waste);
		break;
	}
	n = conn_recv(c, buf, want);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (n == 0)
		return -1;
	if (c->since == 0)
		c->since = monotonic();
	c->got += (size_t)n;
	if (c->state == CONN_HEAD && c->got == sizeof(c->req)) {
		if (!request_head(c)) {
			c->req.rq_magic = 0;
			reply_begin(c, EINVAL);
		}
	} else if (c->state == CONN_BODY && c->got == c->req.rq_newlen)
		request_submit(c);
	else if (c->state == CONN_SKIP && c->got == c->req.rq_newlen)
		reply_begin(c, EINVAL);
	return 1;
}

static int
conn_write(struct conn *c)
{
	struct work *w = c->work;
	struct iovec iov[2];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t head = sizeof(c->reply), skip;
	ssize_t n;

	skip = c->got < head ? c->got : head;
	iov[0].iov_base = (char *)&c->reply + skip;
	iov[0].iov_len = head - skip;
	skip = c->got - skip;
	iov[1].iov_base = w->old != NULL ? (char *)w->old + skip : NULL;
	iov[1].iov_len = c->reply.rp_oldlen - skip;
	n = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	c->got += (size_t)n;
	if (c->got < head + c->reply.rp_oldlen)
		return 1;
	/* A request that made no sense leaves none to continue with. */
	if (c->req.rq_magic != RIG_MAGIC)
		return -1;
	work_free(w);
	c->work = NULL;
	c->got = 0;
	c->since = 0;
	c->state = CONN_HEAD;
	c->events = POLLIN;
	return 1;
}

bool
conn_ready(struct conn *c)
{
	int more = 1;

	while (more > 0 && c->state != CONN_BUSY)
		more = c->state == CONN_REPLY ? conn_write(c) : conn_read(c);
	return more >= 0;
}

bool
conn_finish(struct work *w)
{
	struct conn *c = w->conn;

	if (c->fd == -1)
		return false;
	reply_begin(c, w->error);
	return conn_ready(c);
}

bool
conn_stuck(const struct conn *c, time_t now, int seconds)
{
	return c->since != 0 && c->state != CONN_BUSY &&
	    now - c->since > seconds;
}
