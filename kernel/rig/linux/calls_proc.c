/* calls_proc.c -- tracing, priorities and scheduling of processes. */

#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "include/sys/kauth.h"
#include "procinfo.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

/* Requests of ptrace(2) as NetBSD numbers what is the same. */
#define	NB_TRACE_ME	0
#define	NB_CONTINUE	7
#define	NB_KILL		8
#define	NB_ATTACH	9
#define	NB_DETACH	10
#define	NB_IO		11
#define	NB_SYSCALL	14

static int
ptrace_netbsd(long request)
{
	switch (request) {
	case PTRACE_TRACEME:
		return NB_TRACE_ME;
	case PTRACE_ATTACH:
	case PTRACE_SEIZE:
		return NB_ATTACH;
	case PTRACE_CONT:
		return NB_CONTINUE;
	case PTRACE_KILL:
		return NB_KILL;
	case PTRACE_DETACH:
		return NB_DETACH;
	case PTRACE_SYSCALL:
		return NB_SYSCALL;
	default:
		return NB_IO;
	}
}

/* One that does not exist is the host's to refuse. */
static int
trace(struct trap *t, struct rig_host *target, int request)
{
	int error;

	if (target == NULL)
		return TRAP_CONTINUE;
	error = rig_ptrace(t->h->proc, target->proc, request);
	return error == 0 ? TRAP_CONTINUE : error;
}

int
trap_ptrace(struct trap *t)
{
	long request = (long)trap_arg(t, 0);

	return trace(t, request == PTRACE_TRACEME ? t->h :
	    trap_target(t, (pid_t)trap_arg(t, 1)), ptrace_netbsd(request));
}

/* Another process's memory, or what it has open: as with PT_IO. */
static int
look_into(struct trap *t, pid_t pid)
{
	struct rig_host *target = pid == 0 ? t->h : trap_target(t, pid);

	return target == t->h ? TRAP_CONTINUE : trace(t, target, NB_IO);
}

int
trap_vm(struct trap *t)
{
	return look_into(t, (pid_t)trap_arg(t, 0));
}

int
trap_kcmp(struct trap *t)
{
	int what = look_into(t, (pid_t)trap_arg(t, 0));

	return what != TRAP_CONTINUE ? what :
	    look_into(t, (pid_t)trap_arg(t, 1));
}

int
trap_pidfd_ptrace(struct trap *t)
{
	return look_into(t, trap_pidfd(t, (int)trap_arg(t, 0)));
}

static int
renice(struct trap *t, struct rig_host *target, int nice)
{
	struct procinfo pi;

	if (procinfo_read(target->pid, &pi) == 0)
		rig_real_nice(target->proc, pi.nice);
	return rig_setpriority(t->h->proc, target->proc, nice);
}

struct nicing {
	struct trap	*t;
	int		which, nice;
	id_t		who;
	int		found, error;
};

static bool
renice_member(pid_t pid, void *arg)
{
	struct nicing *n = arg;
	struct procstatus ps;
	struct rig_host *target;

	if (pid <= 1 || (n->which == PRIO_PGRP ?
	    getpgid(pid) != (pid_t)n->who :
	    procinfo_status(pid, &ps) != 0 || ps.ids.uid[1] != n->who) ||
	    (target = real_known(pid)) == NULL)
		return true;
	n->found++;
	n->error = renice(n->t, target, n->nice);
	if (n->error == 0 && setpriority(PRIO_PROCESS, (id_t)pid, n->nice) == -1)
		n->error = errno;
	/* As sys_setpriority(): the first refusal ends it. */
	return n->error == 0;
}

/* Of several processes it is made here, one by one. */
static int
renice_many(struct trap *t, int which, id_t who, int nice)
{
	struct nicing n = {
		.t = t, .which = which, .who = who, .nice = nice
	};
	struct procstatus ps;

	if (who == 0 && which == PRIO_PGRP)
		n.who = (id_t)getpgid(t->h->pid);
	else if (who == 0 && procinfo_status(t->tid, &ps) == 0)
		n.who = ps.ids.uid[1];
	procinfo_all(renice_member, &n);
	return n.found == 0 ? ESRCH : n.error;
}

int
trap_setpriority(struct trap *t)
{
	int which = (int)trap_arg(t, 0), nice = (int)trap_arg(t, 2);
	id_t who = (id_t)trap_arg(t, 1);
	struct rig_host *target;
	int error;

	if (which == PRIO_PGRP || which == PRIO_USER)
		return renice_many(t, which, who, nice);
	target = who == 0 ? t->h : trap_target(t, (pid_t)who);
	if (which != PRIO_PROCESS || target == NULL)
		return TRAP_CONTINUE;
	error = renice(t, target, nice);
	return error == 0 ? TRAP_CONTINUE : error;
}

