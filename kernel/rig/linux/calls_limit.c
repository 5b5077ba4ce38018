/*
 * calls_limit.c -- resource limits.  The new value is read once and set from
 * here, so that what was asked about is what is set.
 */

#include <sys/resource.h>
#include <errno.h>
#include <stdlib.h>

#include "mark.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

/*
 * NetBSD's number; limits that it does not have share one of its own, the
 * stand-in's value being that of the limit at hand.
 */
static unsigned int
limit_netbsd(unsigned int which)
{
	switch (which) {
	case RLIMIT_CPU:
		return 0;
	case RLIMIT_FSIZE:
		return 1;
	case RLIMIT_DATA:
		return 2;
	case RLIMIT_STACK:
		return 3;
	case RLIMIT_CORE:
		return 4;
	case RLIMIT_RSS:
		return 5;
	case RLIMIT_MEMLOCK:
		return 6;
	case RLIMIT_NPROC:
		return 7;
	case RLIMIT_NOFILE:
		return 8;
	case RLIMIT_AS:
		return 10;
	default:
		return 11;
	}
}

/* OLD may be NULL. */
static int
set_limit(struct trap *t, struct rig_host *target, unsigned int which,
    const struct rlimit *new, struct rlimit *old)
{
	unsigned int there = limit_netbsd(which);
	struct rlimit now;
	int error;

	if (prlimit(target->pid, which, NULL, &now) == -1) {
		/*
		 * Another user's limits are not ours without CAP_SYS_RESOURCE,
		 * which root in a container lacks.  Nor does a process below
		 * us have it, so that the kernel lets it lower its own only,
		 * whatever it makes of the value meanwhile.
		 */
		if (errno == EPERM && target == t->h && which != RLIMIT_RTTIME)
			return TRAP_CONTINUE;
		return errno;
	}
	rig_real_rlimit(target->proc, there, now.rlim_cur, now.rlim_max);
	error = rig_setrlimit(t->h->proc, target->proc, there, new->rlim_cur,
	    new->rlim_max);
	/* The mark stays; it limits nothing, as before. */
	if (error == 0 && which == RLIMIT_RTTIME && mark_of(target->pid) != 0)
		new = NULL;
	if (error == 0 && prlimit(target->pid, which, new, old) == -1)
		error = errno;
	return error;
}

/* struct rlimit is of 64 bits here, and the raw system calls' as well. */
_Static_assert(sizeof(rlim_t) == 8, "rlim_t");

int
trap_setrlimit(struct trap *t)
{
	struct rlimit new;

	if (trap_read(t, trap_arg(t, 1), &new, sizeof(new)) != 0)
		return EFAULT;
	return set_limit(t, t->h, (unsigned int)trap_arg(t, 0), &new, NULL);
}

int
trap_prlimit(struct trap *t)
{
	pid_t tid = (pid_t)trap_arg(t, 0);
	unsigned int which = (unsigned int)trap_arg(t, 1);
	struct rig_host *target = tid == 0 ? t->h : trap_target(t, tid);
	struct rlimit new, old;
	int error = 0;

	if (target == NULL)
		return TRAP_CONTINUE;
	if (target != t->h)
		error = rig_getrlimit(t->h->proc, target->proc);
	if (error != 0)
		return error;
	if (trap_arg(t, 2) == 0)
		return TRAP_CONTINUE;
	if (trap_read(t, trap_arg(t, 2), &new, sizeof(new)) != 0)
		return EFAULT;
	error = set_limit(t, target, which, &new, &old);
	if (error == 0 && trap_arg(t, 3) != 0)
		error = trap_write(t, trap_arg(t, 3), &old, sizeof(old));
	return error;
}
