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
 * The registry: which cells there are, and what they are told to be.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/hash.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <secmodel/cell/cell_impl.h>

#define	CELL_NBUCKETS	1024		/* a power of two */
#define	CELL_BUCKET(h)	((h) & (CELL_NBUCKETS - 1))

LIST_HEAD(cell_bucket, cell);

volatile u_int cell_nlive;
volatile u_int cell_count;
kmutex_t cell_lock;
struct cell cell_host;

static TAILQ_HEAD(, cell) cell_list;
static kmutex_t cell_gone_lock;
static struct cell_bucket cell_gone;
static struct cell_bucket cell_ids[CELL_NBUCKETS];
static struct cell_bucket cell_names[CELL_NBUCKETS];
static uint32_t cell_lastid;
static u_int cell_nbusy;		/* cell_lock */
static bool cell_closed;

void
cell_registry_init(void)
{
	u_int i;

	mutex_init(&cell_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&cell_gone_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&cell_gone);
	TAILQ_INIT(&cell_list);
	for (i = 0; i < CELL_NBUCKETS; i++) {
		LIST_INIT(&cell_ids[i]);
		LIST_INIT(&cell_names[i]);
	}
	cell_ring_init(&cell_host.c_ring);
	cell_ports_init();
	cell_set_init();
	cell_closed = false;
}

/*
 * Who waits in here without the lock of sysctl(9) keeps the module from being
 * unloaded, even though the cell that it waits for may go.  Begins and ends
 * with that lock held.
 */
void
cell_busy_begin(void)
{

	mutex_enter(&cell_lock);
	cell_nbusy++;
	mutex_exit(&cell_lock);
}

void
cell_busy_end(void)
{

	mutex_enter(&cell_lock);
	KASSERT(cell_nbusy > 0);
	cell_nbusy--;
	mutex_exit(&cell_lock);
}

/* No new cells from here on.  EBUSY: there are some, or somebody waits. */
int
cell_registry_close(void)
{
	int error = 0;

	mutex_enter(&cell_lock);
	if (!TAILQ_EMPTY(&cell_list) || cell_nbusy != 0)
		error = EBUSY;
	else
		cell_closed = true;
	mutex_exit(&cell_lock);
	return error;
}

static void
cell_free(struct cell *c)
{

	KASSERT(c->c_nproc == 0);
	cell_ring_fini(&c->c_ring);
	kmem_free(c->c_policy, sizeof(*c->c_policy));
	kmem_free(c, sizeof(*c));
	atomic_dec_uint(&cell_count);
}

/*
 * After cell_registry_close(), once nobody can be in here any more and no
 * credential names a cell.
 */
void
cell_registry_fini(void)
{
	struct cell *c;

	KASSERT(TAILQ_EMPTY(&cell_list));
	while ((c = LIST_FIRST(&cell_gone)) != NULL) {
		LIST_REMOVE(c, c_gone);
		cell_free(c);
	}
	KASSERT(cell_count == 0);
	cell_ports_fini();
	cell_ring_fini(&cell_host.c_ring);
	cell_set_fini();
	mutex_destroy(&cell_gone_lock);
	mutex_destroy(&cell_lock);
}

static struct cell_bucket *
cell_name_bucket(const char *name)
{

	return &cell_names[CELL_BUCKET(hash32_strn(name, CELL_NAMELEN,
	    HASH32_STR_INIT))];
}

/* A cell by id, or by name where id is 0.  Under cell_lock; no reference. */
struct cell *
cell_find(uint32_t id, const char *name)
{
	struct cell *c;

	KASSERT(mutex_owned(&cell_lock));

	if (id != 0) {
		LIST_FOREACH(c, &cell_ids[CELL_BUCKET(id)], c_byid)
			if (c->c_id == id)
				return c;
		return NULL;
	}
	LIST_FOREACH(c, cell_name_bucket(name), c_byname)
		if (strcmp(c->c_config.cf_name, name) == 0)
			return c;
	return NULL;
}

/* The oldest cell; follow c_list for the others.  Under cell_lock. */
struct cell *
cell_first(void)
{

	KASSERT(mutex_owned(&cell_lock));
	return TAILQ_FIRST(&cell_list);
}

/* Give up a reference.  The last one frees the cell; may sleep then. */
void
cell_release(struct cell *c)
{

	membar_release();
	if (atomic_dec_uint_nv(&c->c_refcnt) > 0)
		return;
	membar_acquire();
	KASSERT(c->c_state == 0);
	mutex_enter(&cell_gone_lock);
	LIST_REMOVE(c, c_gone);
	mutex_exit(&cell_gone_lock);
	cell_free(c);
}

