/*
 * policy_process.c -- the process scope.  Across cells the answer is always
 * no; the tier here is for one process of a cell acting on another of the
 * same cell.
 */

#include "policy.h"

#define	A(name, tier, exc)	ACTION(PROCESS, name, tier, exc, OTHER)
#define	R(name, req, tier, exc)	REQUEST(PROCESS, name, req, tier, exc, OTHER)

#define	RLIMIT_NOFILE	8		/* NetBSD's number */
#define	RLIM_INFINITY	((1ULL << 63) - 1)

/* Better than it has: from 0 to -1. */
static int
nice_raise(struct proc *actor, struct proc *object)
{
	int error = rig_setpriority(actor, object, -1);

	/* Back again, by somebody who may. */
	if (error == 0)
		(void)rig_setpriority(rig_init(), object, 0);
	return error;
}

static int
nice_lower(struct proc *actor, struct proc *object)
{
	int error = rig_setpriority(actor, object, 1);

	if (error == 0)
		(void)rig_setpriority(rig_init(), object, 0);
	return error;
}

static int
change_limit(struct proc *actor, struct proc *object, uint64_t from,
    uint64_t to)
{
	int error;

	(void)rig_setrlimit(rig_init(), object, RLIMIT_NOFILE, 64, from);
	error = rig_setrlimit(actor, object, RLIMIT_NOFILE, 64, to);
	(void)rig_setrlimit(rig_init(), object, RLIMIT_NOFILE, RLIM_INFINITY,
	    RLIM_INFINITY);
	return error;
}

static int
rlimit_raise(struct proc *actor, struct proc *object)
{
	return change_limit(actor, object, 128, 129);
}

static int
rlimit_lower(struct proc *actor, struct proc *object)
{
	return change_limit(actor, object, 128, 127);
}

static int
procfs_mem_read(struct proc *actor, struct proc *object)
{
	return rig_procfs(actor, object, KAUTH_REQ_PROCESS_PROCFS_READ, true);
}

static int
procfs_mem_write(struct proc *actor, struct proc *object)
{
	return rig_procfs(actor, object, KAUTH_REQ_PROCESS_PROCFS_WRITE, true);
}

static const struct row rows_process_table[] = {
	R(CANSEE, CANSEE_ARGS, NEVER, NONE),
	R(CANSEE, CANSEE_ENTRY, NEVER, NONE),
	R(CANSEE, CANSEE_ENV, NEVER, NONE),
	R(CANSEE, CANSEE_OPENFILES, NEVER, NONE),
	R(CANSEE, CANSEE_EPROC, NEVER, NONE),
	/* A kernel address, whosever process it belongs to. */
	R(CANSEE, CANSEE_KPTR, LOW, NONE),
	R(CORENAME, CORENAME_GET, NEVER, NONE),
	R(CORENAME, CORENAME_SET, NEVER, NONE),
	A(KEVENT_FILTER, NEVER, NONE),
	A(SIGNAL, NEVER, NONE),
	A(STOPFLAG, NEVER, NONE),
	/* The kernel asks these of the actor alone. */
	A(FORK, NEVER, NONE),
	A(SETID, NEVER, NONE),

	/* Tracing inside the cell. */
	A(PTRACE, HIGH, DEBUG),
	A(KTRACE, HIGH, DEBUG),
	R(KTRACE, KTRACE_PERSISTENT, HIGH, DEBUG),
	R(PROCFS, PROCFS_READ, NEVER, NONE),
	R(PROCFS, PROCFS_WRITE, HIGH, DEBUG),
	R(PROCFS, PROCFS_RW, HIGH, DEBUG),
	VARIANT("reading /proc/PID/mem", PROCESS, NEVER, NONE, OTHER,
	    procfs_mem_read),
	VARIANT("writing /proc/PID/mem", PROCESS, HIGH, DEBUG, OTHER,
	    procfs_mem_write),

	/* Scheduling.  Being nicer is everybody's right. */
	ACTION(PROCESS, NICE, NEVER, NONE, PEER),
	VARIANT("nicer", PROCESS, NEVER, NONE, PEER, nice_lower),
	VARIANT("less nice", PROCESS, HIGH, SCHED, PEER, nice_raise),
	A(SCHEDULER_GETAFFINITY, NEVER, NONE),
	A(SCHEDULER_SETAFFINITY, HIGH, SCHED),
	A(SCHEDULER_GETPARAM, NEVER, NONE),
	A(SCHEDULER_SETPARAM, HIGH, SCHED),

	/*
	 * Limits.  Root of a cell shares its process count with the host's
	 * root, so that going beyond one's limit is left to the other models.
	 */
	R(RLIMIT, RLIMIT_GET, NEVER, NONE),
	R(RLIMIT, RLIMIT_SET, NEVER, NONE),
	R(RLIMIT, RLIMIT_BYPASS, NEVER, NONE),
	VARIANT("a lower hard limit", PROCESS, NEVER, NONE, OTHER,
	    rlimit_lower),
	VARIANT("a higher hard limit", PROCESS, LOW, NONE, OTHER,
	    rlimit_raise),

	UNKNOWN(PROCESS, 17, 0, MEDIUM, OTHER),
	UNKNOWN(PROCESS, 64, 0, MEDIUM, OTHER),
	UNKNOWN(PROCESS, KAUTH_PROCESS_CANSEE, 16, MEDIUM, OTHER),
	UNKNOWN(PROCESS, KAUTH_PROCESS_PROCFS, 16, MEDIUM, OTHER),
};
ROWS(rows_process);