/* Classes as NetBSD numbers them; what it does not have is ordinary. */
static int
policy_netbsd(int policy)
{
	switch (policy & ~SCHED_RESET_ON_FORK) {
	case SCHED_FIFO:
		return 1;
	case SCHED_RR:
		return 2;
	case 6:			/* deadline: before every other */
		return 1;
	default:
		return 0;
	}
}

static int
schedule(struct trap *t, pid_t tid, int policy, int priority)
{
	struct rig_host *target = tid == 0 ? t->h : trap_target(t, tid);
	int now, error;

	if (target == NULL)
		return TRAP_CONTINUE;
	now = sched_getscheduler(tid == 0 ? t->tid : tid);
	error = rig_real_setparam(t->h->proc, target->proc,
	    policy_netbsd(now == -1 ? 0 : now),
	    policy == -1 ? -1 : policy_netbsd(policy), priority);
	return error == 0 ? TRAP_CONTINUE : error;
}

int
trap_setscheduler(struct trap *t)
{
	struct sched_param sp;

	if (trap_read(t, trap_arg(t, 2), &sp, sizeof(sp)) != 0)
		return EFAULT;
	return schedule(t, (pid_t)trap_arg(t, 0), (int)trap_arg(t, 1),
	    sp.sched_priority);
}

int
trap_setschedparam(struct trap *t)
{
	struct sched_param sp;

	if (trap_read(t, trap_arg(t, 1), &sp, sizeof(sp)) != 0)
		return EFAULT;
	return schedule(t, (pid_t)trap_arg(t, 0), -1, sp.sched_priority);
}

int
trap_setschedattr(struct trap *t)
{
	struct {
		uint32_t	size, policy;
		uint64_t	flags;
		int32_t		nice;
		uint32_t	priority;
	} attr;
	struct rig_host *target;
	pid_t tid = (pid_t)trap_arg(t, 0);
	int what, error;

	if (trap_read(t, trap_arg(t, 1), &attr, sizeof(attr)) != 0)
		return EFAULT;
	what = schedule(t, tid, (int)attr.policy, (int)attr.priority);
	target = tid == 0 ? t->h : trap_target(t, tid);
	/* It can renice, too. */
	if (what != TRAP_CONTINUE || target == NULL || attr.policy != 0)
		return what;
	error = renice(t, target, attr.nice);
	return error == 0 ? TRAP_CONTINUE : error;
}

/*
 * ioprio_set(2): before every other is a scheduling class, anything else of
 * another process is as its nice value.  <linux/ioprio.h>
 */
#define	IOPRIO_PROCESS	1
#define	IOPRIO_RT(v)	(((v) >> 13 & 7) == 1)

int
trap_ioprio(struct trap *t)
{
	pid_t tid = (pid_t)trap_arg(t, 1);
	struct rig_host *target;
	struct procinfo pi;
	int error;

	/* Of many at once: nobody needs it. */
	if ((int)trap_arg(t, 0) != IOPRIO_PROCESS)
		return EPERM;
	if (IOPRIO_RT((unsigned int)trap_arg(t, 2)))
		return schedule(t, tid, SCHED_RR, 1);
	target = tid == 0 ? t->h : trap_target(t, tid);
	if (target == NULL || target == t->h ||
	    procinfo_read(target->pid, &pi) != 0)
		return TRAP_CONTINUE;
	error = renice(t, target, pi.nice);
	return error == 0 ? TRAP_CONTINUE : error;
}

static int
of_target(struct trap *t, int (*fn)(struct proc *, struct proc *))
{
	pid_t tid = (pid_t)trap_arg(t, 0);
	struct rig_host *target = tid == 0 ? t->h : trap_target(t, tid);
	int error;

	if (target == NULL)
		return TRAP_CONTINUE;
	error = (*fn)(t->h->proc, target->proc);
	return error == 0 ? TRAP_CONTINUE : error;
}

int
trap_getsched(struct trap *t)
{
	return of_target(t, rig_sched_getparam);
}

int
trap_setaffinity(struct trap *t)
{
	return of_target(t, rig_setaffinity);
}

int
trap_getaffinity(struct trap *t)
{
	return of_target(t, rig_getaffinity);
}
