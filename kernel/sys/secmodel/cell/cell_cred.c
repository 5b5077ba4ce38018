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
 * Identity: which cell a credential names.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/systm.h>

#include <secmodel/secmodel.h>
#include <secmodel/cell/cell_impl.h>

static secmodel_t cell_sm;
static kauth_key_t cell_key;

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
		(void)secmodel_deregister(cell_sm);
	return error;
}

/* Deleting the key takes the cells' names out of all that have one. */
void
cell_cred_fini(void)
{

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

/*
 * Make a credential that nobody else has yet name a cell, whose reference it
 * takes over; NULL makes room for the name, which may sleep for memory.
 */
void
cell_cred_set(kauth_cred_t cred, struct cell *c)
{

	kauth_cred_setdata(cred, cell_key, c);
}

/*
 * Many a new credential becomes a copy of one of the caller's while its
 * p_lock is held: the room for a name is made before.
 */
static void
cell_cred_new(kauth_cred_t cred)
{

	if (cell_of_cred(curlwp->l_cred) != NULL)
		cell_cred_set(cred, NULL);
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
	cell_cred_set(to, new);
	if (old != NULL)
		cell_release(old);
}

static void
cell_cred_free(kauth_cred_t cred)
{
	struct cell *c;

	c = cell_of_cred(cred);
	if (c == NULL)
		return;
	cell_cred_set(cred, NULL);
	cell_release(c);
}

static __noinline int
cell_cred_hook(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1)
{

	switch (action) {
	case KAUTH_CRED_INIT:
		cell_cred_new(cred);
		break;
	case KAUTH_CRED_COPY:
		cell_cred_copy(cred, arg0);
		break;
	case KAUTH_CRED_FREE:
		cell_cred_free(cred);
		break;
	case KAUTH_CRED_FORK:
		cell_proc_fork(arg1);
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
