/*-
 * Copyright (c) 2026 The Cells Project
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions
 * are met:
 * 1. Redistributions of source code must retain the above copyright
 *    notice, this list of conditions and the following disclaimer.
 * 2. Redistributions in binary form must reproduce the above copyright
 *    notice, this list of conditions and the following disclaimer in the
 *    documentation and/or other materials provided with the distribution.
 *
 * THIS SOFTWARE IS PROVIDED BY THE AUTHORS AND CONTRIBUTORS ``AS IS'' AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
 * IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE
 * ARE DISCLAIMED.  IN NO EVENT SHALL THE AUTHORS OR CONTRIBUTORS BE LIABLE
 * FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS
 * OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
 * HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT
 * LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY
 * OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF
 * SUCH DAMAGE.
 */

/*
 * Members: how processes come to be in a cell, are counted there, and go.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/pserialize.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

static void *cell_exechook;
static void *cell_exithook;

static void
cell_count_enter(struct cell *c)
{
	u_int n, peak;

	n = atomic_inc_uint_nv(&c->c_nproc);
	while ((peak = atomic_load_relaxed(&c->c_npeak)) < n &&
	    atomic_cas_uint(&c->c_npeak, peak, n) != peak)
		continue;
}

/* Nobody else knows the child yet. */
void
cell_proc_fork(struct proc *child)
{
	struct cell *c;

	c = cell_of_cred(child->p_cred);
	if (c == NULL)
		return;
	cell_member_add(child, c);
	cell_count_enter(c);
	atomic_inc_ulong(&c->c_forks);
}

/*
 * exechook_establish(9): a thread that was in execve(2) while another one
 * attached the process had its credential from before, which by now is the
 * process's.  A member has its cell's name in it.
 */
static void
cell_proc_exec(struct proc *p, void *cookie)
{
	kauth_cred_t cred;
	struct cell *c;

	if (atomic_load_relaxed(&cell_count) == 0)
		return;
	c = cell_member_of(p);
	if (c == NULL || cell_of_cred(p->p_cred) == c)
		return;
	atomic_inc_uint(&c->c_refcnt);
	cred = kauth_cred_dup(p->p_cred);
	cell_cred_set(cred, c);
	proc_crmod_enter();
	proc_crmod_leave(cred, p->p_cred, true);
}

/*
 * exithook_establish(9): the process runs alone and will not fork again.  Its
 * place in the table of members counts, which keeps the cell.
 */
static void
cell_proc_exit(struct proc *p, void *cookie)
{
	struct cell *c;

	if (atomic_load_relaxed(&cell_count) == 0)
		return;
	c = cell_member_remove(p);
	if (c == NULL)
		return;
	cell_stat_gone(c, p);
	atomic_inc_ulong(&c->c_exits);
	/* Whoever sees that it is gone sees that it was counted. */
	membar_release();
	atomic_dec_uint(&c->c_nproc);
}

int
cell_proc_init(void)
{

	cell_members_init();
	cell_exithook = exithook_establish(cell_proc_exit, NULL);
	if (cell_exithook != NULL)
		return 0;
	cell_members_fini();
	return ENOMEM;
}

/*
 * Before the first cell comes to be, under cell_lock.  Not when the model is
 * initialised: one that is built in is before exec_init() made the lock that
 * this hook takes.
 */
int
cell_proc_ready(void)
{

	KASSERT(mutex_owned(&cell_lock));

	if (cell_exechook == NULL)
		cell_exechook = exechook_establish(cell_proc_exec, NULL);
	return cell_exechook != NULL ? 0 : ENOMEM;
}

void
cell_proc_fini(void)
{

	if (cell_exechook != NULL)
		exechook_disestablish(cell_exechook);
	cell_exechook = NULL;
	exithook_disestablish(cell_exithook);
	cell_members_fini();
}

/*
 * Whether a member may fork.  The kernel asks before it commits to the
 * child and has the child counted after, so that as many processes too many
 * may come to be as threads of the cell are between the two at once.
 */
int
cell_fork_check(struct cell *c, kauth_cred_t cred)
{
	uint32_t maxproc;
	int s;

	if (atomic_load_relaxed(&c->c_state) != CELL_STATE_LIVE)
		return cell_judge(c, cred, CELL_R_FORK_DYING, c->c_id, 0,
		    NULL);
	s = pserialize_read_enter();
	maxproc = atomic_load_consume(&c->c_policy)->cp_maxproc;
	pserialize_read_exit(s);
	if (maxproc != 0 && atomic_load_relaxed(&c->c_nproc) >= maxproc)
		return cell_judge(c, cred, CELL_R_FORK_MAXPROC, c->c_id,
		    maxproc, NULL);
	return KAUTH_RESULT_DEFER;
}

/* Reserve a place: one process and one credential. */
static int
cell_admit(uint32_t id, struct cell **cp)
{
	struct cell *c;
	uint32_t maxproc;
	int error = 0;

	mutex_enter(&cell_lock);
	c = id != 0 ? cell_find(id, NULL) : NULL;
	if (c == NULL) {
		error = ESRCH;
	} else if (atomic_load_relaxed(&c->c_state) != CELL_STATE_LIVE) {
		error = EBUSY;
	} else {
		maxproc = c->c_policy->cp_maxproc;
		if (maxproc != 0 &&
		    atomic_load_relaxed(&c->c_nproc) >= maxproc)
			error = EAGAIN;
	}
	if (error == 0) {
		atomic_inc_uint(&c->c_refcnt);
		cell_count_enter(c);
		*cp = c;
	}
	mutex_exit(&cell_lock);
	return error;
}

/*
 * Make the calling process, all its threads included, a member.  There is no
 * way back.  EPERM: it is init, or a member of a cell already; else as
 * struct cell_op says.
 */
int
cell_attach(struct lwp *l, uint32_t id)
{
	struct proc *p = l->l_proc;
	kauth_cred_t ocred, ncred;
	struct cell *c;
	int error;

	if (p->p_pid <= 1)
		return EPERM;
	error = cell_admit(id, &c);
	if (error != 0)
		return error;

	/* Room for the name is made before p_lock is taken. */
	ncred = kauth_cred_alloc();
	cell_cred_set(ncred, NULL);

	proc_crmod_enter();
	ocred = p->p_cred;
	if (cell_of_cred(ocred) != NULL) {
		proc_crmod_leave(ocred, ncred, false);
		atomic_dec_uint(&c->c_nproc);
		cell_release(c);
		return EPERM;
	}
	kauth_cred_clone(ocred, ncred);
	cell_cred_set(ncred, c);
	proc_crmod_leave(ncred, ocred, true);
	cell_member_add(p, c);
	return 0;
}
