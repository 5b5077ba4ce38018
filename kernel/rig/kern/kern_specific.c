/*
 * kern_specific.c -- specificdata(9), with a few fixed places per object, and
 * what LWPs make of it.  Where the kernel takes a mutex for a moment, atomics
 * order the same.
 */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/proc.h>
#include <sys/specificdata.h>
#include <sys/systm.h>

static struct specificdata_domain lwp_domain;

/* EAGAIN: more keys than places, which a test would want to know. */
int
specificdata_key_create(specificdata_domain_t sd, specificdata_key_t *keyp,
    specificdata_dtor_t dtor)
{
	u_int i;

	for (i = 0; i < SPECIFICDATA_MAX; i++) {
		if (sd->sd_used[i])
			continue;
		sd->sd_used[i] = true;
		sd->sd_dtor[i] = dtor;
		*keyp = i;
		return 0;
	}
	return EAGAIN;
}

void
specificdata_key_delete(specificdata_domain_t sd, specificdata_key_t key)
{
	KASSERT(key < SPECIFICDATA_MAX && sd->sd_used[key]);
	sd->sd_used[key] = false;
	sd->sd_dtor[key] = NULL;
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

	for (i = 0; i < SPECIFICDATA_MAX; i++)
		if (ref->sd_value[i] != NULL && sd->sd_dtor[i] != NULL)
			(*sd->sd_dtor[i])(ref->sd_value[i]);
	memset(ref, 0, sizeof(*ref));
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
	KASSERT(key < SPECIFICDATA_MAX && sd->sd_used[key]);
	atomic_store_release(&ref->sd_value[key], value);
}

int
lwp_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{
	return specificdata_key_create(&lwp_domain, keyp, dtor);
}

void
lwp_specific_key_delete(specificdata_key_t key)
{
	specificdata_key_delete(&lwp_domain, key);
}

void *
lwp_getspecific(specificdata_key_t key)
{
	return specificdata_getspecific(&lwp_domain, &curlwp->l_specificdataref,
	    key);
}

void
lwp_setspecific(specificdata_key_t key, void *value)
{
	specificdata_setspecific(&lwp_domain, &curlwp->l_specificdataref, key,
	    value);
}

void
lwp_specific_fini(struct lwp *l)
{
	specificdata_fini(&lwp_domain, &l->l_specificdataref);
}
