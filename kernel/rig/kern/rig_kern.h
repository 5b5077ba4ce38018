/* rig_kern.h -- what the stand-ins share with each other, not with models. */

#ifndef RIG_KERN_H
#define	RIG_KERN_H

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

#include "rig_host.h"

/* kern_auth.c, kern_cred.c */
void	kauth_fini(void);
void	kauth_cred_init(void);
void	kauth_cred_fini(void);
int	kauth_cred_hook(kauth_cred_t, kauth_action_t, void *, void *);
u_long	kauth_cred_live(void);

/* kern_secmodel.c, kern_sysctl.c, kern_hook.c */
void	secmodel_init(void);
void	secmodel_fini(void);
void	sysctl_init(void);
void	sysctl_fini(void);
int	sysctl_call(struct lwp *, const char *, void *, size_t *,
	    const void *, size_t);
size_t	sysctl_filled(void);
void	hook_init(void);
void	exec_init(void);
void	hook_fini(void);
void	doexechooks(struct proc *);
void	doexithooks(struct proc *);
void	doforkhooks(struct proc *, struct proc *);

/* kern_proc.c */
void	procinit(void);
void	procfini(void);
struct proc *proc_alloc(struct proc *);
void	proc_publish(struct proc *, pid_t);
void	proc_setpid(struct proc *, pid_t);
void	proc_release(struct proc *);
struct lwp *lwp_alloc(struct proc *);
void	lwp_release(struct lwp *);

/* kern_specific.c */
void	lwp_specific_init(void);
void	lwp_specific_fini(void);
void	lwp_finispecific(struct lwp *);

/* kern_fork.c, kern_exit.c */
enum fork_kind { FORK_FORK, FORK_SPAWN, FORK_KERNEL };
int	fork1(struct lwp *, enum fork_kind, pid_t, struct proc **);
void	exit1(struct proc *);
void	proc_free(struct proc *);

/* kern_prot.c */
int	do_setresuid(struct lwp *, uid_t, uid_t, uid_t);
int	do_setresgid(struct lwp *, gid_t, gid_t, gid_t);
void	cred_follow(struct lwp *, const uid_t[3], const gid_t[3]);
void	credexec(struct lwp *, uid_t, gid_t);
int	change_root(struct lwp *);

/* kern_kmem.c */
u_long	kmem_live(void);

/* bsd44/ */
extern const struct modinfo rig_module_suser;
void	kernel_listeners_init(void);
void	kernel_listeners_fini(void);

/* Act as LWP for a while: the previous one comes back with the same call. */
static inline struct lwp *
curlwp_set(struct lwp *l)
{
	struct lwp *ol = rig_curlwp;

	rig_curlwp = l;
	return ol;
}

#endif	/* !RIG_KERN_H */
