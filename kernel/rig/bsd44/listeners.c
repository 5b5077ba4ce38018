/*
 * listeners.c -- what the kernel itself allows users: the listeners of
 * kern_sig.c, kern_proc.c, kern_resource.c, sys_sched.c, sys_ptrace.c,
 * kern_ktrace.c, kern_event.c, procfs, uipc_socket.c, route.c, if.c,
 * sysv_ipc.c, uipc_sem.c, sys_mqueue.c, sys_pset.c, vfs_init.c, tty.c,
 * specfs and x86_machdep.c.  None of them ever denies.
 */

#include <sys/param.h>
#include <sys/ipc.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/ptrace.h>
#include <sys/sched.h>
#include <sys/socketvar.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/tty.h>
#include <net/route.h>

#include "rig_kern.h"
#include "rig_objects.h"

static int
allow_if(bool ok)
{
	return ok ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

static bool
same_uid(kauth_cred_t cred, struct proc *p)
{
	return kauth_cred_getuid(cred) == kauth_cred_getuid(p->p_cred) &&
	    (p->p_flag & PK_SUGID) == 0;
}

static int
process_cansee(kauth_cred_t cred, struct proc *p, u_long req)
{
	switch (req) {
	case KAUTH_REQ_PROCESS_CANSEE_ARGS:
	case KAUTH_REQ_PROCESS_CANSEE_ENTRY:
	case KAUTH_REQ_PROCESS_CANSEE_OPENFILES:
	case KAUTH_REQ_PROCESS_CANSEE_EPROC:
		return KAUTH_RESULT_ALLOW;
	case KAUTH_REQ_PROCESS_CANSEE_ENV:
		return allow_if(kauth_cred_getuid(cred) ==
		    kauth_cred_getuid(p->p_cred) &&
		    kauth_cred_getuid(cred) == kauth_cred_getsvuid(p->p_cred));
	default:
		/* Kernel pointers: kern.expose_address is 0. */
		return KAUTH_RESULT_DEFER;
	}
}

static int
process_rlimit(kauth_cred_t cred, struct proc *p, u_long req,
    const struct rlimit *limit, u_long which)
{
	switch (req) {
	case KAUTH_REQ_PROCESS_RLIMIT_GET:
		return KAUTH_RESULT_ALLOW;
	case KAUTH_REQ_PROCESS_RLIMIT_SET:
		if (p != curproc && proc_uidmatch(cred, p->p_cred) != 0)
			return KAUTH_RESULT_DEFER;
		return allow_if(limit->rlim_max <= p->p_rlimit[which].rlim_max);
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
process_nice(kauth_cred_t cred, struct proc *p, u_long nice)
{
	if (kauth_cred_geteuid(cred) != kauth_cred_geteuid(p->p_cred) &&
	    kauth_cred_getuid(cred) != kauth_cred_geteuid(p->p_cred))
		return KAUTH_RESULT_DEFER;
	return allow_if(nice >= p->p_nice);
}

static int
process_ptrace(kauth_cred_t cred, struct proc *p, u_long req)
{
	switch (req) {
	case PT_TRACE_ME:
	case PT_ATTACH:
	case PT_READ_I:
	case PT_READ_D:
	case PT_WRITE_I:
	case PT_WRITE_D:
	case PT_IO:
		return allow_if(same_uid(cred, p));
	case PT_CONTINUE:
	case PT_KILL:
	case PT_DETACH:
	case PT_SYSCALL:
	case PT_STOP:
		return KAUTH_RESULT_ALLOW;
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
process_ktrace(kauth_cred_t cred, struct proc *p, u_long req)
{
	if (req == KAUTH_REQ_PROCESS_KTRACE_PERSISTENT ||
	    (p->p_traceflag & (int)KTRFAC_PERSISTENT) != 0 ||
	    (p->p_flag & PK_SUGID) != 0)
		return KAUTH_RESULT_DEFER;
	return allow_if(
	    kauth_cred_geteuid(cred) == kauth_cred_getuid(p->p_cred) &&
	    kauth_cred_getuid(cred) == kauth_cred_getsvuid(p->p_cred) &&
	    kauth_cred_getgid(cred) == kauth_cred_getgid(p->p_cred) &&
	    kauth_cred_getgid(cred) == kauth_cred_getsvgid(p->p_cred));
}

static int
process_setparam(kauth_cred_t cred, struct proc *p, const struct lwp *l,
    int policy, pri_t priority)
{
	return allow_if(kauth_cred_uidmatch(cred, p->p_cred) &&
	    (policy == l->l_class ||
	    (policy != SCHED_FIFO && policy != SCHED_RR)) &&
	    priority <= l->l_priority);
}

static int
process_listener_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct proc *p = arg0;

	(void)cookie;
	switch (action) {
	case KAUTH_PROCESS_CANSEE:
		return process_cansee(cred, p, (u_long)arg1);
	case KAUTH_PROCESS_FORK:
		/* The number of processes comes as arg1; kern_proc.c looks here. */
		return allow_if((int)(u_long)arg2 < maxproc - 5);
	case KAUTH_PROCESS_CORENAME:
	case KAUTH_PROCESS_STOPFLAG:
		return allow_if(proc_uidmatch(cred, p->p_cred) == 0);
	case KAUTH_PROCESS_SIGNAL:
		return allow_if(kauth_cred_uidmatch(cred, p->p_cred) ||
		    ((u_long)arg1 == SIGCONT &&
		    curproc->p_session == p->p_session));
	case KAUTH_PROCESS_KEVENT_FILTER:
		return allow_if(same_uid(cred, p));
	case KAUTH_PROCESS_KTRACE:
		return process_ktrace(cred, p, (u_long)arg1);
	case KAUTH_PROCESS_NICE:
		return process_nice(cred, p, (u_long)arg1);
	case KAUTH_PROCESS_RLIMIT:
		return process_rlimit(cred, p, (u_long)arg1, arg2,
		    (u_long)arg3);
	case KAUTH_PROCESS_PTRACE:
		return process_ptrace(cred, p, (u_long)arg1);
	case KAUTH_PROCESS_PROCFS:
		return allow_if(((const struct pfsnode *)arg1)->pfs_type !=
		    PFSmem || same_uid(cred, p));
	case KAUTH_PROCESS_SCHEDULER_GETPARAM:
		return allow_if(kauth_cred_uidmatch(cred, p->p_cred));
	case KAUTH_PROCESS_SCHEDULER_SETPARAM:
		return process_setparam(cred, p, arg1, (int)(u_long)arg2,
		    (pri_t)(u_long)arg3);
	case KAUTH_PROCESS_SCHEDULER_GETAFFINITY:
		return KAUTH_RESULT_ALLOW;
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
network_socket(kauth_cred_t cred, u_long req, void *arg1, void *arg2)
{
	const struct socket *so;

	switch (req) {
	case KAUTH_REQ_NETWORK_SOCKET_OPEN:
		switch ((u_long)arg1) {
		case PF_ROUTE:
		case PF_OROUTE:
		case PF_BLUETOOTH:
		case PF_CAN:
			return KAUTH_RESULT_ALLOW;
		default:
			return allow_if((u_long)arg2 != SOCK_RAW);
		}
	case KAUTH_REQ_NETWORK_SOCKET_CANSEE:
		return KAUTH_RESULT_ALLOW;
	case KAUTH_REQ_NETWORK_SOCKET_DROP:
		so = arg1;
		return allow_if(so->so_cred != NULL &&
		    proc_uidmatch(cred, so->so_cred) == 0);
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
network_listener_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const u_long req = (u_long)arg0;

	(void)cookie, (void)arg3;
	switch (action) {
	case KAUTH_NETWORK_SOCKET:
		return network_socket(cred, req, arg1, arg2);
	case KAUTH_NETWORK_BIND:
		return allow_if(req == KAUTH_REQ_NETWORK_BIND_PORT);
	case KAUTH_NETWORK_ROUTE:
		return allow_if(((const struct rt_msghdr *)arg1)->rtm_type ==
		    RTM_GET);
	/*
	 * if.c's listener compares the wrong argument and so never allows
	 * KAUTH_NETWORK_INTERFACE; reading interfaces asks nobody.
	 */
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static bool
ipc_may(kauth_cred_t cred, const struct ipc_perm *perm, mode_t mode)
{
	mode_t need = 0;
	int shift;

	if (kauth_cred_geteuid(cred) == perm->uid ||
	    kauth_cred_geteuid(cred) == perm->cuid)
		shift = 6;
	else if (mode & IPC_M)
		return false;
	else if (kauth_cred_groupmember(cred, perm->gid) == 0 ||
	    kauth_cred_groupmember(cred, perm->cgid) == 0)
		shift = 3;
	else
		shift = 0;
	if (mode & IPC_R)
		need |= 04;
	if (mode & IPC_W)
		need |= 02;
	return (perm->mode >> shift & need) == need;
}

static bool
ksem_may(kauth_cred_t cred, const struct ksem *ks)
{
	return (kauth_cred_geteuid(cred) == ks->ks_uid &&
	    (ks->ks_mode & S_IWUSR) != 0) ||
	    (kauth_cred_getegid(cred) == ks->ks_gid &&
	    (ks->ks_mode & S_IWGRP) != 0) || (ks->ks_mode & S_IWOTH) != 0;
}

static int
system_listener_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const u_long req = (u_long)arg0;

	(void)cookie, (void)arg3;
	switch (action) {
	case KAUTH_SYSTEM_MOUNT:
		return allow_if(req == KAUTH_REQ_SYSTEM_MOUNT_GET);
	case KAUTH_SYSTEM_PSET:
		return allow_if((req == KAUTH_REQ_SYSTEM_PSET_ASSIGN ||
		    req == KAUTH_REQ_SYSTEM_PSET_BIND) &&
		    (psetid_t)(u_long)arg1 == PS_QUERY);
	case KAUTH_SYSTEM_SYSVIPC:
		return allow_if(req == KAUTH_REQ_SYSTEM_SYSVIPC_BYPASS &&
		    ipc_may(cred, arg1, (mode_t)(u_long)arg2));
	case KAUTH_SYSTEM_SEMAPHORE:
		return allow_if(ksem_may(cred, arg1));
	case KAUTH_SYSTEM_MQUEUE:
		return allow_if(kauth_cred_geteuid(cred) ==
		    ((const struct mqueue *)arg1)->mq_euid);
	case KAUTH_SYSTEM_MODULE:
		/* An autoload. */
		return allow_if((u_long)arg2 != 0);
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
device_listener_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const struct tty *tty = arg0;

	(void)cred, (void)cookie, (void)arg1, (void)arg2, (void)arg3;
	switch (action) {
	case KAUTH_DEVICE_TTY_OPEN:
		return allow_if((tty->t_state & TS_ISOPEN) == 0 ||
		    (tty->t_state & TS_XCLUDE) == 0);
	case KAUTH_DEVICE_RAWIO_SPEC:
	case KAUTH_DEVICE_RAWIO_PASSTHRU:
		/* The permissions of the node are what counts. */
		return KAUTH_RESULT_ALLOW;
	default:
		return KAUTH_RESULT_DEFER;
	}
}

static int
machdep_listener_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cred, (void)cookie;
	(void)arg0, (void)arg1, (void)arg2, (void)arg3;
	return allow_if(action == KAUTH_MACHDEP_IOPERM_GET);
}

static kauth_listener_t kernel_listeners[5];

void
kernel_listeners_init(void)
{
	kernel_listeners[0] = kauth_listen_scope(KAUTH_SCOPE_PROCESS,
	    process_listener_cb, NULL);
	kernel_listeners[1] = kauth_listen_scope(KAUTH_SCOPE_NETWORK,
	    network_listener_cb, NULL);
	kernel_listeners[2] = kauth_listen_scope(KAUTH_SCOPE_SYSTEM,
	    system_listener_cb, NULL);
	kernel_listeners[3] = kauth_listen_scope(KAUTH_SCOPE_DEVICE,
	    device_listener_cb, NULL);
	kernel_listeners[4] = kauth_listen_scope(KAUTH_SCOPE_MACHDEP,
	    machdep_listener_cb, NULL);
}

void
kernel_listeners_fini(void)
{
	u_int i;

	for (i = 0; i < __arraycount(kernel_listeners); i++)
		kauth_unlisten_scope(kernel_listeners[i]);
}
