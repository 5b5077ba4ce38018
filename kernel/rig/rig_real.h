/*
 * rig_real.h -- stand-ins for real processes, as the server keeps them.
 *
 * Any thread may call these.  A `struct proc *' that one of them answers is
 * held until rig_real_drop().
 */

#ifndef RIG_REAL_H
#define	RIG_REAL_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rig.h"

struct rig_host;

struct rig_ids {
	uid_t	uid[3];		/* real, effective, saved */
	gid_t	gid[3];
};

/* By number; NULL: not known, or a zombie. */
struct proc *rig_real_find(pid_t);
void	rig_real_drop(struct proc *);

/* What binds it to a real process, NULL where nothing does. */
struct rig_host *rig_real_host(const struct proc *);

/* A process of the host. */
struct proc *rig_real_new(pid_t, struct rig_host *, const struct rig_ids *);

/*
 * A child.  With ASK the model is asked first, and EAGAIN is its refusal.
 * PID is 0 where it is not known yet; such a child is found by nobody until
 * rig_real_bind().  HOST may be NULL as long.
 */
int	rig_real_fork(struct proc *parent, bool ask, pid_t, struct rig_host *,
	    struct proc **);
void	rig_real_bind(struct proc *, pid_t, struct rig_host *);

/* Its parent in the table, held; NULL: init, or nobody. */
struct proc *rig_real_parent(struct proc *);

/* nice(1)'s value, -20 to 19. */
void	rig_real_nice(struct proc *, int);

/* It has ended: exit hooks run, and it is reaped. */
void	rig_real_exit(struct proc *);

/* The real process changed its ids; runs as the process. */
void	rig_real_ids(struct proc *, const struct rig_ids *);

/* The id of its cell, 0 for the host. */
uint32_t rig_real_cell(struct proc *);

/* All that are bound, up to MAX of them, held; answers how many there are. */
size_t	rig_real_list(struct proc **, size_t max);

/* sysctl(3) as P on a thread of its own; FILLED: how much of OLD was. */
int	rig_real_sysctl(struct proc *, const char *node, void *old,
	    size_t *oldlenp, const void *new, size_t newlen, size_t *filled);

/* The rig says from now on that it enforces. */
void	rig_real_enforcing(void);

/*
 * Act as P until the end: the calls of rig.h take the calling thread's LWP,
 * as rig_thread() does, and this one may be nested.
 */
struct rig_acting {
	struct lwp	*me, *before;
};
struct rig_acting rig_real_act(struct proc *);
void	rig_real_act_end(struct rig_acting);

/* A socket that exists already, made by P; nobody is asked. */
struct socket *rig_real_socket(struct proc *, int family, int type);

/* As the host has them now: limits by NetBSD's number, scheduling. */
void	rig_real_rlimit(struct proc *, unsigned int which, uint64_t cur,
	    uint64_t max);

/* sched_setparam(2) on a process of which only one thread is known here. */
int	rig_real_setparam(struct proc *, struct proc *target, int oldpolicy,
	    int policy, int priority);

/* --- rig_peek.c: what the policy says, unasked and unrecorded --- */

/* No profile denies it. */
bool	rig_peek_never(unsigned int scope, uint64_t action, uint32_t request);
/* The policy of P's cell denies it. */
bool	rig_peek_denied(struct proc *, unsigned int scope, uint64_t action,
	    uint32_t request);
/* Some cell declares a port of the ephemeral range, which is LO to HI. */
bool	rig_peek_ephemeral_declared(void);
void	rig_ephemeral_range(uint16_t lo, uint16_t hi);

#endif	/* !RIG_REAL_H */
