/*
 * kern_proc.c -- the process table, LWPs, credentials of a process, signals.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <uvm/uvm_extern.h>

#include "rig_kern.h"

#define	PIDHASH		1024		/* a power of two */

kmutex_t proc_lock;
struct proclist allproc, zombproc;
struct proc proc0;
struct lwp lwp0;
struct proc *initproc;
u_int nprocs;
int maxproc = 1 << 20;
_Thread_local struct lwp *rig_curlwp = &lwp0;

static struct proclist pidhash[PIDHASH];
static struct pgrp pgrp0;
static struct session session0;

static struct proclist *
pid_bucket(pid_t pid)
{
	return &pidhash[(u_int)pid & (PIDHASH - 1)];
}

/* The members that have something to point to. */
static void
proc_ctor(struct proc *p)
{
	p->p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&p->p_stmutex, MUTEX_DEFAULT, IPL_HIGH);
	rw_init(&p->p_reflock);
	LIST_INIT(&p->p_children);
	LIST_INIT(&p->p_lwps);
	p->p_stats = kmem_zalloc(sizeof(*p->p_stats), KM_SLEEP);
	microtime(&p->p_stats->p_start);
	p->p_limit = kmem_zalloc(sizeof(*p->p_limit), KM_SLEEP);
	mutex_init(&p->p_limit->pl_lock, MUTEX_DEFAULT, IPL_NONE);
	p->p_vmspace = kmem_zalloc(sizeof(*p->p_vmspace), KM_SLEEP);
	p->p_vmspace->vm_refcnt = 1;
	p->p_nice = NZERO;
	p->p_pgrp = &pgrp0;
}

static void
proc_dtor(struct proc *p)
{
	if (p->p_vmspace != NULL)
		uvmspace_free(p->p_vmspace);
	mutex_destroy(&p->p_limit->pl_lock);
	kmem_free(p->p_limit, sizeof(*p->p_limit));
	kmem_free(p->p_stats, sizeof(*p->p_stats));
	rw_destroy(&p->p_reflock);
	mutex_destroy(&p->p_stmutex);
	(void)mutex_obj_free(p->p_lock);
}

void
procinit(void)
{
	u_int i;

	mutex_init(&proc_lock, MUTEX_DEFAULT, IPL_NONE);
	lwp_specific_init();
	LIST_INIT(&allproc);
	LIST_INIT(&zombproc);
	for (i = 0; i < PIDHASH; i++)
		LIST_INIT(&pidhash[i]);
	memset(&proc0, 0, sizeof(proc0));
	memset(&lwp0, 0, sizeof(lwp0));
	session0.s_sid = 0;
	pgrp0.pg_session = &session0;
	LIST_INIT(&pgrp0.pg_members);

	proc_ctor(&proc0);
	proc0.p_flag = PK_SYSTEM;
	proc0.p_stat = SACTIVE;
	(void)strlcpy(proc0.p_comm, "system", sizeof(proc0.p_comm));
	for (i = 0; i < RLIM_NLIMITS; i++)
		proc0.p_rlimit[i].rlim_cur = proc0.p_rlimit[i].rlim_max =
		    RLIM_INFINITY;
	lwp0.l_proc = &proc0;
	mutex_init(&lwp0.l_mutex, MUTEX_DEFAULT, IPL_SCHED);
	LIST_INSERT_HEAD(&proc0.p_lwps, &lwp0, l_sibling);
	proc0.p_nlwps = 1;
	rig_curlwp = &lwp0;
	proc0.p_cred = kauth_cred_alloc();
	lwp0.l_cred = kauth_cred_hold(proc0.p_cred);
	LIST_INSERT_HEAD(&allproc, &proc0, p_list);
	LIST_INSERT_HEAD(pid_bucket(0), &proc0, p_hash);
	nprocs = 1;
}

