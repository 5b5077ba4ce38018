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
 * Identity: which cell a credential names, and how processes come to be in
 * a cell, are counted there, and are made to leave it.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/pserialize.h>
#include <sys/signalvar.h>
#include <sys/systm.h>

#include <secmodel/secmodel.h>
#include <secmodel/cell/cell_impl.h>

/* How long a kill waits for the last process, in ticks of 10 ms. */
#define	CELL_KILL_ROUNDS	500

static secmodel_t cell_sm;
static kauth_key_t cell_key;
static void *cell_exithook;

int
cell_cred_init(void)
{
	int error;

	error = secmodel_register(&cell_sm, "org.netbsd.secmodel.cell",
	    "NetBSD Security Model: Cells", NULL, NULL, NULL);
	if (error != 0)
		return error;
	error = kauth_register_key(cell_sm, &cell_key);
	if (error != 0)
		goto fail_key;
	cell_members_init();
	cell_exithook = exithook_establish(cell_count_exit, NULL);
	return 0;

 fail_key:
	(void)secmodel_deregister(cell_sm);
	return error;
}

/* Deleting the key takes the cells' names out of all that have one. */
void
cell_cred_fini(void)
{

	exithook_disestablish(cell_exithook);
	cell_members_fini();
	(void)kauth_deregister_key(cell_key);
	(void)secmodel_deregister(cell_sm);
}

/*
 * The cell that a credential names; NULL is the host.  Takes the
 * credential's own adaptive mutex: not to be called with a spin lock held,
 * see cell_member_of() for that.
 */
struct cell *
cell_of_cred(kauth_cred_t cred)
{

	if (atomic_load_relaxed(&cell_count) == 0)
		return NULL;
	return kauth_cred_getdata(cred, cell_key);
}

/*
 * The cell of a process that the caller keeps from going away.  Most ask
 * with its p_lock held; some hold p_reflock alone, below which the
 * credential may be replaced at any time.
 */
struct cell *
cell_of_proc(struct proc *p)
{
	const bool owned = mutex_owned(p->p_lock);
	struct cell *c = NULL;

	if (!owned)
		mutex_enter(p->p_lock);
	if (p->p_cred != NULL)
		c = cell_of_cred(p->p_cred);
	if (!owned)
		mutex_exit(p->p_lock);
	return c;
}

static void
cell_count_enter(struct cell *c)
{
	u_int n, peak;

	n = atomic_inc_uint_nv(&c->c_nproc);
	while ((peak = atomic_load_relaxed(&c->c_npeak)) < n &&
	    atomic_cas_uint(&c->c_npeak, peak, n) != peak)
		continue;
}

/* exithook_establish(9): the process runs alone and will not fork again. */
void
cell_count_exit(struct proc *p, void *cookie)
{
	struct cell *c;

	c = cell_of_cred(p->p_cred);
	if (c == NULL)
		return;
	cell_member_remove(p);
	cell_stat_gone(c, p);
	atomic_inc_ulong(&c->c_exits);
	atomic_dec_uint(&c->c_nproc);
}

/* One credential takes over what another one says. */
static void
cell_cred_copy(kauth_cred_t from, kauth_cred_t to)
{
	struct cell *new, *old;

	new = cell_of_cred(from);
	old = cell_of_cred(to);
	if (new == old)
		return;
	if (new != NULL)
		atomic_inc_uint(&new->c_refcnt);
	kauth_cred_setdata(to, cell_key, new);
	if (old != NULL)
		cell_release(old);
}

/* Nobody else knows the child yet. */
static void
cell_cred_fork(struct proc *child)
{
	struct cell *c;

	c = cell_of_cred(child->p_cred);
	if (c == NULL)
		return;
	cell_member_add(child, c);
	cell_count_enter(c);
	atomic_inc_ulong(&c->c_forks);
}

static void
cell_cred_free(kauth_cred_t cred)
{
	struct cell *c;

	c = cell_of_cred(cred);
	if (c == NULL)
		return;
	kauth_cred_setdata(cred, cell_key, NULL);
	cell_release(c);
}

static __noinline int
cell_cred_hook(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1)
{

	switch (action) {
	case KAUTH_CRED_COPY:
		cell_cred_copy(cred, arg0);
		break;
	case KAUTH_CRED_FREE:
		cell_cred_free(cred);
		break;
	case KAUTH_CRED_FORK:
		cell_cred_fork(arg1);
		break;
	}
	return KAUTH_RESULT_ALLOW;
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Credentials
 * Responsibility: A cell's name follows every copy.  Processes are counted
 * when their credential is inherited, because posix_spawn(3) runs no fork
 * hooks.
 *
 * Always allows: kern_auth.c asserts that nobody defers here.
 */
int
secmodel_cell_cred_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{

	if (__predict_true(atomic_load_relaxed(&cell_count) == 0))
		return KAUTH_RESULT_ALLOW;
	return cell_cred_hook(cred, action, arg0, arg1);
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
		return cell_judge(c, cred, CELL_R_FORK_DYING, c, 0, NULL);
	s = pserialize_read_enter();
	maxproc = atomic_load_consume(&c->c_policy)->cp_maxproc;
	pserialize_read_exit(s);
	if (maxproc != 0 && atomic_load_relaxed(&c->c_nproc) >= maxproc)
		return cell_judge(c, cred, CELL_R_FORK_MAXPROC, c, maxproc,
		    NULL);
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
	kauth_cred_setdata(ncred, cell_key, NULL);

	proc_crmod_enter();
	ocred = p->p_cred;
	if (cell_of_cred(ocred) != NULL) {
		proc_crmod_leave(ocred, ncred, false);
		atomic_dec_uint(&c->c_nproc);
		cell_release(c);
		return EPERM;
	}
	kauth_cred_clone(ocred, ncred);
	kauth_cred_setdata(ncred, cell_key, c);
	proc_crmod_leave(ncred, ocred, true);
	cell_member_add(p, c);
	return 0;
}

/* Send SIGKILL to every member that can take it. */
static void
cell_kill_members(struct cell *c)
{
	struct proc *p;
	bool member;

	mutex_enter(&proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		mutex_enter(p->p_lock);
		member = (p->p_stat == SACTIVE || p->p_stat == SSTOP) &&
		    cell_of_cred(p->p_cred) == c;
		mutex_exit(p->p_lock);
		if (member)
			psignal(p, SIGKILL);
	}
	mutex_exit(&proc_lock);
}

/*
 * End a cell: see struct cell_op.  Repeats itself since execve(2) discards
 * pending signals and a fork may have been under way.  EINTR: a signal.
 */
int
cell_kill(uint32_t id)
{
	struct cell *c;
	int error = 0, i;

	mutex_enter(&cell_lock);
	c = id != 0 ? cell_find(id, NULL) : NULL;
	if (c != NULL) {
		atomic_inc_uint(&c->c_refcnt);
		atomic_store_relaxed(&c->c_state, CELL_STATE_DYING);
	}
	mutex_exit(&cell_lock);
	if (c == NULL)
		return ESRCH;

	for (i = 0; atomic_load_relaxed(&c->c_nproc) != 0; i++) {
		if (i == CELL_KILL_ROUNDS) {
			error = EAGAIN;
			break;
		}
		cell_kill_members(c);
		error = kpause("cellkill", true, mstohz(10) + 1, NULL);
		if (error != EWOULDBLOCK && error != 0)
			break;
		error = 0;
	}
	cell_release(c);
	return error;
}
