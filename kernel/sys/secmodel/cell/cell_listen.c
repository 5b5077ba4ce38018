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
 * acted upon, picks the rule, and has it judged.  The callbacks proper stand
 * at the end: while there is no cell they return after one load, without so
 * much as a stack frame.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/conf.h>
#include <sys/resource.h>
#include <sys/resourcevar.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include <net/if.h>
#include <net/route.h>

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
	    0, false)->ru_id, NULL, 0, NULL);
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
	    (uint32_t)(uintptr_t)arg0, false)->ru_id, NULL, 0, NULL);
}

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

/*
 * Those ask for the calling process and with p_lock held.  A process that is
 * going is nobody's.
 */
static int
cell_process_locked(kauth_cred_t cred, kauth_action_t action, uint32_t req,
    struct proc *p)
{
	struct cell *c = cell_member_of(curproc), *object;

	if (c == NULL && kauth_cred_geteuid(cred) == 0)
		return KAUTH_RESULT_DEFER;
	object = p == curproc ? c : cell_member_of(p);
	if (c == NULL && object == NULL)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_PROCESS, action,
	    req, c != object)->ru_id, object, p->p_pid, NULL);
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Process
 * Responsibility: Nobody but the host's root reaches into a cell, and nobody
 * reaches out of one.  How many processes there may be.
 */
static __noinline int
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
	return cell_judge(c, cred, rule, object, p->p_pid, NULL);
}

/* Whose a socket is: that of the credential it was created with. */
static struct cell *
cell_of_socket(const struct socket *so)
{

	return so != NULL && so->so_cred != NULL ? cell_of_cred(so->so_cred) :
	    NULL;
}

/* Sockets to see and to drop have an owner. */
static int
cell_socket(struct cell *c, kauth_cred_t cred, enum kauth_network_req req,
    const struct socket *so)
{
	const struct cell *object = cell_of_socket(so);

	if (c == NULL && (object == NULL || kauth_cred_geteuid(cred) == 0))
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_NETWORK,
	    KAUTH_NETWORK_SOCKET, req, c != object)->ru_id, object, 0, NULL);
}

/* Anybody may open what only reports on interfaces and routes. */
static bool
cell_socket_is_raw(u_long domain, u_long type)
{

	return type == SOCK_RAW && domain != PF_ROUTE && domain != PF_OROUTE;
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Network
 * Responsibility: Sockets have owners, ports have owners, and the host's
 * network is the host's to configure.
 */
static __noinline int
cell_judge_network(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const enum kauth_network_req req =
	    (enum kauth_network_req)(uintptr_t)arg0;
	struct cell *c;
	u_int rule;

	c = cell_of_cred(cred);

	if (action == KAUTH_NETWORK_SOCKET &&
	    (req == KAUTH_REQ_NETWORK_SOCKET_CANSEE ||
	    req == KAUTH_REQ_NETWORK_SOCKET_DROP))
		return cell_socket(c, cred, req, arg1);
	if (action == KAUTH_NETWORK_BIND &&
	    (req == KAUTH_REQ_NETWORK_BIND_PORT ||
	    req == KAUTH_REQ_NETWORK_BIND_PRIVPORT))
		return cell_bind(c, cred, req, arg1, arg2);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;

	rule = cell_rule_find(CELL_SCOPE_NETWORK, action, req, false)->ru_id;
	if (rule == CELL_R_SOCKET_OPEN &&
	    cell_socket_is_raw((u_long)arg1, (u_long)arg2))
		rule = CELL_R_SOCKET_OPENRAW;
	if (rule == CELL_R_ROUTE && arg1 != NULL &&
	    ((const struct rt_msghdr *)arg1)->rtm_type == RTM_GET)
		rule = CELL_R_ROUTE_GET;
	return cell_judge(c, cred, rule, NULL, 0, NULL);
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
	    0, false)->ru_id, NULL, 0, NULL);
}

/*
 * Opening a device node: memory and whatever holds a file system get rules
 * of their own.  The driver says what it drives; rawdev_mounted() would not
 * know a disk of which only a partition is mounted.
 */
static u_int
cell_device_variant(u_int rule, const struct vnode *vp)
{
	const struct cdevsw *cdev;
	int type;

	if (vp->v_type == VBLK)
		return CELL_R_RAWIO_DISK;
	if (vp->v_type != VCHR)
		return rule;
	if (iskmemdev(vp->v_rdev))
		return CELL_R_RAWIO_MEM;
	cdev = cdevsw_lookup(vp->v_rdev);
	type = cdev != NULL ? cdev->d_flag & D_TYPEMASK : D_OTHER;
	return type == D_DISK || type == D_TAPE ? CELL_R_RAWIO_DISK : rule;
}

/* Terminals ask for the calling process, some with their lock held. */
static bool
cell_device_locked(kauth_action_t action)
{

	return action == KAUTH_DEVICE_TTY_OPEN ||
	    action == KAUTH_DEVICE_TTY_PRIVSET;
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Device
 * Responsibility: Raw disks, memory, other people's terminals.
 */
static __noinline int
cell_judge_device(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct cell *c;
	uint32_t req = 0;
	u_int rule;

	c = cell_device_locked(action) ? cell_member_of(curproc) :
	    cell_of_cred(cred);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;
	if (action == KAUTH_DEVICE_RAWIO_SPEC ||
	    action == KAUTH_DEVICE_BLUETOOTH_BCSP ||
	    action == KAUTH_DEVICE_BLUETOOTH_BTUART)
		req = (uint32_t)(uintptr_t)arg0;
	rule = cell_rule_find(CELL_SCOPE_DEVICE, action, req, false)->ru_id;
	if (action == KAUTH_DEVICE_RAWIO_SPEC)
		rule = cell_device_variant(rule, arg1);
	return cell_judge(c, cred, rule, NULL, 0, NULL);
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
