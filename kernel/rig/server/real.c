/* real.c -- see real.h: the table of real processes. */

#include <sys/syscall.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/fork.h"
#include "linux/notify.h"
#include "linux/procinfo.h"
#include "server/real.h"
#include "rig_host.h"

#define	BUCKETS		1024
#define	MAXANCESTORS	64
#define	PIDS		4194304	/* the most there can be */

pthread_mutex_t real_lock = PTHREAD_MUTEX_INITIALIZER;

static struct rig_host *table[BUCKETS];
static unsigned int nhosts;

/* By process number, the start of the last one that was known and ended. */
static uint64_t *ended;
static size_t nended;

static void
ops_kill(struct rig_host *h, int signo)
{
	if (signo == SIGKILL)
		kills_queue(h);
}

static const struct rig_host_ops real_ops = { .rh_kill = ops_kill };

static void
ended_init(void)
{
	unsigned long max = 0;
	FILE *fp = fopen("/proc/sys/kernel/pid_max", "re");

	if (fp != NULL) {
		if (fscanf(fp, "%lu", &max) != 1)
			max = 0;
		fclose(fp);
	}
	nended = max > 0 && max < PIDS ? max : PIDS;
	ended = calloc(nended, sizeof(*ended));
	if (ended == NULL)
		rig_host_abort("out of memory");
}

bool
real_ended(const struct procinfo *pi)
{
	return (size_t)pi->pid < nended && ended[pi->pid] == pi->start;
}

int
real_init(void)
{
	ended_init();
	rig_host_ops = &real_ops;
	return watch_init();
}

static struct rig_host **
bucket(pid_t pid)
{
	return &table[(unsigned int)pid % BUCKETS];
}

struct rig_host *
real_lookup(pid_t pid)
{
	struct rig_host *h;

	for (h = *bucket(pid); h != NULL; h = h->hash)
		if (h->pid == pid)
			return h;
	return NULL;
}

struct rig_host *
real_under(const struct notify *n)
{
	struct rig_host *h;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (h = table[i]; h != NULL; h = h->hash)
			if (h->notify == n)
				return h;
	return NULL;
}

struct rig_host *
real_alloc(void)
{
	struct rig_host *h = calloc(1, sizeof(*h));

	if (h == NULL)
		rig_host_abort("out of memory");
	h->pidfd = -1;
	return h;
}

void
real_free(struct rig_host *h)
{
	if (h->pidfd != -1)
		close(h->pidfd);
	free(h);
}

static int
pidfd_open_checked(pid_t pid, uint64_t start, int *fdp)
{
	struct procinfo pi;
	int fd;

	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd == -1)
		return errno;
	/* The number may have changed hands before we held it. */
	if (procinfo_read(pid, &pi) != 0 || pi.start != start) {
		close(fd);
		return ESRCH;
	}
	*fdp = fd;
	return 0;
}

int
real_bind(struct rig_host *h, const struct procinfo *pi)
{
	int error;

	error = pidfd_open_checked(pi->pid, pi->start, &h->pidfd);
	if (error == 0)
		error = watch_add(h->pidfd, WATCH_PID | (uint32_t)pi->pid);
	if (error != 0)
		return error;
	h->pid = pi->pid;
	h->start = pi->start;
	h->hash = *bucket(h->pid);
	*bucket(h->pid) = h;
	nhosts++;
	return 0;
}

static void
unhash(struct rig_host *h)
{
	struct rig_host **hp;

	for (hp = bucket(h->pid); *hp != NULL; hp = &(*hp)->hash)
		if (*hp == h) {
			*hp = h->hash;
			nhosts--;
			return;
		}
}

/* Ours is the host's root, whoever that is. */
uid_t
real_map_uid(uid_t uid)
{
	return uid == geteuid() ? 0 : uid;
}

static void
map_ids(struct rig_ids *ids)
{
	int i;

	for (i = 0; i < 3; i++) {
		ids->uid[i] = real_map_uid(ids->uid[i]);
		if (ids->gid[i] == getegid())
			ids->gid[i] = 0;
	}
}

static void
name_it(struct rig_host *h, const struct procinfo *pi)
{
	rig_set_name(h->proc, pi->comm);
	rig_real_nice(h->proc, pi->nice);
}

