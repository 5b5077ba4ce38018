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
 * The vnode scope, and what it takes to tell one namespace of extended
 * attributes from the other.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/specificdata.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <secmodel/cell/cell_impl.h>

/*
 * What the vnode scope is asked of extended attributes does not tell their
 * namespace.  But for the system namespace the system scope is asked right
 * before; each thread remembers for which mount.
 */
static specificdata_key_t cell_extattr_key;
static bool cell_extattr_ready;		/* cell_lock */
static volatile u_int cell_extattr_marks;

static void
cell_extattr_unmark(void *mp)
{

	atomic_dec_uint(&cell_extattr_marks);
}

void
cell_extattr_mark(struct mount *mp)
{

	if (mp == NULL)
		return;
	if (lwp_getspecific(cell_extattr_key) == NULL)
		atomic_inc_uint(&cell_extattr_marks);
	lwp_setspecific(cell_extattr_key, mp);
}

/* Whether the calling thread was marked for this mount; no longer, then. */
static bool
cell_extattr_marked(const struct mount *mp)
{
	const struct mount *mark;

	if (atomic_load_relaxed(&cell_extattr_marks) == 0)
		return false;
	mark = lwp_getspecific(cell_extattr_key);
	if (mark == NULL)
		return false;
	lwp_setspecific(cell_extattr_key, NULL);
	cell_extattr_unmark(NULL);
	return mark == mp;
}

/*
 * Before the first cell comes to be, under cell_lock.  Not when the model is
 * initialised: one that is built in is before lwpinit() made room for keys.
 */
int
cell_vnode_init(void)
{
	int error;

	KASSERT(mutex_owned(&cell_lock));

	if (cell_extattr_ready)
		return 0;
	error = lwp_specific_key_create(&cell_extattr_key,
	    cell_extattr_unmark);
	cell_extattr_ready = error == 0;
	return error;
}

/* Once no callback is under way. */
void
cell_vnode_fini(void)
{

	if (cell_extattr_ready)
		lwp_specific_key_delete(cell_extattr_key);
	cell_extattr_ready = false;
}

/* Every bit of the vnode scope that sys/kauth.h has. */
#define	CELL_VNODE_KNOWN	(__BITS(0, 21) | __BITS(29, 32))
#define	CELL_VNODE_EXTATTR						\
	(KAUTH_VNODE_READ_EXTATTRIBUTES | KAUTH_VNODE_WRITE_EXTATTRIBUTES)
#define	CELL_VNODE_JUDGED						\
	(KAUTH_VNODE_WRITE_SYSFLAGS | KAUTH_VNODE_REVOKE |		\
	    CELL_VNODE_EXTATTR | ~CELL_VNODE_KNOWN)

/* What is judged whatever file it is about: one question may ask for more. */
static const struct {
	kauth_action_t	bits;
	u_int		rule;
} cell_vnode_rules[] = {
	{ ~CELL_VNODE_KNOWN,		CELL_R_VNODE_UNKNOWN },
	{ KAUTH_VNODE_WRITE_SYSFLAGS,	CELL_R_VNODE_SYSFLAGS },
	{ KAUTH_VNODE_REVOKE,		CELL_R_VNODE_REVOKE },
};

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Vnode
 * Responsibility: System flags, taking a file from others, and the system
 * namespace of extended attributes.  All else is for the file system to
 * decide, and this is asked for every file: look at the action first.
 */
static __noinline int
cell_judge_vnode(kauth_cred_t cred, kauth_action_t action,
    const struct vnode *vp)
{
	struct cell *c;
	u_int i, rule;

	if ((action & CELL_VNODE_JUDGED) == 0) {
		/* Not what the mark was for. */
		(void)cell_extattr_marked(NULL);
		return KAUTH_RESULT_DEFER;
	}
	c = cell_of_cred(cred);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;

	for (i = 0; i < __arraycount(cell_vnode_rules); i++)
		if ((action & cell_vnode_rules[i].bits) != 0 &&
		    cell_judge(c, cred, cell_vnode_rules[i].rule, 0, 0,
		    NULL) == KAUTH_RESULT_DENY)
			return KAUTH_RESULT_DENY;
	if ((action & CELL_VNODE_EXTATTR) == 0 ||
	    !cell_extattr_marked(vp->v_mount))
		return KAUTH_RESULT_DEFER;
	rule = (action & KAUTH_VNODE_WRITE_EXTATTRIBUTES) != 0 ?
	    CELL_R_VNODE_EXTATTR_WRITE : CELL_R_VNODE_EXTATTR_READ;
	return cell_judge(c, cred, rule, 0, 0, NULL);
}

int
secmodel_cell_vnode_cb(kauth_cred_t cred, kauth_action_t action,
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)
{

	if (__predict_true((action & CELL_VNODE_JUDGED) == 0 &&
	    atomic_load_relaxed(&cell_extattr_marks) == 0))
		return KAUTH_RESULT_DEFER;
	return cell_judge_vnode(cred, action, arg0);
}
