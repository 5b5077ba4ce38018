/*
 * rig_ask.c -- any request of any scope with ordinary arguments, for tests
 * that walk the whole table.
 */

#include <sys/param.h>
#include <sys/cell.h>
#include <sys/ipc.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/ptrace.h>
#include <sys/signal.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <sys/tty.h>
#include <sys/vnode.h>
#include <net/route.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"
#include "bsd44/rig_objects.h"

/* A character device that is neither memory nor a disk. */
static const struct vnode plain_device = {
	.v_type = VCHR, .v_rdev = makedev(250, 0)
};
static const struct vnode plain_file = { .v_type = VREG };

static int
ask_system(struct lwp *l, kauth_action_t action, uint32_t req)
{
	struct ipc_perm perm = {
		.uid = kauth_cred_geteuid(l->l_cred),
		.cuid = kauth_cred_geteuid(l->l_cred), .mode = 0600
	};
	struct ksem ks = {
		.ks_uid = kauth_cred_geteuid(l->l_cred), .ks_mode = 0600
	};
	struct mqueue mq = { .mq_euid = kauth_cred_geteuid(l->l_cred) };
	void *arg1 = NULL, *arg2 = NULL;

	switch (action) {
	case KAUTH_SYSTEM_SYSVIPC:
		arg1 = &perm;
		arg2 = KAUTH_ARG(IPC_R);
		break;
	case KAUTH_SYSTEM_SEMAPHORE:
		arg1 = &ks;
		break;
	case KAUTH_SYSTEM_MQUEUE:
		arg1 = &mq;
		break;
	}
	return kauth_authorize_system(l->l_cred, action,
	    (enum kauth_system_req)req, arg1, arg2, NULL);
}

static int
ask_rlimit(struct proc *p, uint32_t req, struct proc *target)
{
	struct rlimit limit = target->p_rlimit[RLIMIT_NOFILE];
	int error;
	RIG_AS(p);

	error = kauth_authorize_process(l->l_cred, KAUTH_PROCESS_RLIMIT,
	    target, KAUTH_ARG(req),
	    req == KAUTH_REQ_PROCESS_RLIMIT_GET ? NULL : &limit,
	    KAUTH_ARG(RLIMIT_NOFILE));
	RIG_DONE();
	return error;
}

static int
ask_process(struct proc *p, kauth_action_t action, uint32_t req,
    struct proc *target)
{
	int error;

	switch (action) {
	case KAUTH_PROCESS_CANSEE:
		return rig_cansee(p, target, req);
	case KAUTH_PROCESS_CORENAME:
		return rig_corename(p, target,
		    req == KAUTH_REQ_PROCESS_CORENAME_SET);
	case KAUTH_PROCESS_KEVENT_FILTER:
		return rig_kevent(p, target) != 0 ? EPERM : 0;
	case KAUTH_PROCESS_NICE:
		return rig_setpriority(p, target, target->p_nice - NZERO) != 0 ?
		    EPERM : 0;
	case KAUTH_PROCESS_PROCFS:
		return rig_procfs(p, target, req, false);
	case KAUTH_PROCESS_RLIMIT:
		return ask_rlimit(p, req, target);
	case KAUTH_PROCESS_SCHEDULER_SETPARAM:
		return rig_sched_setparam(p, target, -1, 0);
	case KAUTH_PROCESS_SIGNAL:
		return rig_kill(p, target, 0);
	case KAUTH_PROCESS_STOPFLAG:
		return rig_stopflag(p, target);
	default: {
		RIG_AS(p);
		mutex_enter(target->p_lock);
		error = kauth_authorize_process(l->l_cred, action, target,
		    KAUTH_ARG(action == KAUTH_PROCESS_PTRACE ? PT_ATTACH :
		    req), NULL, NULL);
		mutex_exit(target->p_lock);
		RIG_DONE();
		return error;
	}
	}
}

static int
ask_network(struct proc *p, kauth_action_t action, uint32_t req,
    struct proc *target)
{
	struct socket *so = NULL;
	struct rt_msghdr rtm = { .rtm_type = RTM_ADD };
	void *arg1 = NULL, *arg2 = NULL;
	int error;

