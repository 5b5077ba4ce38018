/*
 * rig_calls_proc.c -- system calls that act on a process, up to the point
 * where the kernel has asked: the same requests with the same locks.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/sched.h>
#include <sys/signal.h>
#include <sys/systm.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"
#include "bsd44/rig_objects.h"

/* Most are asked with the target's lock alone. */
static int
ask_locked(struct proc *p, kauth_action_t action, struct proc *target,
    void *arg1, void *arg2, void *arg3)
{
	int error;
	RIG_AS(p);

	mutex_enter(target->p_lock);
	error = kauth_authorize_process(l->l_cred, action, target, arg1, arg2,
	    arg3);
	mutex_exit(target->p_lock);
	RIG_DONE();
	return error;
}

/* kill(2), kern_sig.c: a zombie takes any signal. */
static int
signal_process(struct proc *p, struct proc *target, int signo, bool send)
{
	int error = 0;
	RIG_AS(p);

	mutex_enter(&proc_lock);
	if (target->p_stat == SACTIVE || target->p_stat == SSTOP) {
		mutex_enter(target->p_lock);
		error = kauth_authorize_process(l->l_cred,
		    KAUTH_PROCESS_SIGNAL, target, KAUTH_ARG(signo), NULL,
		    NULL);
		mutex_exit(target->p_lock);
		if (error == 0 && send && signo != 0)
			psignal(target, signo);
	}
	mutex_exit(&proc_lock);
	RIG_DONE();
	return error;
}

int
rig_kill(struct proc *p, struct proc *target, int signo)
{
	if (signo < 0 || signo >= NSIG)
		return EINVAL;
	return signal_process(p, target, signo, true);
}

int
rig_may_signal(struct proc *p, struct proc *target, int signo)
{
	return signal_process(p, target, signo, false);
}

/* ptrace(2): first whether there is such a process at all. */
int
rig_ptrace(struct proc *p, struct proc *target, int request)
{
	int error;
	RIG_AS(p);

	mutex_enter(&proc_lock);
	mutex_enter(target->p_lock);
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_CANSEE,
	    target, KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL);
	if (error != 0)
		error = ESRCH;
	else
		error = kauth_authorize_process(l->l_cred,
		    KAUTH_PROCESS_PTRACE, target, KAUTH_ARG(request), NULL,
		    NULL);
	mutex_exit(target->p_lock);
	mutex_exit(&proc_lock);
	RIG_DONE();
	return error;
}

/*
 * clock_gettime1() of a process: asked after every lock was released, so that
 * the process may be gone.  Whoever took a lock of it would see.
 */
int
rig_cpuclock(struct proc *p, struct proc *target)
{
	kmutex_t *const lock = target->p_lock;
	int error;
	RIG_AS(p);

	if (target != p)
		target->p_lock = NULL;
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_PTRACE,
	    target, KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL);
	target->p_lock = lock;
	RIG_DONE();
	return error;
}

int
rig_ktrace(struct proc *p, struct proc *target)
{
	return ask_locked(p, KAUTH_PROCESS_KTRACE, target, NULL, NULL, NULL);
}

int
rig_cansee(struct proc *p, struct proc *target, uint32_t want)
{
	return ask_locked(p, KAUTH_PROCESS_CANSEE, target, KAUTH_ARG(want),
	    NULL, NULL);
}

/* setpriority(2): donice() has a check of its own before it asks. */
int
rig_setpriority(struct proc *p, struct proc *target, int nice)
{
	kauth_cred_t cred;
	int error;
	RIG_AS(p);

	nice = imax(imin(nice, PRIO_MAX), PRIO_MIN) + NZERO;
	cred = l->l_cred;
	mutex_enter(&proc_lock);
	mutex_enter(target->p_lock);
	if (kauth_cred_geteuid(cred) != 0 && kauth_cred_getuid(cred) != 0 &&
	    kauth_cred_geteuid(cred) != kauth_cred_geteuid(target->p_cred) &&
	    kauth_cred_getuid(cred) != kauth_cred_geteuid(target->p_cred))
		error = EPERM;
	else if (kauth_authorize_process(cred, KAUTH_PROCESS_NICE, target,
	    KAUTH_ARG(nice), NULL, NULL) != 0)
		error = EACCES;
	else {
		target->p_nice = (u_char)nice;
		error = 0;
	}
	mutex_exit(target->p_lock);
	mutex_exit(&proc_lock);
	RIG_DONE();
	return error;
}

