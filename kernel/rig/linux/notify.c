/*
 * notify.c -- see notify.h and traps.h: the way of one notification, once
 * receive.c has it.
 *
 * A listener belongs to the filter that one member installed, so whoever
 * asks on it is that member or comes from it: membership is not a matter of
 * what a process says.
 */

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trapfilter.h"
#include "fork.h"
#include "mark.h"
#include "notify.h"
#include "receive.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

#define	ATONCE	16		/* notifications of one listener in a row */

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define	SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	(1UL << 0)
#define	SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#endif

static struct notify *listeners;
static uint32_t last_number;
static struct seccomp_notif_sizes sizes;
static struct seccomp_notif_resp *resp;		/* real_lock */

static int
buffers(void)
{
	if (resp != NULL)
		return 0;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == -1)
		return errno;
	if (sizes.seccomp_notif < sizeof(struct seccomp_notif))
		sizes.seccomp_notif = sizeof(struct seccomp_notif);
	if (sizes.seccomp_notif_resp < sizeof(*resp))
		sizes.seccomp_notif_resp = sizeof(*resp);
	resp = malloc(sizes.seccomp_notif_resp);
	return resp == NULL ? ENOMEM : 0;
}

/* In a process that is thrown away: install a filter that asks. */
static int
try_listener(void)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { .len = 1, .filter = &all };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog) == -1)
		return 1;
	return 0;
}

bool
notify_available(const char **why)
{
	uint32_t action = SECCOMP_RET_USER_NOTIF;
	int status;
	pid_t pid;

	*why = "this kernel has no seccomp notification";
	if (buffers() != 0 || syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL,
	    0, &action) == -1)
		return false;
	*why = "filters cannot be installed here";
	pid = fork();
	if (pid == 0)
		_exit(try_listener());
	return pid != -1 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
is_listener(int fd)
{
	char path[64], name[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, name, sizeof(name) - 1);
	if (n == -1)
		return false;
	name[n] = '\0';
	return strcmp(name, "anon_inode:seccomp notify") == 0;
}

int
notify_add(struct rig_host *h, int fd)
{
	struct notify *n;
	int error = 0;

	n = calloc(1, sizeof(*n));
	if (n == NULL)
		error = ENOMEM;
	else if (!is_listener(fd))
		error = EINVAL;
	else if ((n->cell = rig_real_cell(h->proc)) == 0)
		error = EPERM;
	else if (h->notify != NULL)
		error = EBUSY;
	if (error == 0)
		error = receive_init(sizes.seccomp_notif);
	if (error == 0)
		error = receive_add(&n->inbox, fd);
	if (error == 0) {
		n->fd = fd;
		n->number = ++last_number;
		n->marked = mark_put(h->pid, n->number);
	}
	if (error != 0) {
		close(fd);
		free(n);
		return error;
	}
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, 0);
	n->next = listeners;
	listeners = n;
	h->notify = n;
	n->hosts = 1;
	return 0;
}

void
notify_hold(struct notify *n)
{
	n->hosts++;
}

/* notify_serve() gives it away, should it have been the last. */
void
notify_drop(struct notify *n)
{
	n->hosts--;
}

/* The last process under the filter is gone. */
static void
notify_close(struct notify *n)
{
	close(n->fd);
	n->fd = -1;
}

bool
notify_valid(int fd, uint64_t id)
{
	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static void
answer(const struct trap *t, int what)
{
	memset(resp, 0, sizes.seccomp_notif_resp);
	resp->id = t->req->id;
	if (what == TRAP_CONTINUE)
		resp->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (what == 0)
		resp->val = t->value;
	else
		resp->error = -what;
	/* ENOENT: the caller was killed meanwhile. */
	if (ioctl(t->listener, SECCOMP_IOCTL_NOTIF_SEND, resp) == -1 &&
	    errno != ENOENT)
		rig_host_log(4, "rig: an answer was not taken");
}

static int
decide(struct trap *t)
{
	const struct trapdef *d = trap_find(t->req->data.nr);
	struct rig_acting a;
	int what;

	if (d == NULL)
		return ENOSYS;
	a = rig_real_act(t->h->proc);
	what = d->fn != NULL ? (*d->fn)(t) :
	    trap_ask(t, d->scope, d->action, d->request, EPERM);
	rig_real_act_end(a);
	return what;
}

static void
serve(struct notify *n, const struct seccomp_notif *req)
{
	struct trap t = { .req = req, .listener = n->fd, .tid = (pid_t)req->pid };
	int what;

	/* Who exited before this was asked is not to be counted. */
	watch_exits();
	/* Killed while it was waiting: the number may be another's by now. */
	if (!notify_valid(n->fd, req->id))
		return;
	t.h = fork_caller(n, t.tid);
	what = t.h != NULL ? decide(&t) : EPERM;
	if (!t.sent)
		answer(&t, what);
}

bool
notify_any(void)
{
	return listeners != NULL;
}

struct notify *
notify_find(uint32_t number)
{
	struct notify *n;

	for (n = listeners; n != NULL; n = n->next)
		if (n->number == number)
			return n;
	return NULL;
}

/* Are there more than a few of this listener, so that others are not next? */
static bool
serve_some(struct notify *n)
{
	struct received *r;
	bool closed = false;
	int i;

	for (i = 0; i < ATONCE; i++) {
		r = receive_take(&n->inbox, &closed);
		if (r == NULL)
			break;
		serve(n, &r->req);
		free(r);
	}
	if (i < ATONCE && closed)
		notify_close(n);
	return i == ATONCE;
}

bool
notify_serve(void)
{
	struct notify **np = &listeners, *n;
	bool more = false;

	while ((n = *np) != NULL) {
		if (n->fd != -1 && serve_some(n))
			more = true;
		if (n->fd == -1 && n->hosts == 0) {
			*np = n->next;
			free(n);
		} else
			np = &n->next;
	}
	return more;
}
