/*
 * sys/proc.h -- processes and LWPs, with the members that security models
 * and the paths that ask them use.  Marks as on NetBSD: l proc_lock,
 * p p_lock, :: stable.
 */

#ifndef _SYS_PROC_H_
#define	_SYS_PROC_H_

#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/resourcevar.h>
#include <sys/rwlock.h>
#include <sys/signal.h>
#include <sys/specificdata.h>

struct vmspace;
struct rig_host;

struct session {
	int		s_count;
	struct proc	*s_leader;
	pid_t		s_sid;
};

struct pgrp {
	LIST_HEAD(, proc) pg_members;
	struct session	*pg_session;
	pid_t		pg_id;
};

struct lwp {
	LIST_ENTRY(lwp)	l_sibling;	/* p: of the process */
	struct proc	*l_proc;	/* :: */
	kauth_cred_t	l_cred;		/* curlwp: cached credential */
	lwpid_t		l_lid;
	int		l_stat;
	int		l_class;	/* SCHED_* */
	pri_t		l_priority;
	int		l_pflag;
	kmutex_t	l_mutex;	/* spin: lwp_lock() */
	specificdata_reference l_specificdataref;
};

struct proc {
	LIST_ENTRY(proc) p_list;	/* l: allproc or zombproc */
	kmutex_t	*p_lock;	/* :: */
	kauth_cred_t	p_cred;		/* p: master copy */
	struct pstats	*p_stats;	/* :: */
	struct plimit	*p_limit;	/* :: */
	struct vmspace	*p_vmspace;	/* :: */
	int		p_flag;		/* p: PK_* */
	int		p_sflag;	/* p: PS_* */
	char		p_stat;		/* l: S* */
	pid_t		p_pid;		/* :: */
	struct proc	*p_pptr;	/* l: parent */
	pid_t		p_ppid;
	LIST_ENTRY(proc) p_pglist;	/* l: of the process group */
	LIST_ENTRY(proc) p_sibling;	/* l: of the parent's children */
	LIST_HEAD(, proc) p_children;	/* l: */
	LIST_HEAD(, lwp) p_lwps;	/* p: */
	int		p_nlwps;	/* p: */
	int		p_traceflag;
	u_char		p_nice;		/* p: */
	char		p_comm[MAXCOMLEN + 1];
	struct pgrp	*p_pgrp;	/* l: */
	u_short		p_xsig;
	int		p_xexit;
	kmutex_t	p_stmutex;	/* spin: statistics */
	krwlock_t	p_reflock;	/* writer: exiting */

	/* The rig's own, p: */
	LIST_ENTRY(proc) p_hash;	/* l: by pid */
	unsigned int	p_rig_refs;	/* l: who may still look */
	struct rig_host	*p_rig_host;	/* what a real process is bound by */
	uint64_t	p_rig_utime;	/* microseconds, as last seen */
	uint64_t	p_rig_stime;
};

#define	p_rlimit	p_limit->pl_rlimit
#define	p_session	p_pgrp->pg_session
#define	p_pgid		p_pgrp->pg_id

#define	SIDL		1
#define	SACTIVE		2
#define	SDYING		3
#define	SSTOP		4
#define	SZOMB		5
#define	SDEAD		6
#define	P_ZOMBIE(p)							\
	((p)->p_stat == SZOMB || (p)->p_stat == SDYING || (p)->p_stat == SDEAD)

#define	PK_SYSTEM	0x00000002
#define	PK_SUGID	0x00000100
#define	PK_KMEM		0x00000200
#define	PK_EXEC		0x00004000
#define	PS_WEXIT	0x00002000

/* l_pflag */
#define	LP_SYSCTLWRITE	0x00000080

/* p_traceflag */
#define	KTRFAC_PERSISTENT	0x80000000

LIST_HEAD(proclist, proc);

extern kmutex_t		proc_lock;	/* not a pointer, see kern_proc.c */
extern struct proclist	allproc;	/* l: */
extern struct proclist	zombproc;	/* l: */
extern struct proc	proc0;
extern struct lwp	lwp0;
extern struct proc	*initproc;
extern u_int		nprocs;
extern int		maxproc;
extern _Thread_local struct lwp *rig_curlwp;

#define	curlwp		(rig_curlwp)
#define	curproc		(curlwp->l_proc)

/* The kernel's skips markers (PK_MARKER), of which the rig makes none. */
#define	PROCLIST_FOREACH(var, head)	LIST_FOREACH(var, head, p_list)

/* proc_lock held; zombies are not found. */
struct proc *proc_find(pid_t);
struct pgrp *pgrp_find(pid_t);

void	proc_crmod_enter(void);
void	proc_crmod_leave(kauth_cred_t, kauth_cred_t, bool);
int	proc_uidmatch(kauth_cred_t, kauth_cred_t);
int	proc_vmspace_getref(struct proc *, struct vmspace **);

/* proc_lock held. */
void	psignal(struct proc *, int) __RENAME(rig_psignal);

void	lwp_lock(struct lwp *);
void	lwp_unlock(struct lwp *);
int	lwp_specific_key_create(specificdata_key_t *, specificdata_dtor_t);
void	lwp_specific_key_delete(specificdata_key_t);
void	*lwp_getspecific(specificdata_key_t);
void	lwp_setspecific(specificdata_key_t, void *);

#endif	/* !_SYS_PROC_H_ */