void
real_follow(struct rig_host *h, pid_t tid, const struct procstatus *ps)
{
	struct rig_ids ids = ps->ids;

	map_ids(&ids);
	rig_real_ids(h->proc, &ids);
	/* Other threads may have names of their own. */
	if (tid == h->pid)
		rig_set_name(h->proc, ps->comm);
}

void
real_refresh(struct rig_host *h)
{
	struct procinfo pi;
	struct procstatus ps;

	if (h->pid == 0 || procinfo_read(h->pid, &pi) != 0 ||
	    pi.start != h->start || procinfo_status(h->pid, &ps) != 0)
		return;
	real_follow(h, h->pid, &ps);
	name_it(h, &pi);
}

struct rig_host *
real_adopt(struct rig_host *parent, pid_t pid, const struct procinfo *pi)
{
	struct rig_host *h = real_alloc();

	if (real_bind(h, pi) != 0) {
		real_free(h);
		return NULL;
	}
	/* Nobody is asked: it is there. */
	if (rig_real_fork(parent->proc, false, pid, h, &h->proc) != 0)
		rig_host_abort("a fork that asks nobody was refused");
	h->notify = parent->notify;
	if (h->notify != NULL)
		notify_hold(h->notify);
	real_refresh(h);
	return h;
}

static struct rig_host *
real_new(const struct procinfo *pi)
{
	struct rig_host *h;
	struct procstatus ps;

	if (procinfo_status(pi->pid, &ps) != 0)
		return NULL;
	map_ids(&ps.ids);
	h = real_alloc();
	if (real_bind(h, pi) != 0) {
		real_free(h);
		return NULL;
	}
	h->proc = rig_real_new(pi->pid, h, &ps.ids);
	name_it(h, pi);
	return h;
}

struct rig_host *
real_current(pid_t pid)
{
	struct rig_host *h = real_lookup(pid);
	struct procinfo pi;

	if (h == NULL)
		return NULL;
	if (procinfo_read(pid, &pi) == 0 && pi.start == h->start)
		return h;
	real_gone(h);
	return NULL;
}

/* The nearest process above PI that is known, where that is a member. */
static struct rig_host *
member_above(const struct procinfo *pi)
{
	struct procinfo up = *pi;
	struct rig_host *h;
	int i;

	for (i = 0; i < MAXANCESTORS && up.ppid > 1; i++) {
		h = real_current(up.ppid);
		if (h != NULL)
			return rig_real_cell(h->proc) != 0 ? h : NULL;
		if (procinfo_read(up.ppid, &up) != 0)
			return NULL;
	}
	return NULL;
}

struct rig_host *
real_known(pid_t pid)
{
	struct rig_host *h = real_current(pid), *parent;
	struct procinfo pi;

	if (h != NULL || procinfo_read(pid, &pi) != 0 || real_ended(&pi))
		return h;
	h = fork_claim(&pi);
	if (h != NULL)
		return h;
	parent = member_above(&pi);
	return parent != NULL ? real_adopt(parent, pid, &pi) : real_new(&pi);
}

struct rig_host *
real_get(pid_t pid)
{
	struct rig_host *h;

	pthread_mutex_lock(&real_lock);
	watch_exits();
	h = real_known(pid);
	if (h != NULL) {
		real_refresh(h);
		h->busy++;
	}
	pthread_mutex_unlock(&real_lock);
	return h;
}

static void
real_end(struct rig_host *h)
{
	struct proc *p = h->proc;

	rig_real_exit(p);
	/* From here on nobody can kill it: forget who tried. */
	kills_forget(h);
	rig_real_drop(p);
	if (h->notify != NULL)
		notify_drop(h->notify);
	real_free(h);
}

void
real_gone(struct rig_host *h)
{
	if (h->gone)
		return;
	h->gone = true;
	if (h->pid != 0 && (size_t)h->pid < nended)
		ended[h->pid] = h->start;
	real_last_usage(h);
	fork_orphans(h);
	unhash(h);
	if (h->pidfd != -1)
		watch_remove(h->pidfd);
	if (h->busy == 0)
		real_end(h);
}

void
real_put(struct rig_host *h)
{
	pthread_mutex_lock(&real_lock);
	if (--h->busy == 0 && h->gone)
		real_end(h);
	pthread_mutex_unlock(&real_lock);
}
