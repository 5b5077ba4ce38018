/* kern_prot.c -- changes of identity, credential by credential. */

#include <sys/param.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rig_kern.h"

#define	KEEP	((uid_t)-1)

/* One of the three it has, or KEEP. */
static bool
uid_owned(kauth_cred_t cred, uid_t id)
{
	return id == KEEP || id == kauth_cred_getuid(cred) ||
	    id == kauth_cred_geteuid(cred) || id == kauth_cred_getsvuid(cred);
}

static bool
gid_owned(kauth_cred_t cred, gid_t id)
{
	return id == KEEP || id == kauth_cred_getgid(cred) ||
	    id == kauth_cred_getegid(cred) || id == kauth_cred_getsvgid(cred);
}

/* Real, effective, saved; KEEP leaves one alone. */
int
do_setresuid(struct lwp *l, uid_t r, uid_t e, uid_t sv)
{
	struct proc *p = l->l_proc;
	kauth_cred_t cred, ncred;
	int error = 0;

	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	if (!uid_owned(cred, r) || !uid_owned(cred, e) || !uid_owned(cred, sv))
		error = kauth_authorize_process(cred, KAUTH_PROCESS_SETID, p,
		    NULL, NULL, NULL);
	if (error != 0) {
		proc_crmod_leave(cred, ncred, false);
		return error;
	}
	kauth_cred_clone(cred, ncred);
	if (r != KEEP)
		kauth_cred_setuid(ncred, r);
	if (sv != KEEP)
		kauth_cred_setsvuid(ncred, sv);
	if (e != KEEP)
		kauth_cred_seteuid(ncred, e);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

int
do_setresgid(struct lwp *l, gid_t r, gid_t e, gid_t sv)
{
	struct proc *p = l->l_proc;
	kauth_cred_t cred, ncred;
	int error = 0;

	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	if (!gid_owned(cred, r) || !gid_owned(cred, e) || !gid_owned(cred, sv))
		error = kauth_authorize_process(cred, KAUTH_PROCESS_SETID, p,
		    NULL, NULL, NULL);
	if (error != 0) {
		proc_crmod_leave(cred, ncred, false);
		return error;
	}
	kauth_cred_clone(cred, ncred);
	if (r != KEEP)
		kauth_cred_setgid(ncred, r);
	if (sv != KEEP)
		kauth_cred_setsvgid(ncred, sv);
	if (e != KEEP)
		kauth_cred_setegid(ncred, e);
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

/*
 * A real process has changed its ids, which the host allowed: the stand-in
 * follows.  Ids are real, effective, saved.
 */
void
cred_follow(struct lwp *l, const uid_t uid[3], const gid_t gid[3])
{
	struct proc *p = l->l_proc;
	kauth_cred_t cred = l->l_cred, ncred;

	if (kauth_cred_getuid(cred) == uid[0] &&
	    kauth_cred_geteuid(cred) == uid[1] &&
	    kauth_cred_getsvuid(cred) == uid[2] &&
	    kauth_cred_getgid(cred) == gid[0] &&
	    kauth_cred_getegid(cred) == gid[1] &&
	    kauth_cred_getsvgid(cred) == gid[2])
		return;
	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	cred = p->p_cred;
	kauth_cred_clone(cred, ncred);
	kauth_cred_setuid(ncred, uid[0]);
	kauth_cred_seteuid(ncred, uid[1]);
	kauth_cred_setsvuid(ncred, uid[2]);
	kauth_cred_setgid(ncred, gid[0]);
	kauth_cred_setegid(ncred, gid[1]);
	kauth_cred_setsvgid(ncred, gid[2]);
	proc_crmod_leave(ncred, cred, true);
}

/* execve(2) of a file with set-id bits: asks nobody. */
void
credexec(struct lwp *l, uid_t euid, gid_t egid)
{
	struct proc *p = l->l_proc;
	kauth_cred_t ocred;

	l->l_cred = kauth_cred_copy(l->l_cred);
	if (euid != KEEP)
		kauth_cred_seteuid(l->l_cred, euid);
	if (egid != KEEP)
		kauth_cred_setegid(l->l_cred, egid);
	l->l_cred = kauth_cred_copy(l->l_cred);
	kauth_cred_setsvuid(l->l_cred, kauth_cred_geteuid(l->l_cred));
	kauth_cred_setsvgid(l->l_cred, kauth_cred_getegid(l->l_cred));

	mutex_enter(p->p_lock);
	p->p_flag |= PK_SUGID;
	ocred = p->p_cred;
	p->p_cred = kauth_cred_hold(l->l_cred);
	mutex_exit(p->p_lock);
	kauth_cred_free(ocred);
	doexechooks(p);
}

/* chroot(2), without the directory. */
int
change_root(struct lwp *l)
{
	struct proc *p = l->l_proc;
	struct cwdinfo cwdi;
	kauth_cred_t ncred;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    KAUTH_REQ_SYSTEM_CHROOT_CHROOT, NULL, NULL, NULL);
	if (error != 0)
		return error;
	memset(&cwdi, 0, sizeof(cwdi));
	ncred = kauth_cred_alloc();
	proc_crmod_enter();
	kauth_cred_clone(p->p_cred, ncred);
	kauth_proc_chroot(ncred, &cwdi);
	proc_crmod_leave(ncred, p->p_cred, true);
	return 0;
}
