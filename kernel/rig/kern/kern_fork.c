/* kern_fork.c -- a new process, by fork(2) or posix_spawn(3). */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rig_kern.h"

/*
 * As L.  Who asks and what for is the same for both ways, but hooks on fork
 * run only for fork(2).  FORK_KERNEL asks nobody: for a process that exists
 * already and is only found out about.  EAGAIN: refused.
 */
int
fork1(struct lwp *l, enum fork_kind kind, pid_t pid, struct proc **pp)
{
	struct proc *p1 = l->l_proc, *p2;
	u_int n;

	*pp = NULL;
	n = atomic_inc_uint_nv(&nprocs);
	if (kind != FORK_KERNEL &&
	    ((int)n >= maxproc || kauth_authorize_process(l->l_cred,
	    KAUTH_PROCESS_FORK, p1, KAUTH_ARG(n), NULL, NULL) != 0)) {
		atomic_dec_uint(&nprocs);
		return EAGAIN;
	}

	p2 = proc_alloc(p1);
	kauth_proc_fork(p1, p2);
	(void)lwp_alloc(p2);
	if (kind == FORK_FORK)
		doforkhooks(p2, p1);

	mutex_enter(&proc_lock);
	/* The parent may have been reaped meanwhile: init adopts. */
	if (P_ZOMBIE(p1) && initproc != NULL)
		p2->p_pptr = initproc;
	proc_publish(p2, pid);
	mutex_exit(&proc_lock);
	*pp = p2;
	return 0;
}