	if (action == KAUTH_NETWORK_SOCKET || action == KAUTH_NETWORK_BIND) {
		error = rig_socket(target, 4, SOCK_STREAM, 0, &so);
		KASSERTMSG(error == 0, "a plain socket: %d", error);
	}
	if (action == KAUTH_NETWORK_BIND &&
	    req != KAUTH_REQ_NETWORK_BIND_ANYADDR) {
		error = rig_bind(p, so, NULL,
		    req == KAUTH_REQ_NETWORK_BIND_PRIVPORT ? 7 : 1025);
		rig_close(so);
		return error != 0 ? EPERM : 0;
	}
	RIG_AS(p);
	switch (action) {
	case KAUTH_NETWORK_ROUTE:
		arg1 = &rtm;
		break;
	case KAUTH_NETWORK_SOCKET:
		if (req == KAUTH_REQ_NETWORK_SOCKET_OPEN) {
			arg1 = KAUTH_ARG(PF_INET);
			arg2 = KAUTH_ARG(SOCK_STREAM);
		} else
			arg1 = so;
		break;
	}
	error = kauth_authorize_network(l->l_cred, action,
	    (enum kauth_network_req)req, arg1, arg2, NULL);
	RIG_DONE();
	if (so != NULL)
		rig_close(so);
	return error;
}

static int
ask_device(struct lwp *l, kauth_action_t action, uint32_t req)
{
	struct tty tty = { .t_state = 0 };

	switch (action) {
	case KAUTH_DEVICE_RAWIO_SPEC:
		return kauth_authorize_device_spec(l->l_cred,
		    (enum kauth_device_req)req, __UNCONST(&plain_device));
	case KAUTH_DEVICE_RAWIO_PASSTHRU:
		return kauth_authorize_device_passthru(l->l_cred,
		    plain_device.v_rdev, req, NULL);
	case KAUTH_DEVICE_TTY_OPEN:
	case KAUTH_DEVICE_TTY_PRIVSET:
	case KAUTH_DEVICE_TTY_STI:
	case KAUTH_DEVICE_TTY_VIRTUAL:
		return kauth_authorize_device_tty(l->l_cred, action, &tty);
	default:
		return kauth_authorize_device(l->l_cred, action,
		    KAUTH_ARG(req), NULL, NULL, NULL);
	}
}

int
rig_ask(struct proc *p, unsigned int scope, uint64_t action, uint32_t request,
    struct proc *target)
{
	int error;

	if (target == NULL)
		target = p;
	if (scope == CELL_SCOPE_PROCESS)
		return ask_process(p, action, request, target);
	if (scope == CELL_SCOPE_NETWORK)
		return ask_network(p, action, request, target);
	RIG_AS(p);
	switch (scope) {
	case CELL_SCOPE_GENERIC:
		error = kauth_authorize_generic(l->l_cred, action, NULL);
		break;
	case CELL_SCOPE_SYSTEM:
		error = ask_system(l, action, request);
		break;
	case CELL_SCOPE_MACHDEP:
		error = kauth_authorize_machdep(l->l_cred, action, NULL, NULL,
		    NULL, NULL);
		break;
	case CELL_SCOPE_DEVICE:
		error = ask_device(l, action, request);
		break;
	case CELL_SCOPE_VNODE:
		error = kauth_authorize_vnode(l->l_cred, action,
		    __UNCONST(&plain_file), NULL, 0);
		break;
	default:
		error = EINVAL;
	}
	RIG_DONE();
	return error;
}

int
rig_rawio(struct proc *p, uint32_t request, bool block, int dmajor,
    int dminor)
{
	struct vnode vn = {
		.v_type = block ? VBLK : VCHR,
		.v_rdev = makedev(dmajor, dminor)
	};
	int error;
	RIG_AS(p);

	error = kauth_authorize_device_spec(l->l_cred,
	    (enum kauth_device_req)request, &vn);
	RIG_DONE();
	return error;
}

int
rig_sysvipc(struct proc *p, uid_t uid, uid_t cuid, gid_t gid, gid_t cgid,
    mode_t perm, uint32_t mode)
{
	struct ipc_perm ip = {
		.uid = uid, .cuid = cuid, .gid = gid, .cgid = cgid,
		.mode = perm
	};
	int error;
	RIG_AS(p);

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSVIPC,
	    KAUTH_REQ_SYSTEM_SYSVIPC_BYPASS, &ip, KAUTH_ARG(mode), NULL);
	RIG_DONE();
	return error;
}

int
rig_mqueue(struct proc *p, uid_t owner)
{
	struct mqueue mq = { .mq_euid = owner };
	int error;
	RIG_AS(p);

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MQUEUE, 0, &mq,
	    NULL, NULL);
	RIG_DONE();
	return error;
}
