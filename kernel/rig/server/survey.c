/*
 * survey.c -- what the host knows and nobody told us: children of members,
 * and how much time and memory each uses.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/fork.h"
#include "linux/procinfo.h"
#include "server/real.h"
#include "rig_host.h"

/* The process that will wait for H, or has; NULL: not one we know. */
static struct rig_host *
waiter(struct rig_host *h)
{
	struct proc *pp = rig_real_parent(h->proc);
	struct rig_host *parent;

	if (pp == NULL)
		return NULL;
	parent = rig_real_host(pp);
	rig_real_drop(pp);
	return parent != NULL && !parent->gone && parent->pid != 0 ? parent :
	    NULL;
}

static bool
look(struct rig_host *h, struct procinfo *pi)
{
	if (h->pid == 0 || procinfo_read(h->pid, pi) != 0 ||
	    pi->start != h->start)
		return false;
	h->utime = pi->utime;
	h->stime = pi->stime;
	return true;
}

void
real_usage(struct rig_host *h)
{
	struct procinfo pi;

	if (look(h, &pi))
		rig_set_usage(h->proc, pi.utime, pi.stime, pi.rss, pi.vsz);
}

/*
 * H has ended.  As a zombie it tells what it used, and its parent will have
 * that with its own children's when it has waited.  If it has waited already,
 * then what is there beyond what is known of others was the child's.
 */
void
real_last_usage(struct rig_host *h)
{
	struct rig_host *parent = waiter(h);
	struct procinfo pi, up;

	if (look(h, &pi)) {
		if (parent != NULL)
			parent->ctime_seen += pi.utime + pi.stime + pi.ctime;
	} else if (parent != NULL && procinfo_read(parent->pid, &up) == 0 &&
	    up.start == parent->start &&
	    up.ctime > parent->ctime_seen + h->utime + h->stime) {
		h->stime = up.ctime - parent->ctime_seen - h->utime;
		parent->ctime_seen = up.ctime;
	}
	rig_set_usage(h->proc, h->utime, h->stime, 0, 0);
}

static bool
discover_one(pid_t pid, void *arg)
{
	struct rig_host *parent = arg, *h;
	struct procinfo pi;

	h = real_current(pid);
	if (h == NULL && procinfo_read(pid, &pi) == 0 && !real_ended(&pi))
		h = real_adopt(parent, pid, &pi);
	if (h != NULL)
		real_discover(h);
	return true;
}

/* Where somebody enforces, children are known when they are made. */
void
real_discover(struct rig_host *h)
{
	if (h->gone || h->pid == 0)
		return;
	if (h->notify != NULL)
		(void)fork_resolve(h);
	else
		procinfo_children(h->pid, discover_one, h);
}

/* Calls back for each bound process, with real_lock held. */
static void
for_each(void (*fn)(struct rig_host *, void *), void *arg)
{
	struct proc **pp;
	struct rig_host *h;
	size_t i, n;

	pthread_mutex_lock(&real_lock);
	n = rig_real_list(NULL, 0);
	pp = calloc(n + 1, sizeof(*pp));
	if (pp == NULL)
		rig_host_abort("out of memory");
	i = n;
	n = rig_real_list(pp, n);
	if (n > i)
		n = i;
	for (i = 0; i < n; i++) {
		h = rig_real_host(pp[i]);
		if (h != NULL && !h->gone)
			(*fn)(h, arg);
		rig_real_drop(pp[i]);
	}
	pthread_mutex_unlock(&real_lock);
	free(pp);
}

static void
survey_one(struct rig_host *h, void *arg)
{
	if (rig_real_cell(h->proc) == 0)
		return;
	real_discover(h);
	if (*(bool *)arg)
		real_usage(h);
}

void
real_survey(bool usage)
{
	pthread_mutex_lock(&real_lock);
	watch_exits();
	fork_strays();
	pthread_mutex_unlock(&real_lock);
	for_each(survey_one, &usage);
}

static void
kill_one(struct rig_host *h, void *arg)
{
	(void)arg;
	if (h->notify != NULL && h->pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, h->pidfd, SIGKILL, NULL,
		    0);
}

void
real_kill_enforced(void)
{
	pthread_mutex_lock(&real_lock);
	fork_strays();
	pthread_mutex_unlock(&real_lock);
	for_each(kill_one, NULL);
}
