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
 * The nodes below security.models.cell; see sys/cell.h.  Each copies in,
 * checks all of it, acts, and copies out.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/sysctl.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

static struct sysctllog *cell_clog;

/* Host root, where no other model objects. */
static int
cell_may_write(struct lwp *l)
{

	if (cell_of_cred(l->l_cred) != NULL ||
	    kauth_cred_geteuid(l->l_cred) != 0)
		return EPERM;
	return kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
	    KAUTH_REQ_SYSTEM_SYSCTL_MODIFY, NULL, NULL, NULL);
}

static int
cell_may_read(struct lwp *l)
{

	return cell_of_cred(l->l_cred) != NULL ? EPERM : 0;
}

/* Take exactly `len' bytes. */
static int
cell_in(struct lwp *l, const void *newp, size_t newlen, void *k, size_t len)
{

	if (newp == NULL || newlen != len)
		return EINVAL;
	return sysctl_copyin(l, newp, k, len);
}

/* What list, denials and counters are told: which cell; nothing is every. */
static int
cell_in_select(struct lwp *l, u_int namelen, const void *newp, size_t newlen,
    struct cell_select *sl)
{
	int error;

	if (namelen != 0)
		return EINVAL;
	error = cell_may_read(l);
	if (error != 0)
		return error;
	memset(sl, 0, sizeof(*sl));
	if (newp == NULL)
		return 0;
	error = cell_in(l, newp, newlen, sl, sizeof(*sl));
	if (error != 0)
		return error;
	if (sl->sl_version != CELL_ABI_VERSION ||
	    strnlen(sl->sl_name, sizeof(sl->sl_name)) == sizeof(sl->sl_name))
		return EINVAL;
	return 0;
}

static int
cell_sysctl_version(SYSCTLFN_ARGS)
{
	struct cell_version cv;
	int error;

	if (namelen != 0 || newp != NULL)
		return EINVAL;
	error = cell_may_read(l);
	if (error != 0)
		return error;
	memset(&cv, 0, sizeof(cv));
	cv.cv_version = CELL_ABI_VERSION;
	cv.cv_flags = cell_platform_flags();
	cv.cv_nrules = CELL_NRULES;
	strlcpy(cv.cv_banner, cell_platform_banner(), sizeof(cv.cv_banner));
	cv.cv_ncells = atomic_load_relaxed(&cell_nlive);
	return cell_out(l, &cv, sizeof(cv), sizeof(cv), oldp, oldlenp);
}

static int
cell_sysctl_id(SYSCTLFN_ARGS)
{
	const struct cell *c = cell_of_cred(l->l_cred);
	uint32_t id = c != NULL ? c->c_id : 0;

	if (namelen != 0 || newp != NULL)
		return EINVAL;
	return cell_out(l, &id, sizeof(id), sizeof(id), oldp, oldlenp);
}

/* Who may, and whether the answer will fit, if one is wanted. */
static int
cell_result_begin(struct lwp *l, u_int namelen, const void *oldp,
    const size_t *oldlenp)
{
	int error;

	if (namelen != 0)
		return EINVAL;
	error = cell_may_write(l);
	if (error != 0)
		return error;
	return oldp != NULL && *oldlenp < sizeof(struct cell_result) ? EINVAL :
	    0;
}

/* The answer goes out with an error as well: it names who is in the way. */
static int
cell_out_result(struct lwp *l, const struct cell_result *cr, int error,
    void *oldp, size_t *oldlenp)
{
	int error1;

	error1 = cell_out(l, cr, sizeof(*cr), sizeof(*cr), oldp, oldlenp);
	return error != 0 ? error : error1;
}

static int
cell_sysctl_create(SYSCTLFN_ARGS)
{
	struct cell_create *cc;
	struct cell_result cr;
	int error;

	error = cell_result_begin(l, namelen, oldp, oldlenp);
	if (error != 0)
		return error;
	cc = kmem_alloc(sizeof(*cc), KM_SLEEP);
	error = cell_in(l, newp, newlen, cc, sizeof(*cc));
	if (error == 0) {
		error = cell_create(cc, &cr);
		error = cell_out_result(l, &cr, error, oldp, oldlenp);
	}
	kmem_free(cc, sizeof(*cc));
	return error;
}

static int
cell_sysctl_set(SYSCTLFN_ARGS)
{
	struct cell_set *cs;
	struct cell_result cr;
	int error;

	error = cell_result_begin(l, namelen, oldp, oldlenp);
	if (error != 0)
		return error;
	cs = kmem_alloc(sizeof(*cs), KM_SLEEP);
	error = cell_in(l, newp, newlen, cs, sizeof(*cs));
	if (error == 0) {
		error = cell_set(cs, &cr);
		error = cell_out_result(l, &cr, error, oldp, oldlenp);
	}
	kmem_free(cs, sizeof(*cs));
	return error;
}

/* What attach, kill and destroy have in common: the id they are told. */
static int
cell_in_op(struct lwp *l, u_int namelen, const void *newp, size_t newlen,
    uint32_t *id)
{
	struct cell_op co;
	int error;

	if (namelen != 0)
		return EINVAL;
	error = cell_may_write(l);
	if (error != 0)
		return error;
	error = cell_in(l, newp, newlen, &co, sizeof(co));
	if (error != 0)
		return error;
	if (co.co_version != CELL_ABI_VERSION || co.co_flags != 0 ||
	    co.co_pad != 0)
		return EINVAL;
	*id = co.co_id;
	return 0;
}