static struct cell *
cell_alloc(const struct cell_config *cf)
{
	struct cell *c;
	struct timeval now;

	c = kmem_zalloc(sizeof(*c), KM_SLEEP);
	c->c_policy = kmem_zalloc(sizeof(*c->c_policy), KM_SLEEP);
	cell_policy_fill(c->c_policy, NULL, cf, CELL_CONFIG_WHOLE);
	cell_ring_init(&c->c_ring);
	c->c_config = *cf;
	c->c_refcnt = 1;
	c->c_state = CELL_STATE_LIVE;
	getmicrotime(&now);
	c->c_created = now.tv_sec;
	c->c_started = time_uptime;
	atomic_inc_uint(&cell_count);
	return c;
}

static void
cell_insert(struct cell *c)
{

	c->c_id = ++cell_lastid;
	TAILQ_INSERT_TAIL(&cell_list, c, c_list);
	LIST_INSERT_HEAD(&cell_ids[CELL_BUCKET(c->c_id)], c, c_byid);
	LIST_INSERT_HEAD(cell_name_bucket(c->c_config.cf_name), c, c_byname);
	cell_ports_claim(c->c_id, &c->c_config);
	atomic_inc_uint(&cell_nlive);
}

/* Say who is in the way. */
static int
cell_held(struct cell_result *cr, const struct cell *holder, uint32_t port,
    int error)
{

	cr->cr_version = CELL_ABI_VERSION;
	cr->cr_holder = holder->c_id;
	cr->cr_port = port;
	strlcpy(cr->cr_name, holder->c_config.cf_name, sizeof(cr->cr_name));
	return error;
}

/*
 * Whether nobody but `id' (0: nobody at all) has a port of this configuration.
 * EADDRINUSE: whoever the result says.  Under cell_lock.
 */
int
cell_ports_check_free(uint32_t id, const struct cell_config *cf,
    struct cell_result *cr)
{
	struct cell *holder;
	uint32_t owner;
	uint16_t port;

	owner = cell_ports_conflict(id, cf, &port);
	if (owner == 0)
		return 0;
	holder = cell_find(owner, NULL);
	KASSERT(holder != NULL);
	return cell_held(cr, holder, port, EADDRINUSE);
}

/*
 * See struct cell_create.  Also ENXIO: the module is being unloaded; and
 * ENOSPC: every id was used; ENOMEM.
 */
int
cell_create(const struct cell_create *cc, struct cell_result *cr)
{
	struct cell *c, *holder;
	int error;

	memset(cr, 0, sizeof(*cr));
	if (cc->cc_version != CELL_ABI_VERSION || cc->cc_flags != 0)
		return EINVAL;
	error = cell_config_check(&cc->cc_config, CELL_CONFIG_WHOLE);
	if (error != 0)
		return error;

	c = cell_alloc(&cc->cc_config);
	mutex_enter(&cell_lock);
	if (cell_closed)
		error = ENXIO;
	else if (cell_lastid == UINT32_MAX)
		error = ENOSPC;
	else if ((holder = cell_find(0, c->c_config.cf_name)) != NULL)
		error = cell_held(cr, holder, 0, EEXIST);
	else
		error = cell_ports_check_free(0, &c->c_config, cr);
	if (error == 0)
		error = cell_vnode_init();
	if (error == 0)
		error = cell_proc_ready();
	if (error == 0) {
		cell_insert(c);
		cr->cr_version = CELL_ABI_VERSION;
		cr->cr_id = c->c_id;
	}
	mutex_exit(&cell_lock);
	if (error != 0)
		cell_free(c);
	return error;
}

/* EBUSY: a process is in the cell. */
int
cell_destroy(uint32_t id)
{
	struct cell *c;
	int error = 0;

	mutex_enter(&cell_lock);
	c = id != 0 ? cell_find(id, NULL) : NULL;
	if (c == NULL)
		error = ESRCH;
	else if (atomic_load_relaxed(&c->c_nproc) != 0)
		error = EBUSY;
	if (error == 0) {
		atomic_store_relaxed(&c->c_state, 0);
		TAILQ_REMOVE(&cell_list, c, c_list);
		LIST_REMOVE(c, c_byid);
		LIST_REMOVE(c, c_byname);
		cell_ports_release(&c->c_config, NULL);
		atomic_dec_uint(&cell_nlive);
		mutex_enter(&cell_gone_lock);
		LIST_INSERT_HEAD(&cell_gone, c, c_gone);
		mutex_exit(&cell_gone_lock);
	}
	mutex_exit(&cell_lock);
	if (error == 0)
		cell_release(c);
	return error;
}