/* setrlimit(2) and sysctl proc.PID.rlimit; no lock on the target. */
int
rig_setrlimit(struct proc *p, struct proc *target, unsigned int which,
    uint64_t cur, uint64_t max)
{
	struct rlimit limit = { .rlim_cur = cur, .rlim_max = max };
	int error = 0;
	RIG_AS(p);

	if (which >= RLIM_NLIMITS || cur > max)
		error = EINVAL;
	else if (cur != target->p_rlimit[which].rlim_cur ||
	    max != target->p_rlimit[which].rlim_max) {
		error = kauth_authorize_process(l->l_cred,
		    KAUTH_PROCESS_RLIMIT, target,
		    KAUTH_ARG(KAUTH_REQ_PROCESS_RLIMIT_SET), &limit,
		    KAUTH_ARG(which));
		if (error == 0)
			target->p_rlimit[which] = limit;
	}
	RIG_DONE();
	return error;
}

int
rig_getrlimit(struct proc *p, struct proc *target)
{
	int error;
	RIG_AS(p);

	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_RLIMIT,
	    target, KAUTH_ARG(KAUTH_REQ_PROCESS_RLIMIT_GET), NULL, NULL);
	RIG_DONE();
	return error;
}

/* sched_setparam: asked with a spin lock held, the LWP's own. */
int
rig_sched_setparam(struct proc *p, struct proc *target, int policy,
    int priority)
{
	struct lwp *t;
	int error = ESRCH;
	RIG_AS(p);

	mutex_enter(target->p_lock);
	LIST_FOREACH(t, &target->p_lwps, l_sibling) {
		lwp_lock(t);
		error = kauth_authorize_process(kauth_cred_get(),
		    KAUTH_PROCESS_SCHEDULER_SETPARAM, target, t,
		    KAUTH_ARG(policy == SCHED_NONE ? t->l_class : policy),
		    KAUTH_ARG(priority));
		if (error == 0) {
			t->l_class = policy == SCHED_NONE ? t->l_class :
			    policy;
			t->l_priority = priority;
		}
		lwp_unlock(t);
		if (error != 0)
			break;
	}
	mutex_exit(target->p_lock);
	RIG_DONE();
	(void)l;
	return error;
}

int
rig_sched_getparam(struct proc *p, struct proc *target)
{
	return ask_locked(p, KAUTH_PROCESS_SCHEDULER_GETPARAM, target, NULL,
	    NULL, NULL);
}

int
rig_setaffinity(struct proc *p, struct proc *target)
{
	return ask_locked(p, KAUTH_PROCESS_SCHEDULER_SETAFFINITY, target,
	    NULL, NULL, NULL);
}

int
rig_getaffinity(struct proc *p, struct proc *target)
{
	return ask_locked(p, KAUTH_PROCESS_SCHEDULER_GETAFFINITY, target,
	    NULL, NULL, NULL);
}

/* procfs: with p_reflock held, which keeps the process from exiting. */
int
rig_procfs(struct proc *p, struct proc *target, uint32_t want, bool mem)
{
	struct pfsnode pfs = { .pfs_type = mem ? PFSmem : PFSstatus };
	int error;
	RIG_AS(p);

	rw_enter(&target->p_reflock, RW_READER);
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_PROCFS,
	    target, &pfs, KAUTH_ARG(want), NULL);
	rw_exit(&target->p_reflock);
	RIG_DONE();
	return error;
}

/* kevent(2): EACCES instead of EPERM. */
int
rig_kevent(struct proc *p, struct proc *target)
{
	return ask_locked(p, KAUTH_PROCESS_KEVENT_FILTER, target, NULL, NULL,
	    NULL) != 0 ? EACCES : 0;
}

int
rig_corename(struct proc *p, struct proc *target, bool set)
{
	static char name[] = "%n.core";
	int error;
	RIG_AS(p);

	rw_enter(&target->p_reflock, RW_READER);
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_CORENAME,
	    target, KAUTH_ARG(set ? KAUTH_REQ_PROCESS_CORENAME_SET :
	    KAUTH_REQ_PROCESS_CORENAME_GET), set ? name : NULL, NULL);
	rw_exit(&target->p_reflock);
	RIG_DONE();
	return error;
}

int
rig_stopflag(struct proc *p, struct proc *target)
{
	int error;
	RIG_AS(p);

	rw_enter(&target->p_reflock, RW_READER);
	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_STOPFLAG,
	    target, KAUTH_ARG(1), NULL, NULL);
	rw_exit(&target->p_reflock);
	RIG_DONE();
	return error;
}
