/* rig_proc.c -- processes as tests and the server make them. */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/systm.h>
#include <uvm/uvm_extern.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"

struct proc *
rig_init(void)
{
	return initproc;
}

struct lwp *
rig_lwp(struct proc *p)
{
	struct lwp *l = rig_curlwp;

	if (p == NULL)
		return &lwp0;
	if (l->l_proc == p)
		return l;
	l = LIST_FIRST(&p->p_lwps);
	KASSERTMSG(l != NULL, "process %d has ended", p->p_pid);
	return l;
}

void
rig_as(struct proc *p)
{
	rig_curlwp = rig_lwp(p);
}

struct lwp *
rig_thread(struct proc *p)
{
	struct lwp *l = lwp_alloc(p);

	rig_curlwp = l;
	return l;
}

void
rig_thread_end(struct lwp *l)
{
	rig_curlwp = &lwp0;
	lwp_release(l);
}

struct proc *
rig_proc_create(uid_t uid)
{
	struct proc *p;
	int error;

	error = rig_fork(initproc, &p);
	KASSERTMSG(error == 0, "fork of init: %d", error);
	(void)strlcpy(p->p_comm, "sh", sizeof(p->p_comm));
	if (uid != 0) {
		error = rig_setgid(p, uid);
		KASSERT(error == 0);
		error = rig_setuid(p, uid);
		KASSERT(error == 0);
	}
	/* As after an exec: a fresh login is not tainted. */
	mutex_enter(p->p_lock);
	p->p_flag &= ~PK_SUGID;
	mutex_exit(p->p_lock);
	return p;
}

int
rig_fork(struct proc *p, struct proc **childp)
{
	int error;
	RIG_AS(p);

	error = fork1(l, FORK_FORK, 0, childp);
	RIG_DONE();
	return error;
}

int
rig_posix_spawn(struct proc *p, struct proc **childp)
{
	int error;
	RIG_AS(p);

	error = fork1(l, FORK_SPAWN, 0, childp);
	RIG_DONE();
	return error;
}

void
rig_zombie(struct proc *p)
{
	RIG_AS(p);

	exit1(p);
	RIG_DONE();
	(void)l;
	if (rig_curlwp->l_proc == p)
		rig_curlwp = &lwp0;
}

void
rig_reap(struct proc *p)
{
	proc_free(p);
}

void
rig_exit(struct proc *p)
{
	rig_zombie(p);
	rig_reap(p);
}

unsigned int
rig_reap_killed(void)
{
	struct proc *p;
	unsigned int n = 0;

	for (;;) {
		mutex_enter(&proc_lock);
		PROCLIST_FOREACH(p, &allproc)
			if (p->p_xsig == SIGKILL && p->p_rig_host == NULL)
				break;
		mutex_exit(&proc_lock);
		if (p == NULL)
			return n;
		rig_exit(p);
		n++;
	}
}

pid_t
rig_pid(const struct proc *p)
{
	return p->p_pid;
}

uid_t
rig_euid(struct proc *p)
{
	uid_t uid;

	mutex_enter(p->p_lock);
	uid = kauth_cred_geteuid(p->p_cred);
	mutex_exit(p->p_lock);
	return uid;
}

bool
rig_was_killed(const struct proc *p)
{
	return p->p_xsig == SIGKILL;
}

void
rig_set_name(struct proc *p, const char *comm)
{
	mutex_enter(p->p_lock);
	(void)strlcpy(p->p_comm, comm, sizeof(p->p_comm));
	mutex_exit(p->p_lock);
}

void
rig_set_usage(struct proc *p, uint64_t utime, uint64_t stime, uint64_t rss,
    uint64_t vsz)
{
	mutex_enter(p->p_lock);
	p->p_rig_utime = utime;
	p->p_rig_stime = stime;
	p->p_vmspace->vm_rssize = (segsz_t)atop(rss);
	p->p_vmspace->vm_map.size = vsz;
	mutex_exit(p->p_lock);
}

int
rig_setuid(struct proc *p, uid_t uid)
{
	int error;
	RIG_AS(p);

	error = do_setresuid(l, uid, uid, uid);
	RIG_DONE();
	return error;
}

int
rig_seteuid(struct proc *p, uid_t uid)
{
	int error;
	RIG_AS(p);

	error = do_setresuid(l, (uid_t)-1, uid, (uid_t)-1);
	RIG_DONE();
	return error;
}

int
rig_setgid(struct proc *p, gid_t gid)
{
	int error;
	RIG_AS(p);

	error = do_setresgid(l, gid, gid, gid);
	RIG_DONE();
	return error;
}

void
rig_exec_setuid(struct proc *p, uid_t owner)
{
	RIG_AS(p);

	credexec(l, owner, (gid_t)-1);
	RIG_DONE();
}

int
rig_chroot(struct proc *p)
{
	int error;
	RIG_AS(p);

	error = change_root(l);
	RIG_DONE();
	return error;
}

int
rig_sysctl(struct proc *p, const char *node, void *old, size_t *oldlenp,
    const void *new, size_t newlen)
{
	char path[128];
	int error;
	RIG_AS(p);

	(void)snprintf(path, sizeof(path), "%s%s",
	    strchr(node, '.') == NULL ? "security.models.cell." : "", node);
	error = sysctl_call(l, path, old, oldlenp, new, newlen);
	RIG_DONE();
	return error;
}