static int
cell_sysctl_attach(SYSCTLFN_ARGS)
{
	uint32_t id;
	int error;

	error = cell_in_op(l, namelen, newp, newlen, &id);
	return error != 0 ? error : cell_attach(l, id);
}

static int
cell_sysctl_kill(SYSCTLFN_ARGS)
{
	uint32_t id;
	int error;

	error = cell_in_op(l, namelen, newp, newlen, &id);
	if (error != 0)
		return error;
	cell_busy_begin();
	sysctl_unlock();
	error = cell_kill(id);
	sysctl_relock();
	cell_busy_end();
	return error;
}

static int
cell_sysctl_destroy(SYSCTLFN_ARGS)
{
	uint32_t id;
	int error;

	error = cell_in_op(l, namelen, newp, newlen, &id);
	return error != 0 ? error : cell_destroy(id);
}

static int
cell_sysctl_list(SYSCTLFN_ARGS)
{
	struct cell_select sl;
	int error;

	error = cell_in_select(l, namelen, newp, newlen, &sl);
	return error != 0 ? error : cell_page_list(l, &sl, oldp, oldlenp);
}

static int
cell_sysctl_denials(SYSCTLFN_ARGS)
{
	struct cell_select sl;
	int error;

	error = cell_in_select(l, namelen, newp, newlen, &sl);
	return error != 0 ? error : cell_page_denials(l, &sl, oldp, oldlenp);
}

static int
cell_sysctl_counters(SYSCTLFN_ARGS)
{
	struct cell_select sl;
	struct cell_counters *ct;
	struct cell *c;
	int error;

	error = cell_in_select(l, namelen, newp, newlen, &sl);
	if (error == 0 && cell_selects_all(&sl))
		error = EINVAL;
	if (error != 0)
		return error;
	ct = kmem_alloc(sizeof(*ct), KM_SLEEP);
	mutex_enter(&cell_lock);
	c = cell_find(sl.sl_id, sl.sl_name);
	if (c != NULL)
		cell_stat_counters(c, ct);
	else
		error = ESRCH;
	mutex_exit(&cell_lock);
	if (error == 0)
		error = cell_out(l, ct, sizeof(*ct), sizeof(*ct), oldp,
		    oldlenp);
	kmem_free(ct, sizeof(*ct));
	return error;
}

static int
cell_sysctl_policy(SYSCTLFN_ARGS)
{
	const size_t len = CELL_NRULES * sizeof(cell_rules[0]);
	int error;

	if (namelen != 0 || newp != NULL)
		return EINVAL;
	error = cell_may_read(l);
	if (error != 0)
		return error;
	return cell_out(l, cell_rules, len, len, oldp, oldlenp);
}

static const struct {
	const char	*name;
	const char	*descr;
	sysctlfn	fn;
	int		flags;
} cell_nodes[] = {
	{ "version", "Version of the cells interface", cell_sysctl_version,
	    CTLFLAG_READONLY },
	{ "id", "The cell of the calling process", cell_sysctl_id,
	    CTLFLAG_READONLY },
	{ "create", "Create a cell", cell_sysctl_create,
	    CTLFLAG_READWRITE },
	{ "set", "Change a cell", cell_sysctl_set, CTLFLAG_READWRITE },
	{ "attach", "Enter a cell", cell_sysctl_attach, CTLFLAG_READWRITE },
	{ "kill", "Kill all processes of a cell", cell_sysctl_kill,
	    CTLFLAG_READWRITE },
	{ "destroy", "Destroy an empty cell", cell_sysctl_destroy,
	    CTLFLAG_READWRITE },
	/* These are told what to select, which anybody may. */
	{ "list", "The cells there are", cell_sysctl_list,
	    CTLFLAG_READWRITE | CTLFLAG_ANYWRITE },
	{ "counters", "What a cell was denied, by rule",
	    cell_sysctl_counters, CTLFLAG_READWRITE | CTLFLAG_ANYWRITE },
	{ "denials", "The last denials", cell_sysctl_denials,
	    CTLFLAG_READWRITE | CTLFLAG_ANYWRITE },
	{ "policy", "The policy table", cell_sysctl_policy,
	    CTLFLAG_READONLY },
};

int
cell_sysctl_init(void)
{
	const struct sysctlnode *models, *cell;
	size_t i;
	int error;

	error = sysctl_createv(&cell_clog, 0, NULL, &models,
	    CTLFLAG_PERMANENT, CTLTYPE_NODE, "models", NULL,
	    NULL, 0, NULL, 0,
	    CTL_SECURITY, CTL_CREATE, CTL_EOL);
	if (error == 0)
		error = sysctl_createv(&cell_clog, 0, &models, &cell,
		    0, CTLTYPE_NODE, "cell", SYSCTL_DESCR("Cells"),
		    NULL, 0, NULL, 0,
		    CTL_CREATE, CTL_EOL);
	for (i = 0; error == 0 && i < __arraycount(cell_nodes); i++)
		error = sysctl_createv(&cell_clog, 0, &cell, NULL,
		    cell_nodes[i].flags, CTLTYPE_STRUCT, cell_nodes[i].name,
		    cell_nodes[i].descr, cell_nodes[i].fn, 0, NULL, 0,
		    CTL_CREATE, CTL_EOL);
	if (error != 0)
		cell_sysctl_fini();
	return error;
}

/* Waits for whoever is in one of the functions above. */
void
cell_sysctl_fini(void)
{

	sysctl_teardown(&cell_clog);
}
