/* rig_real.c -- see rig_real.h. */

#include <sys/param.h>
#include <sys/cell.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"
#include "rig_real.h"

extern bool rig_enforcing;

/*
 * Stand-ins of real processes have no LWP of their own: whoever acts as one
 * does so as a thread of his, so that two who act at once share nothing.
 */
struct rig_acting
rig_real_act(struct proc *p)
{
	struct rig_acting a = { .me = lwp_alloc(p), .before = rig_curlwp };

	rig_curlwp = a.me;
	return a;
}

void
rig_real_act_end(struct rig_acting a)
{
	rig_curlwp = a.before;
	lwp_release(a.me);
}

struct proc *
rig_real_find(pid_t pid)
{
	struct proc *p;

	mutex_enter(&proc_lock);
	p = pid > 1 ? proc_find(pid) : NULL;
	if (p != NULL)
		p->p_rig_refs++;
	mutex_exit(&proc_lock);
	return p;
}

void
rig_real_drop(struct proc *p)
{
	proc_release(p);
}

struct rig_host *
rig_real_host(const struct proc *p)
{
	return p->p_rig_host;
}

int
rig_real_fork(struct proc *parent, bool ask, pid_t pid, struct rig_host *host,
    struct proc **childp)
{
	struct rig_acting a = rig_real_act(parent);
	struct proc *p;
	int error;

	/* Unknown numbers are negative, which no real process has. */
	error = fork1(a.me, ask ? FORK_FORK : FORK_KERNEL,
	    pid != 0 ? pid : INT_MIN, &p);
	rig_real_act_end(a);
	*childp = NULL;
	if (error != 0)
		return error;
	lwp_release(LIST_FIRST(&p->p_lwps));
	mutex_enter(&proc_lock);
	p->p_rig_host = host;
	p->p_rig_refs++;
	mutex_exit(&proc_lock);
	*childp = p;
	return 0;
}

void
rig_real_bind(struct proc *p, pid_t pid, struct rig_host *host)
{
	mutex_enter(&proc_lock);
	proc_setpid(p, pid);
	p->p_rig_host = host;
	/* Somebody has killed it meanwhile. */
	if (p->p_xsig != 0)
		psignal(p, p->p_xsig);
	mutex_exit(&proc_lock);
}

struct proc *
rig_real_parent(struct proc *p)
{
	struct proc *pp;

	mutex_enter(&proc_lock);
	pp = p->p_pptr;
	if (pp == initproc || pp == &proc0)
		pp = NULL;
	if (pp != NULL)
		pp->p_rig_refs++;
	mutex_exit(&proc_lock);
	return pp;
}

void
rig_real_nice(struct proc *p, int nice)
{
	mutex_enter(p->p_lock);
	p->p_nice = (u_char)(nice + NZERO);
	mutex_exit(p->p_lock);
}

struct proc *
rig_real_new(pid_t pid, struct rig_host *host, const struct rig_ids *ids)
{
	struct proc *p;
	int error;

	error = rig_real_fork(initproc, false, pid, host, &p);
	KASSERT(error == 0);
	rig_real_ids(p, ids);
	mutex_enter(p->p_lock);
	p->p_flag &= ~PK_SUGID;
	mutex_exit(p->p_lock);
	return p;
}

void
rig_real_exit(struct proc *p)
{
	struct rig_acting a = rig_real_act(p);

	exit1(p);
	rig_real_act_end(a);
	proc_free(p);
}

void
rig_real_ids(struct proc *p, const struct rig_ids *ids)
{
	struct rig_acting a = rig_real_act(p);

	cred_follow(a.me, ids->uid, ids->gid);
	rig_real_act_end(a);
}

uint32_t
rig_real_cell(struct proc *p)
{
	struct rig_acting a = rig_real_act(p);
	uint32_t id = 0;
	size_t len = sizeof(id);
	int error;

	error = sysctl_call(a.me, "security.models.cell.id", &id, &len, NULL,
	    0);
	KASSERTMSG(error == 0, "id: %d", error);
	rig_real_act_end(a);
	return id;
}

/* Up to MAX, held; answers how many there are. */
size_t
rig_real_list(struct proc **pp, size_t max)
{
	struct proc *p;
	size_t n = 0;

	mutex_enter(&proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		if (p->p_rig_host == NULL)
			continue;
		if (n < max) {
			p->p_rig_refs++;
			pp[n] = p;
		}
		n++;
	}
	mutex_exit(&proc_lock);
	return n;
}

int
rig_real_sysctl(struct proc *p, const char *node, void *old, size_t *oldlenp,
    const void *new, size_t newlen, size_t *filled)
{
	struct rig_acting a = rig_real_act(p);
	int error;

	error = rig_sysctl(p, node, old, oldlenp, new, newlen);
	*filled = sysctl_filled();
	rig_real_act_end(a);
	return error;
}

void
rig_real_enforcing(void)
{
	rig_enforcing = true;
}

void
rig_real_rlimit(struct proc *p, unsigned int which, uint64_t cur,
    uint64_t max)
{
	KASSERT(which < RLIM_NLIMITS);
	p->p_rlimit[which].rlim_cur = cur;
	p->p_rlimit[which].rlim_max = max;
}

int
rig_real_setparam(struct proc *p, struct proc *target, int oldpolicy,
    int policy, int priority)
{
	struct lwp *t = lwp_alloc(target);
	int error;

	t->l_class = oldpolicy;
	error = rig_sched_setparam(p, target, policy, priority);
	lwp_release(t);
	return error;
}
