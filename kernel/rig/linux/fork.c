/* fork.c -- see fork.h. */

#include <sys/syscall.h>
#include <linux/sched.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/cell.h>

#include "fork.h"
#include "include/sys/kauth.h"
#include "mark.h"
#include "notify.h"
#include "procinfo.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

#define	PATIENCE	2000		/* milliseconds for a child to show up */
#define	POLL_MS		2
#define	SCAN_MS		50		/* all of /proc, for those without parent */

static struct rig_host *pending;	/* by fork_next; few, and not for long */
static uint64_t last_scan;		/* milliseconds */

static uint64_t
now_ms(void)
{
	return rig_host_monotonic() / 1000000;
}

/* Ticks since the host booted: what start times are in. */
static uint64_t
now_tick(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * (uint64_t)sysconf(_SC_CLK_TCK) +
	    (uint64_t)ts.tv_nsec * (uint64_t)sysconf(_SC_CLK_TCK) / 1000000000;
}

static void
pending_remove(struct rig_host *c)
{
	struct rig_host **cp;

	for (cp = &pending; *cp != NULL; cp = &(*cp)->fork_next)
		if (*cp == c) {
			*cp = c->fork_next;
			return;
		}
}

/* One of PARENT (NULL: gone) under N (NULL: any), by TID (0: any). */
static struct rig_host *
pending_find(const struct rig_host *parent, const struct notify *n, pid_t tid)
{
	struct rig_host *c;

	for (c = pending; c != NULL; c = c->fork_next)
		if (c->fork_parent == parent && (n == NULL || c->notify == n) &&
		    (tid == 0 || c->fork_tid == tid))
			return c;
	return NULL;
}

/* It never was: the fork failed, or it ended without a trace. */
static void
pending_gone(struct rig_host *c)
{
	pending_remove(c);
	real_gone(c);
}

/* It is this process; NULL: which is gone again. */
static struct rig_host *
pending_is(struct rig_host *c, const struct procinfo *pi)
{
	pending_remove(c);
	if (real_bind(c, pi) != 0) {
		real_gone(c);
		return NULL;
	}
	rig_real_bind(c->proc, c->pid, c);
	real_refresh(c);
	return c;
}

/* fork(2), vfork(2), and clone(2) of a process. */
int
trap_fork(struct trap *t)
{
	struct rig_host *c;
	dev_t dev;
	ino_t ino;

	/* Into a namespace of its own: as unshare(2). */
	if (t->req->data.nr == SYS_clone &&
	    (trap_arg(t, 0) & TRAP_NEWNS) != 0 &&
	    trap_ask(t, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, EPERM) != TRAP_CONTINUE)
		return EPERM;
	c = real_alloc();
	if (rig_real_fork(t->h->proc, true, 0, c, &c->proc) != 0) {
		real_free(c);
		return EAGAIN;
	}
	c->notify = t->h->notify;
	notify_hold(c->notify);
	c->fork_parent = t->h;
	c->fork_tid = t->tid;
	c->fork_since = now_ms();
	c->fork_tick = now_tick();
	if (procinfo_root(t->h->pid, &dev, &ino)) {
		c->fork_root[0] = dev;
		c->fork_root[1] = ino;
	}
	c->fork_next = pending;
	pending = c;
	return TRAP_CONTINUE;
}

/* The last moment in which its children are its own. */
int
trap_exit(struct trap *t)
{
	(void)fork_resolve(t->h);
	return TRAP_CONTINUE;
}

static bool
resolve_one(pid_t pid, void *arg)
{
	struct rig_host *h = arg, *c;
	struct procinfo pi;

	if (real_lookup(pid) != NULL || procinfo_read(pid, &pi) != 0 ||
	    real_ended(&pi))
		return true;
	c = pending_find(h, NULL, 0);
	if (c != NULL)
		(void)pending_is(c, &pi);
	return pending_find(h, NULL, 0) != NULL;
}

bool
fork_resolve(struct rig_host *h)
{
	if (pending_find(h, NULL, 0) == NULL)
		return true;
	procinfo_children(h->pid, resolve_one, h);
	return pending_find(h, NULL, 0) == NULL;
}

/*
 * Could this be a child whose parent has ended?  Where processes could not be
 * marked it goes by what is inherited and hard to change.
 */
static bool
looks_like(const struct rig_host *c, const struct procinfo *pi)
{
	struct procstatus ps;
	dev_t dev;
	ino_t ino;

	if (pi->start < c->fork_tick || pi->start > now_tick())
		return false;
	if (c->notify->marked)
		return mark_of(pi->pid) == c->notify->number;
	return procinfo_status(pi->pid, &ps) == 0 && ps.filtered &&
	    procinfo_root(pi->pid, &dev, &ino) && dev == c->fork_root[0] &&
	    ino == c->fork_root[1];
}

