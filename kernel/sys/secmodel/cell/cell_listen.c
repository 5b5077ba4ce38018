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
 * The kauth(9) listeners.  Each finds out who acts and whose it is that is
 * acted upon, picks the rule, and has it judged.  The scopes that need no more
 * than a line of that stand here, the others in cell_listen_*.c and
 * cell_vnode.c.  The callbacks proper stand at the end: while there is no cell
 * they return after one load, without so much as a stack frame.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Generic
 * Responsibility: What asks for the superuser and nothing more precise.
 */
static __noinline int
cell_judge_generic(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct cell *c = cell_of_cred(cred);

	if (c == NULL)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_GENERIC, action,
	    0, false)->ru_id, 0, 0, NULL);
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: System
 * Responsibility: A cell administers itself, not the host.
 */
static __noinline int
cell_judge_system(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct cell *c = cell_of_cred(cred);

	if (c == NULL)
		return KAUTH_RESULT_DEFER;
	if (action == KAUTH_SYSTEM_FS_EXTATTR)
		cell_extattr_mark(arg1);
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_SYSTEM, action,
	    (uint32_t)(uintptr_t)arg0, false)->ru_id, 0, 0, NULL);
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Machdep
 * Responsibility: No port I/O, no firmware, no memory that is not one's own.
 */
static __noinline int
cell_judge_machdep(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct cell *c = cell_of_cred(cred);

	if (c == NULL)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_MACHDEP, action,
	    0, false)->ru_id, 0, 0, NULL);
}

/* The callbacks: nobody is refused anything while there is no cell. */
#define	CELL_CALLBACK(scope)						\
static int								\
secmodel_cell_##scope##_cb(kauth_cred_t cred, kauth_action_t action,	\
    void *cookie, void *arg0, void *arg1, void *arg2, void *arg3)	\
{									\
									\
	if (__predict_true(atomic_load_relaxed(&cell_nlive) == 0))	\
		return KAUTH_RESULT_DEFER;				\
	return cell_judge_##scope(cred, action, cookie, arg0, arg1,	\
	    arg2, arg3);						\
}

CELL_CALLBACK(generic)
CELL_CALLBACK(system)
CELL_CALLBACK(process)
CELL_CALLBACK(network)
CELL_CALLBACK(machdep)
CELL_CALLBACK(device)

static const struct {
	const char		*scope;
	kauth_scope_callback_t	cb;
} cell_scopes[] = {
	/* First and last: the others rely on what it keeps. */
	{ KAUTH_SCOPE_CRED,	secmodel_cell_cred_cb },
	{ KAUTH_SCOPE_GENERIC,	secmodel_cell_generic_cb },
	{ KAUTH_SCOPE_SYSTEM,	secmodel_cell_system_cb },
	{ KAUTH_SCOPE_PROCESS,	secmodel_cell_process_cb },
	{ KAUTH_SCOPE_NETWORK,	secmodel_cell_network_cb },
	{ KAUTH_SCOPE_MACHDEP,	secmodel_cell_machdep_cb },
	{ KAUTH_SCOPE_DEVICE,	secmodel_cell_device_cb },
	{ KAUTH_SCOPE_VNODE,	secmodel_cell_vnode_cb },
};
static kauth_listener_t cell_listeners[__arraycount(cell_scopes)];

void
cell_listen(void)
{
	size_t i;

	for (i = 0; i < __arraycount(cell_scopes); i++) {
		cell_listeners[i] = kauth_listen_scope(cell_scopes[i].scope,
		    cell_scopes[i].cb, NULL);
		KASSERT(cell_listeners[i] != NULL);
	}
}

/* Callbacks may still be under way afterwards. */
void
cell_unlisten(void)
{
	size_t i;

	for (i = __arraycount(cell_scopes); i-- > 0;)
		kauth_unlisten_scope(cell_listeners[i]);
}
