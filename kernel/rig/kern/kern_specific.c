/*
 * kern_specific.c -- specificdata(9), with a few fixed places per object, and
 * what LWPs make of it.  Where the kernel takes an object's mutex for a
 * moment, atomics order the same.
 */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/specificdata.h>
#include <sys/systm.h>

#include "rig_kern.h"

struct specificdata_domain {
	kmutex_t		sd_lock;
	LIST_HEAD(, specificdata_reference) sd_objects;	/* with values */
	specificdata_dtor_t	sd_dtor[SPECIFICDATA_MAX];	/* NULL: free */
};

static specificdata_domain_t lwp_domain;

specificdata_domain_t
specificdata_domain_create(void)
{
	specificdata_domain_t sd = kmem_zalloc(sizeof(*sd), KM_SLEEP);

	mutex_init(&sd->sd_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&sd->sd_objects);
	return sd;
}

void
specificdata_domain_delete(specificdata_domain_t sd)
{
	KASSERT(LIST_EMPTY(&sd->sd_objects));
	mutex_destroy(&sd->sd_lock);
	kmem_free(sd, sizeof(*sd));
}

static void
no_dtor(void *data)
{
	(void)data;
}

/* EAGAIN: more keys than places, which a test would want to know. */
int
specificdata_key_create(specificdata_domain_t sd, specificdata_key_t *keyp,
    specificdata_dtor_t dtor)
{
	int error = EAGAIN;
	u_int i;

	mutex_enter(&sd->sd_lock);
	for (i = 0; i < SPECIFICDATA_MAX && error != 0; i++)
		if (sd->sd_dtor[i] == NULL) {
			sd->sd_dtor[i] = dtor != NULL ? dtor : no_dtor;
			*keyp = i;
			error = 0;
		}
	mutex_exit(&sd->sd_lock);
	return error;
}

static void
destroy_datum(specificdata_domain_t sd, specificdata_reference *ref,
    specificdata_key_t key)
{
	void *data = atomic_swap_ptr(&ref->sd_value[key], NULL);

	if (data != NULL && sd->sd_dtor[key] != NULL)
		(*sd->sd_dtor[key])(data);
}

void
specificdata_key_delete(specificdata_domain_t sd, specificdata_key_t key)
{
	specificdata_reference *ref;

	KASSERT(key < SPECIFICDATA_MAX && sd->sd_dtor[key] != NULL);
	mutex_enter(&sd->sd_lock);
	LIST_FOREACH(ref, &sd->sd_objects, sd_list)
		destroy_datum(sd, ref, key);
	sd->sd_dtor[key] = NULL;
	mutex_exit(&sd->sd_lock);
}

void
specificdata_init(specificdata_domain_t sd, specificdata_reference *ref)
{
	(void)sd;
	memset(ref, 0, sizeof(*ref));
}

void
specificdata_fini(specificdata_domain_t sd, specificdata_reference *ref)
{
	u_int i;

	if (!ref->sd_listed)
		return;
	mutex_enter(&sd->sd_lock);
	LIST_REMOVE(ref, sd_list);
	mutex_exit(&sd->sd_lock);
	for (i = 0; i < SPECIFICDATA_MAX; i++)
		destroy_datum(sd, ref, i);
	ref->sd_listed = false;
}

void *
specificdata_getspecific(specificdata_domain_t sd,
    specificdata_reference *ref, specificdata_key_t key)
{
	(void)sd;
	KASSERT(key < SPECIFICDATA_MAX);
	return atomic_load_acquire(&ref->sd_value[key]);
}

void
specificdata_setspecific(specificdata_domain_t sd,
    specificdata_reference *ref, specificdata_key_t key, void *value)
{
	KASSERT(key < SPECIFICDATA_MAX && sd->sd_dtor[key] != NULL);
	if (!ref->sd_listed) {
		ASSERT_SLEEPABLE();
		/* The kernel allocates here, and says so of no lock. */
		KASSERTMSG(!mutex_owned(curproc->p_lock),
		    "room is made with p_lock held");
		mutex_enter(&sd->sd_lock);
		LIST_INSERT_HEAD(&sd->sd_objects, ref, sd_list);
		ref->sd_listed = true;
		mutex_exit(&sd->sd_lock);
	}
	atomic_store_release(&ref->sd_value[key], value);
}

void
lwp_specific_init(void)
{
	lwp_domain = specificdata_domain_create();
}

void
lwp_specific_fini(void)
{
	specificdata_domain_delete(lwp_domain);
}

int
lwp_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{
	return specificdata_key_create(lwp_domain, keyp, dtor);
}

void
lwp_specific_key_delete(specificdata_key_t key)
{
	specificdata_key_delete(lwp_domain, key);
}

void *
lwp_getspecific(specificdata_key_t key)
{
	return specificdata_getspecific(lwp_domain, &curlwp->l_specificdataref,
	    key);
}

void
lwp_setspecific(specificdata_key_t key, void *value)
{
	specificdata_setspecific(lwp_domain, &curlwp->l_specificdataref, key,
	    value);
}

void
lwp_finispecific(struct lwp *l)
{
	specificdata_fini(lwp_domain, &l->l_specificdataref);
}
