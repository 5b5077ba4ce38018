/*-
 * Copyright (c) 2026 The Cells Project
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions
 * are met:
 * 1. Redistributions of source code must retain the above copyright
 *    notice, this list of conditions and the following disclaimer.
 * 2. Redistributions in binary form must reproduce the above copyright
 *    notice, this list of conditions and the following disclaimer in the
 *    documentation and/or other materials provided with the distribution.
 *
 * THIS SOFTWARE IS PROVIDED BY THE AUTHORS AND CONTRIBUTORS ``AS IS'' AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
 * IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE
 * ARE DISCLAIMED.  IN NO EVENT SHALL THE AUTHORS OR CONTRIBUTORS BE LIABLE
 * FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS
 * OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
 * HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT
 * LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY
 * OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF
 * SUCH DAMAGE.
 */

/*
 * Live change: what a cell is told to be from now on, in one step.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/pserialize.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

static pserialize_t cell_psz;

void
cell_set_init(void)
{

	cell_psz = pserialize_create();
}

void
cell_set_fini(void)
{

	pserialize_destroy(cell_psz);
}

/* Keep the configuration as told in step with a new policy. */
static void
cell_config_update(struct cell *c, const struct cell_set *cs)
{
	struct cell_config *cf = &c->c_config;
	const struct cell_config *new = &cs->cs_config;

	if (cs->cs_fields & CELL_SET_PROFILE)
		cf->cf_profile = new->cf_profile;
	if (cs->cs_fields & CELL_SET_MODE)
		cf->cf_mode = new->cf_mode;
	if (cs->cs_fields & CELL_SET_MAXPROC)
		cf->cf_maxproc = new->cf_maxproc;
	if (cs->cs_fields & CELL_SET_PORTS) {
		cell_ports_release(cf, new);
		cf->cf_nports = new->cf_nports;
		memcpy(cf->cf_ports, new->cf_ports, sizeof(cf->cf_ports));
	}
	if (cs->cs_fields & CELL_SET_ADDRS) {
		cf->cf_naddrs = new->cf_naddrs;
		memcpy(cf->cf_addrs, new->cf_addrs, sizeof(cf->cf_addrs));
	}
	if (cs->cs_fields & CELL_SET_TAG)
		memcpy(cf->cf_tag, new->cf_tag, sizeof(cf->cf_tag));
	cf->cf_allow = c->c_policy->cp_allow;
}

static int
cell_set_check(const struct cell_set *cs)
{

	if (cs->cs_version != CELL_ABI_VERSION ||
	    (cs->cs_fields & ~CELL_SET_MASK) != 0)
		return EINVAL;
	if ((cs->cs_grant & ~CELL_EXC_ALL) != 0 ||
	    (cs->cs_revoke & ~CELL_EXC_ALL) != 0)
		return EINVAL;
	if ((cs->cs_fields & CELL_SET_GRANT) == 0 &&
	    (cs->cs_grant != 0 || cs->cs_seconds != 0))
		return EINVAL;
	if ((cs->cs_fields & CELL_SET_REVOKE) == 0 && cs->cs_revoke != 0)
		return EINVAL;
	return cell_config_check(&cs->cs_config, cs->cs_fields);
}

/*
 * Publish what a checked cell_set says.  Ports are claimed before the policy
 * and given up after everybody sees it, so that what both the old and the
 * new configuration permit is permitted throughout.  Returns the old policy.
 */
static struct cell_policy *
cell_set_apply(struct cell *c, const struct cell_set *cs,
    struct cell_policy *new)
{
	struct cell_policy *old = c->c_policy;

	cell_policy_fill(new, old, &cs->cs_config, cs->cs_fields);
	cell_policy_grant(new, cs->cs_grant, cs->cs_revoke, cs->cs_seconds,
	    time_uptime);
	if (cs->cs_fields & CELL_SET_PORTS)
		cell_ports_claim(c->c_id, &cs->cs_config);
	atomic_store_release(&c->c_policy, new);
	pserialize_perform(cell_psz);
	cell_config_update(c, cs);
	return old;
}

/* See struct cell_set.  A decision sees the policy as it was or as it is. */
int
cell_set(const struct cell_set *cs, struct cell_result *cr)
{
	struct cell_policy *new, *old = NULL;
	struct cell *c;
	int error;

	memset(cr, 0, sizeof(*cr));
	error = cell_set_check(cs);
	if (error != 0)
		return error;

	new = kmem_alloc(sizeof(*new), KM_SLEEP);
	mutex_enter(&cell_lock);
	c = cs->cs_id != 0 ? cell_find(cs->cs_id, NULL) : NULL;
	if (c == NULL)
		error = ESRCH;
	else if (atomic_load_relaxed(&c->c_state) != CELL_STATE_LIVE)
		error = EBUSY;
	else if (cs->cs_fields & CELL_SET_PORTS)
		error = cell_ports_check_free(c->c_id, &cs->cs_config, cr);
	if (error == 0) {
		old = cell_set_apply(c, cs, new);
		cr->cr_version = CELL_ABI_VERSION;
		cr->cr_id = c->c_id;
	}
	mutex_exit(&cell_lock);
	kmem_free(error == 0 ? old : new, sizeof(*new));
	return error;
}
