/* kern_secmodel.c -- secmodel(9): the register of models. */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <secmodel/secmodel.h>

#include "rig_kern.h"

struct secmodel_descr {
	LIST_ENTRY(secmodel_descr) sm_list;
	const char		*sm_id;
	const char		*sm_name;
	secmodel_eval_t		sm_eval;
	secmodel_setinfo_t	sm_setinfo;
};

static LIST_HEAD(, secmodel_descr) secmodels;
static krwlock_t secmodels_lock;
static volatile u_int nsecmodels;

void
secmodel_init(void)
{
	rw_init(&secmodels_lock);
}

void
secmodel_fini(void)
{
	KASSERT(LIST_EMPTY(&secmodels));
	rw_destroy(&secmodels_lock);
}

int
secmodel_nsecmodels(void)
{
	return (int)atomic_load_relaxed(&nsecmodels);
}

static secmodel_t
secmodel_lookup(const char *id)
{
	secmodel_t sm;

	LIST_FOREACH(sm, &secmodels, sm_list)
		if (strcasecmp(sm->sm_id, id) == 0)
			return sm;
	return NULL;
}

int
secmodel_register(secmodel_t *smp, const char *id, const char *name,
    prop_dictionary_t behavior, secmodel_eval_t eval,
    secmodel_setinfo_t setinfo)
{
	secmodel_t sm;

	(void)behavior;
	sm = kmem_zalloc(sizeof(*sm), KM_SLEEP);
	sm->sm_id = id;
	sm->sm_name = name;
	sm->sm_eval = eval;
	sm->sm_setinfo = setinfo;
	rw_enter(&secmodels_lock, RW_WRITER);
	if (secmodel_lookup(id) != NULL) {
		rw_exit(&secmodels_lock);
		kmem_free(sm, sizeof(*sm));
		*smp = NULL;
		return EEXIST;
	}
	LIST_INSERT_HEAD(&secmodels, sm, sm_list);
	rw_exit(&secmodels_lock);
	atomic_inc_uint(&nsecmodels);
	*smp = sm;
	return 0;
}

int
secmodel_deregister(secmodel_t sm)
{
	if (sm == NULL)
		return EFAULT;
	rw_enter(&secmodels_lock, RW_WRITER);
	if (secmodel_lookup(sm->sm_id) != sm) {
		rw_exit(&secmodels_lock);
		return ENOENT;
	}
	LIST_REMOVE(sm, sm_list);
	rw_exit(&secmodels_lock);
	atomic_dec_uint(&nsecmodels);
	kmem_free(sm, sizeof(*sm));
	return 0;
}

int
secmodel_eval(const char *id, const char *what, void *arg, void *ret)
{
	secmodel_t sm;
	int error;

	rw_enter(&secmodels_lock, RW_READER);
	sm = secmodel_lookup(id);
	if (sm == NULL)
		error = EINVAL;
	else if (sm->sm_eval == NULL)
		error = ENOENT;
	else
		error = (*sm->sm_eval)(what, arg, ret);
	rw_exit(&secmodels_lock);
	return error;
}