void
procfini(void)
{
	KASSERT(LIST_FIRST(&allproc) == &proc0);
	KASSERT(LIST_NEXT(&proc0, p_list) == NULL);
	LIST_REMOVE(&lwp0, l_sibling);
	lwp_finispecific(&lwp0);
	lwp_specific_fini();
	kauth_cred_free(lwp0.l_cred);
	kauth_cred_free(proc0.p_cred);
	mutex_destroy(&lwp0.l_mutex);
	proc_dtor(&proc0);
	mutex_destroy(&proc_lock);
}

/* A process that nobody sees yet, with its parent's limits and name. */
struct proc *
proc_alloc(struct proc *parent)
{
	struct proc *p = kmem_zalloc(sizeof(*p), KM_SLEEP);

	proc_ctor(p);
	p->p_stat = SIDL;
	p->p_pptr = parent;
	p->p_rig_refs = 1;
	mutex_enter(parent->p_lock);
	memcpy(p->p_rlimit, parent->p_rlimit, sizeof(p->p_rlimit));
	memcpy(p->p_comm, parent->p_comm, sizeof(p->p_comm));
	p->p_nice = parent->p_nice;
	p->p_flag = parent->p_flag & PK_SUGID;
	*p->p_vmspace = *parent->p_vmspace;
	mutex_exit(parent->p_lock);
	p->p_vmspace->vm_refcnt = 1;
	return p;
}

/* A place in the table; PID 0: the next free one. */
void
proc_publish(struct proc *p, pid_t pid)
{
	static pid_t next = 1;

	KASSERT(mutex_owned(&proc_lock));
	if (pid == 0) {
		while (proc_find(next) != NULL)
			next = next == INT_MAX ? 2 : next + 1;
		pid = next++;
	}
	p->p_pid = pid;
	p->p_stat = SACTIVE;
	p->p_ppid = p->p_pptr->p_pid;
	LIST_INSERT_HEAD(&p->p_pptr->p_children, p, p_sibling);
	LIST_INSERT_HEAD(&p->p_pgrp->pg_members, p, p_pglist);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	LIST_INSERT_HEAD(pid_bucket(pid), p, p_hash);
}

/* A process whose real number became known. */
void
proc_setpid(struct proc *p, pid_t pid)
{
	KASSERT(mutex_owned(&proc_lock));
	LIST_REMOVE(p, p_hash);
	p->p_pid = pid;
	LIST_INSERT_HEAD(pid_bucket(pid), p, p_hash);
}

struct lwp *
lwp_alloc(struct proc *p)
{
	struct lwp *l = kmem_zalloc(sizeof(*l), KM_SLEEP);

	l->l_proc = p;
	mutex_init(&l->l_mutex, MUTEX_DEFAULT, IPL_SCHED);
	mutex_enter(p->p_lock);
	l->l_cred = kauth_cred_hold(p->p_cred);
	l->l_lid = ++p->p_nlwps;
	LIST_INSERT_HEAD(&p->p_lwps, l, l_sibling);
	mutex_exit(p->p_lock);
	return l;
}

void
lwp_release(struct lwp *l)
{
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	LIST_REMOVE(l, l_sibling);
	p->p_nlwps--;
	mutex_exit(p->p_lock);
	lwp_finispecific(l);
	kauth_cred_free(l->l_cred);
	mutex_destroy(&l->l_mutex);
	kmem_free(l, sizeof(*l));
}

/* Nobody looks at it any more: its memory goes with the last who did. */
void
proc_release(struct proc *p)
{
	bool last;

	mutex_enter(&proc_lock);
	last = --p->p_rig_refs == 0;
	mutex_exit(&proc_lock);
	if (!last)
		return;
	KASSERT(LIST_EMPTY(&p->p_lwps));
	proc_dtor(p);
	kmem_free(p, sizeof(*p));
}

struct proc *
proc_find(pid_t pid)
{
	struct proc *p;

	KASSERT(mutex_owned(&proc_lock));
	LIST_FOREACH(p, pid_bucket(pid), p_hash)
		if (p->p_pid == pid && !P_ZOMBIE(p))
			return p;
	return NULL;
}

