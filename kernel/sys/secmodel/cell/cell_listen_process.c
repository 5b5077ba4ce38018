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
 * The process scope: who reaches whom.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/resource.h>
#include <sys/resourcevar.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

/* The request, for those actions that have any. */
static uint32_t
cell_process_request(kauth_action_t action, void *arg1, void *arg2)
{

	switch (action) {
	case KAUTH_PROCESS_CANSEE:
	case KAUTH_PROCESS_CORENAME:
	case KAUTH_PROCESS_KTRACE:
	case KAUTH_PROCESS_RLIMIT:
		return (uint32_t)(uintptr_t)arg1;
	case KAUTH_PROCESS_PROCFS:
		return (uint32_t)(uintptr_t)arg2;
	default:
		return 0;
	}
}

/* Within a cell some actions are as harmless as their arguments. */
static u_int
cell_process_variant(u_int rule, struct proc *p, void *arg1, void *arg2,
    void *arg3)
{
	const struct rlimit *limit = arg2;

	switch (rule) {
	case CELL_R_NICE:
		if ((int)(uintptr_t)arg1 < p->p_nice)
			return CELL_R_NICE_RAISE;
		break;
	case CELL_R_RLIMIT_SET:
		if (limit->rlim_max >
		    p->p_rlimit[(u_int)(uintptr_t)arg3].rlim_max)
			return CELL_R_RLIMIT_RAISE;
		break;
	}
	return rule;
}

/*
 * What is asked with an LWP locked: sched_setparam(2), and kern.lwp whether
 * it may show addresses.
 */
static bool
cell_asked_locked(kauth_action_t action, uint32_t req)
{

	return action == KAUTH_PROCESS_SCHEDULER_SETPARAM ||
	    (action == KAUTH_PROCESS_CANSEE &&
	    req == KAUTH_REQ_PROCESS_CANSEE_KPTR);
}

/* Those ask for the calling process and with p_lock held. */
static int
cell_process_locked(kauth_cred_t cred, kauth_action_t action, uint32_t req,
    struct proc *p)
{
	struct cell *c = cell_member_of(curproc);
	uint32_t object;

	if (c == NULL && kauth_cred_geteuid(cred) == 0)
		return KAUTH_RESULT_DEFER;
	object = p == curproc ? cell_id(c) : cell_member_id(p);
	if (c == NULL && object == 0)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_PROCESS, action,
	    req, cell_id(c) != object)->ru_id, object, p->p_pid, NULL);
}

/*
 * clock_gettime(2) of a process's CPU time asks as ptrace(2) does, and names
 * a request of another action.
 */
static bool
cell_asked_clock(kauth_action_t action, void *arg1)
{

	return action == KAUTH_PROCESS_PTRACE &&
	    (uintptr_t)arg1 == KAUTH_REQ_PROCESS_CANSEE_ENTRY;
}

/*
 * It asks for the calling process as well, whose own time is no secret, and
 * holds no lock or reference: another process may be gone already, so that
 * nothing of it is looked at.
 */
static int
cell_process_clock(kauth_cred_t cred, kauth_action_t action,
    const struct proc *p)
{
	struct cell *c = cell_of_cred(cred);
	uint32_t object;

	if (p == curproc || (c == NULL && kauth_cred_geteuid(cred) == 0))
		return KAUTH_RESULT_DEFER;
	object = cell_member_id(p);
	if (c == NULL && object == 0)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_PROCESS, action,
	    0, cell_id(c) != object)->ru_id, object, 0, NULL);
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Process
 * Responsibility: Nobody but the host's root reaches into a cell, and nobody
 * reaches out of one.  How many processes there may be.
 */
int
cell_judge_process(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct proc *p = arg0;
	struct cell *c, *object;
	uint32_t req;
	u_int rule;

	req = cell_process_request(action, arg1, arg2);
	if (cell_asked_locked(action, req))
		return cell_process_locked(cred, action, req, p);
	if (cell_asked_clock(action, arg1))
		return cell_process_clock(cred, action, p);
	c = cell_of_cred(cred);
	if (c == NULL && kauth_cred_geteuid(cred) == 0)
		return KAUTH_RESULT_DEFER;
	object = p == curproc ? c : cell_of_proc(p);
	if (c == NULL && object == NULL)
		return KAUTH_RESULT_DEFER;

	rule = cell_rule_find(CELL_SCOPE_PROCESS, action, req,
	    c != object)->ru_id;
	if (rule == CELL_R_FORK)
		return cell_fork_check(c, cred);
	rule = cell_process_variant(rule, p, arg1, arg2, arg3);
	return cell_judge(c, cred, rule, cell_id(object), p->p_pid, NULL);
}
