/* kern_cred.c -- kauth(9): the life of a credential. */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/specificdata.h>
#include <sys/systm.h>
#include <secmodel/secmodel.h>

#include "rig_kern.h"

struct kauth_cred {
	u_int	cr_refcnt;
	uid_t	cr_uid;
	uid_t	cr_euid;
	uid_t	cr_svuid;
	gid_t	cr_gid;
	gid_t	cr_egid;
	gid_t	cr_svgid;
	u_int	cr_ngroups;
	gid_t	cr_groups[NGROUPS];
	specificdata_reference cr_sd;
};

struct kauth_key {
	secmodel_t		ks_secmodel;
	specificdata_key_t	ks_key;
};

static specificdata_domain_t kauth_domain;
static volatile u_long kauth_ncreds;

static void
kauth_cred_check(kauth_cred_t cred)
{
	KASSERT(cred != NULL);
	KASSERT(cred != NOCRED);
	KASSERT(cred != FSCRED);
	KASSERTMSG(atomic_load_relaxed(&cred->cr_refcnt) > 0,
	    "credential %p used after free", cred);
}

void
kauth_cred_init(void)
{
	kauth_domain = specificdata_domain_create();
}

void
kauth_cred_fini(void)
{
	specificdata_domain_delete(kauth_domain);
}

/* Credentials that exist. */
u_long
kauth_cred_live(void)
{
	return atomic_load_relaxed(&kauth_ncreds);
}

kauth_cred_t
kauth_cred_alloc(void)
{
	kauth_cred_t cred;

	cred = kmem_zalloc(sizeof(*cred), KM_SLEEP);
	cred->cr_refcnt = 1;
	atomic_inc_ulong(&kauth_ncreds);
	specificdata_init(kauth_domain, &cred->cr_sd);
	kauth_cred_hook(cred, KAUTH_CRED_INIT, NULL, NULL);
	return cred;
}

kauth_cred_t
kauth_cred_hold(kauth_cred_t cred)
{
	kauth_cred_check(cred);
	atomic_inc_uint(&cred->cr_refcnt);
	return cred;
}

void
kauth_cred_free(kauth_cred_t cred)
{
	kauth_cred_check(cred);
	ASSERT_SLEEPABLE();

	membar_release();
	if (atomic_dec_uint_nv(&cred->cr_refcnt) > 0)
		return;
	membar_acquire();

	/* The hook may still ask this credential. */
	cred->cr_refcnt = 1;
	kauth_cred_hook(cred, KAUTH_CRED_FREE, NULL, NULL);
	cred->cr_refcnt = 0;
	specificdata_fini(kauth_domain, &cred->cr_sd);
	atomic_dec_ulong(&kauth_ncreds);
	kmem_free(cred, sizeof(*cred));
}

/* TO is new: what it carried before is the hook's to let go. */
void
kauth_cred_clone(kauth_cred_t from, kauth_cred_t to)
{
	kauth_cred_check(from);
	kauth_cred_check(to);

	to->cr_uid = from->cr_uid;
	to->cr_euid = from->cr_euid;
	to->cr_svuid = from->cr_svuid;
	to->cr_gid = from->cr_gid;
	to->cr_egid = from->cr_egid;
	to->cr_svgid = from->cr_svgid;
	to->cr_ngroups = from->cr_ngroups;
	memcpy(to->cr_groups, from->cr_groups, sizeof(to->cr_groups));
	kauth_cred_hook(from, KAUTH_CRED_COPY, to, NULL);
}

kauth_cred_t
kauth_cred_dup(kauth_cred_t cred)
{
	kauth_cred_t new_cred;

	kauth_cred_check(cred);
	new_cred = kauth_cred_alloc();
	kauth_cred_clone(cred, new_cred);
	return new_cred;
}

/* One that may be written: the same where nobody else has it. */
kauth_cred_t
kauth_cred_copy(kauth_cred_t cred)
{
	kauth_cred_t new_cred;

	kauth_cred_check(cred);
	if (atomic_load_relaxed(&cred->cr_refcnt) == 1)
		return cred;
	new_cred = kauth_cred_dup(cred);
	kauth_cred_free(cred);
	return new_cred;
}

u_int
kauth_cred_getrefcnt(kauth_cred_t cred)
{
	kauth_cred_check(cred);
	return atomic_load_relaxed(&cred->cr_refcnt);
}

kauth_cred_t
kauth_cred_get(void)
{
	return curlwp->l_cred;
}