struct pgrp *
pgrp_find(pid_t pgid)
{
	KASSERT(mutex_owned(&proc_lock));
	return pgid == pgrp0.pg_id ? &pgrp0 : NULL;
}

void
proc_crmod_enter(void)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	kauth_cred_t oc;

	mutex_enter(p->p_lock);
	if ((oc = l->l_cred) != p->p_cred) {
		l->l_cred = kauth_cred_hold(p->p_cred);
		kauth_cred_free(oc);
	}
}

/*
 * Other LWPs of the process have their cached credentials replaced here; the
 * kernel does that when they next enter it.
 */
void
proc_crmod_leave(kauth_cred_t scred, kauth_cred_t fcred, bool sugid)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	kauth_cred_t oc = NULL;

	KASSERT(mutex_owned(p->p_lock));
	if (scred != NULL) {
		p->p_cred = scred;
		if ((oc = l->l_cred) != scred)
			l->l_cred = kauth_cred_hold(scred);
	}
	if (sugid)
		p->p_flag |= PK_SUGID;
	mutex_exit(p->p_lock);
	if (fcred != NULL) {
		KASSERT(scred != NULL);
		kauth_cred_free(fcred);
		if (oc != scred)
			kauth_cred_free(oc);
	}
}

/* 0: the same user and no set-id in between, else EPERM. */
int
proc_uidmatch(kauth_cred_t cred, kauth_cred_t target)
{
	if (kauth_cred_getuid(cred) != kauth_cred_getuid(target) ||
	    kauth_cred_getuid(cred) != kauth_cred_getsvuid(target))
		return EPERM;
	if (kauth_cred_getgid(target) != kauth_cred_getsvgid(target))
		return EPERM;
	return 0;
}

void
lwp_lock(struct lwp *l)
{
	mutex_spin_enter(&l->l_mutex);
}

void
lwp_unlock(struct lwp *l)
{
	mutex_spin_exit(&l->l_mutex);
}

/* A process that is only acted takes nothing but SIGKILL, in rig_proc.c. */
void
psignal(struct proc *p, int signo)
{
	KASSERT(mutex_owned(&proc_lock));
	KASSERT(signo > 0 && signo < NSIG);
	if (p->p_stat != SACTIVE && p->p_stat != SSTOP)
		return;
	mutex_enter(p->p_lock);
	if (p->p_rig_host != NULL && rig_host_ops != NULL)
		(*rig_host_ops->rh_kill)(p->p_rig_host, signo);
	else
		p->p_xsig = (u_short)signo;
	mutex_exit(p->p_lock);
}

static void
usec_to_tv(uint64_t usec, struct timeval *tv)
{
	tv->tv_sec = (time_t)(usec / 1000000U);
	tv->tv_usec = (suseconds_t)(usec % 1000000U);
}

void
calcru(struct proc *p, struct timeval *up, struct timeval *sp,
    struct timeval *ip, struct timeval *rp)
{
	KASSERT(p->p_stat == SDEAD || mutex_owned(p->p_lock));
	if (up != NULL)
		usec_to_tv(p->p_rig_utime, up);
	if (sp != NULL)
		usec_to_tv(p->p_rig_stime, sp);
	if (ip != NULL)
		usec_to_tv(0, ip);
	if (rp != NULL)
		usec_to_tv(p->p_rig_utime + p->p_rig_stime, rp);
}

int
proc_vmspace_getref(struct proc *p, struct vmspace **vmp)
{
	if (p->p_vmspace == NULL || p->p_stat != SACTIVE)
		return EFAULT;
	*vmp = p->p_vmspace;
	__atomic_fetch_add(&(*vmp)->vm_refcnt, 1, __ATOMIC_ACQ_REL);
	return 0;
}

void
uvmspace_free(struct vmspace *vm)
{
	if (__atomic_sub_fetch(&vm->vm_refcnt, 1, __ATOMIC_ACQ_REL) == 0)
		kmem_free(vm, sizeof(*vm));
}
