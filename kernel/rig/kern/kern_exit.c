/* kern_exit.c -- how a process ends. */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rig_kern.h"

static void
exit_orphan(struct proc *p)
{
	struct proc *child;

	while ((child = LIST_FIRST(&p->p_children)) != NULL) {
		LIST_REMOVE(child, p_sibling);
		child->p_pptr = initproc;
		child->p_ppid = initproc->p_pid;
		LIST_INSERT_HEAD(&initproc->p_children, child, p_sibling);
	}
}

/*
 * The order is the kernel's: no signals any more, hooks, off the list of
 * processes; the credential stays until the parent has waited (proc_free).
 */
void
exit1(struct proc *p)
{
	KASSERT(p != initproc);

	mutex_enter(&proc_lock);
	mutex_enter(p->p_lock);
	p->p_sflag |= PS_WEXIT;
	p->p_stat = SDYING;
	mutex_exit(p->p_lock);
	mutex_exit(&proc_lock);

	rw_enter(&p->p_reflock, RW_WRITER);
	doexithooks(p);
	rw_exit(&p->p_reflock);

	mutex_enter(&proc_lock);
	exit_orphan(p);
	LIST_REMOVE(p, p_list);
	LIST_INSERT_HEAD(&zombproc, p, p_list);
	mutex_enter(p->p_lock);
	p->p_stat = SZOMB;
	mutex_exit(p->p_lock);
	mutex_exit(&proc_lock);
}

/* A zombie was waited for. */
void
proc_free(struct proc *p)
{
	struct lwp *l;

	mutex_enter(&proc_lock);
	KASSERT(p->p_stat == SZOMB);
	LIST_REMOVE(p, p_list);
	LIST_REMOVE(p, p_sibling);
	LIST_REMOVE(p, p_pglist);
	LIST_REMOVE(p, p_hash);
	p->p_stat = SDEAD;
	mutex_exit(&proc_lock);

	while ((l = LIST_FIRST(&p->p_lwps)) != NULL)
		lwp_release(l);
	kauth_cred_free(p->p_cred);
	p->p_cred = NULL;
	atomic_dec_uint(&nprocs);
	proc_release(p);
}