#define	KAUTH_CRED_ID(type, name)					\
type									\
kauth_cred_get##name(kauth_cred_t cred)					\
{									\
	kauth_cred_check(cred);						\
	return cred->cr_##name;						\
}									\
void									\
kauth_cred_set##name(kauth_cred_t cred, type id)			\
{									\
	kauth_cred_check(cred);						\
	KASSERT(cred->cr_refcnt == 1);					\
	cred->cr_##name = id;						\
}

KAUTH_CRED_ID(uid_t, uid)
KAUTH_CRED_ID(uid_t, euid)
KAUTH_CRED_ID(uid_t, svuid)
KAUTH_CRED_ID(gid_t, gid)
KAUTH_CRED_ID(gid_t, egid)
KAUTH_CRED_ID(gid_t, svgid)

int
kauth_cred_uidmatch(kauth_cred_t a, kauth_cred_t b)
{
	kauth_cred_check(a);
	kauth_cred_check(b);
	return a->cr_uid == b->cr_uid || a->cr_euid == b->cr_uid ||
	    a->cr_uid == b->cr_euid || a->cr_euid == b->cr_euid;
}

int
kauth_cred_ismember_gid(kauth_cred_t cred, gid_t gid, int *resultp)
{
	u_int i;

	kauth_cred_check(cred);
	*resultp = 0;
	for (i = 0; i < cred->cr_ngroups; i++)
		if (cred->cr_groups[i] == gid)
			*resultp = 1;
	return 0;
}

/* 0: a member; -1: not. */
int
kauth_cred_groupmember(kauth_cred_t cred, gid_t gid)
{
	int member;

	if (kauth_cred_getegid(cred) == gid)
		return 0;
	(void)kauth_cred_ismember_gid(cred, gid, &member);
	return member ? 0 : -1;
}

u_int
kauth_cred_ngroups(kauth_cred_t cred)
{
	kauth_cred_check(cred);
	return cred->cr_ngroups;
}

gid_t
kauth_cred_group(kauth_cred_t cred, u_int idx)
{
	kauth_cred_check(cred);
	KASSERT(idx < cred->cr_ngroups);
	return cred->cr_groups[idx];
}

int
kauth_cred_setgroups(kauth_cred_t cred, const gid_t *groups, size_t len,
    uid_t gmuid, enum uio_seg seg)
{
	(void)gmuid;
	(void)seg;
	kauth_cred_check(cred);
	KASSERT(cred->cr_refcnt == 1);
	if (len > __arraycount(cred->cr_groups))
		return EINVAL;
	memcpy(cred->cr_groups, groups, len * sizeof(groups[0]));
	cred->cr_ngroups = (u_int)len;
	return 0;
}

int
kauth_register_key(secmodel_t secmodel, kauth_key_t *result)
{
	kauth_key_t key;
	specificdata_key_t sd;
	int error;

	error = specificdata_key_create(kauth_domain, &sd, NULL);
	if (error != 0)
		return error;
	key = kmem_alloc(sizeof(*key), KM_SLEEP);
	key->ks_secmodel = secmodel;
	key->ks_key = sd;
	*result = key;
	return 0;
}

int
kauth_deregister_key(kauth_key_t key)
{
	KASSERT(key != NULL);
	specificdata_key_delete(kauth_domain, key->ks_key);
	kmem_free(key, sizeof(*key));
	return 0;
}

/* The kernel's takes an adaptive mutex, which a spin lock forbids. */
void *
kauth_cred_getdata(kauth_cred_t cred, kauth_key_t key)
{
	kauth_cred_check(cred);
	KASSERTMSG(rig_host_ipl() <= IPL_SOFTSERIAL,
	    "kauth_cred_getdata with a spin lock held");
	KASSERT(key != NULL);
	return specificdata_getspecific(kauth_domain, &cred->cr_sd,
	    key->ks_key);
}

void
kauth_cred_setdata(kauth_cred_t cred, kauth_key_t key, void *data)
{
	kauth_cred_check(cred);
	KASSERT(key != NULL);
	specificdata_setspecific(kauth_domain, &cred->cr_sd, key->ks_key,
	    data);
}

/* The child shares its parent's credential. */
void
kauth_proc_fork(struct proc *parent, struct proc *child)
{
	mutex_enter(parent->p_lock);
	child->p_cred = kauth_cred_hold(parent->p_cred);
	mutex_exit(parent->p_lock);
	kauth_cred_hook(parent->p_cred, KAUTH_CRED_FORK, parent, child);
}

void
kauth_proc_chroot(kauth_cred_t cred, struct cwdinfo *cwdi)
{
	kauth_cred_hook(cred, KAUTH_CRED_CHROOT, cwdi, NULL);
}