struct rig_host *
fork_claim(const struct procinfo *pi)
{
	struct rig_host *parent = real_lookup(pi->ppid), *c;

	if (real_ended(pi))
		return NULL;
	if (parent != NULL && (c = pending_find(parent, NULL, 0)) != NULL)
		return pending_is(c, pi);
	for (c = pending; c != NULL; c = c->fork_next)
		if (c->fork_parent == NULL && looks_like(c, pi))
			return pending_is(c, pi);
	return NULL;
}

static bool
scan_one(pid_t pid, void *arg)
{
	struct procinfo pi;

	(void)arg;
	if (real_lookup(pid) == NULL && procinfo_read(pid, &pi) == 0)
		(void)fork_claim(&pi);
	return pending_find(NULL, NULL, 0) != NULL;
}

static void
scan(void)
{
	last_scan = now_ms();
	procinfo_all(scan_one, NULL);
}

void
fork_look(struct rig_host *c)
{
	if (c->fork_parent != NULL)
		(void)fork_resolve(c->fork_parent);
	else
		scan();
}

static struct rig_host *
pending_marked_orphan(void)
{
	struct rig_host *c;

	for (c = pending; c != NULL; c = c->fork_next)
		if (c->fork_parent == NULL && c->notify->marked)
			break;
	return c;
}

void
fork_orphans(struct rig_host *h)
{
	struct rig_host *c;
	bool any = false;

	if (h->pid == 0)
		return;
	for (c = pending; c != NULL; c = c->fork_next)
		if (c->fork_parent == h) {
			c->fork_parent = NULL;
			any = true;
		}
	if (!any)
		return;
	scan();
	/* Whoever ends has made its children, or none: a mark would show. */
	while ((c = pending_marked_orphan()) != NULL)
		pending_gone(c);
}

/* One that this round has not come to yet; looking may change the list. */
static struct rig_host *
next_of_round(unsigned int round)
{
	struct rig_host *c;

	for (c = pending; c != NULL && c->fork_round == round;
	    c = c->fork_next)
		continue;
	if (c != NULL)
		c->fork_round = round;
	return c;
}

/* Then it has not got any further since it asked. */
static bool
stopped(const struct rig_host *parent)
{
	struct procinfo pi;

	return parent != NULL && procinfo_read(parent->pid, &pi) == 0 &&
	    strchr("Tt", pi.state) != NULL;
}

int
fork_poll(void)
{
	static unsigned int round;
	struct rig_host *c;
	uint64_t now = now_ms();

	if (pending == NULL)
		return -1;
	if (pending_find(NULL, NULL, 0) != NULL && now - last_scan >= SCAN_MS)
		scan();
	round++;
	while ((c = next_of_round(round)) != NULL) {
		if (now - c->fork_since > PATIENCE && !stopped(c->fork_parent))
			pending_gone(c);
		else if (c->fork_parent != NULL)
			(void)fork_resolve(c->fork_parent);
	}
	return pending == NULL ? -1 : POLL_MS;
}

struct rig_host *
fork_stranger(const struct procinfo *pi, const struct notify *n)
{
	char buf[120];

	snprintf(buf, sizeof(buf), "rig: cell %u: process %d came from nowhere "
	    "and is killed", n->cell, (int)pi->pid);
	rig_host_log(4, buf);
	(void)kill(pi->pid, SIGKILL);
	return NULL;
}

/*
 * A process that asks for the first time: a child that its parent is known
 * to have, or one whose parent is gone (it may have got another), or one
 * that was given up too early.
 */
static struct rig_host *
newcomer(const struct notify *n, const struct procinfo *pi)
{
	struct rig_host *parent = real_lookup(pi->ppid), *c;
	bool known = parent != NULL && parent->notify == n;

	c = known ? pending_find(parent, n, 0) : NULL;
	if (c == NULL)
		c = pending_find(NULL, n, 0);
	if (c == NULL && known)
		return real_adopt(parent, pi->pid, pi);
	for (parent = pending; c == NULL && parent != NULL;
	    parent = parent->fork_next)
		if (parent->notify == n)
			c = parent;
	return c != NULL ? pending_is(c, pi) : fork_stranger(pi, n);
}

struct rig_host *
fork_caller(struct notify *n, pid_t tid)
{
	struct procstatus ps;
	struct procinfo pi;
	struct rig_host *h, *c;

	if (procinfo_status(tid, &ps) != 0)
		return NULL;
	h = real_lookup(ps.tgid);
	/* Somebody took it for a process of the host. */
	if (h != NULL && h->notify != n) {
		real_gone(h);
		h = NULL;
	}
	if (h == NULL && procinfo_read(ps.tgid, &pi) == 0)
		h = newcomer(n, &pi);
	if (h == NULL)
		return NULL;
	real_follow(h, tid, &ps);
	/* It asks again, so its fork has returned: now or never. */
	if (pending_find(h, NULL, tid) != NULL) {
		(void)fork_resolve(h);
		while ((c = pending_find(h, NULL, tid)) != NULL)
			pending_gone(c);
	}
	return h;
}
