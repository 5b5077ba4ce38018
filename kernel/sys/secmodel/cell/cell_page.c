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
 * Listings: how much of something there is, and as much of it as the caller
 * has room for.
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

/*
 * Give what fits of `len' bytes of which `have' are at hand, and say how
 * much all of it is; sysctl(2) makes an ENOMEM of the difference.
 */
int
cell_out(struct lwp *l, const void *k, size_t have, size_t len, void *oldp,
    size_t *oldlenp)
{
	const size_t room = oldp != NULL ? *oldlenp : 0;

	*oldlenp = len;
	have = MIN(have, room);
	return have != 0 ? sysctl_copyout(l, k, oldp, have) : 0;
}

bool
cell_selects_all(const struct cell_select *sl)
{

	return sl->sl_id == 0 && sl->sl_name[0] == '\0';
}

/*
 * A listing is gathered in kernel memory, as much as the caller has room
 * for, so that no lock is held while user memory is touched.
 */
struct cell_page {
	char		*buf;
	size_t		elem;		/* bytes */
	size_t		room;		/* elements */
	size_t		n;		/* elements there are */
};

/* Where the next element goes; NULL where only its number is wanted. */
static void *
cell_page_next(struct cell_page *pg)
{

	return pg->n++ < pg->room ? pg->buf + (pg->n - 1) * pg->elem : NULL;
}

static void
cell_page_add_info(struct cell_page *pg, struct cell *c,
    const struct cell_select *sl, uint64_t until)
{
	struct cell_info *ci;

	ci = cell_page_next(pg);
	if (ci != NULL)
		cell_stat_info(c, ci);
}

static void
cell_page_add_denials(struct cell_page *pg, struct cell *c,
    const struct cell_select *sl, uint64_t until)
{
	/* Under cell_lock; too large for the stack. */
	static struct cell_denial ring[CELL_RINGLEN];
	struct cell_denial *dn;
	u_int i, n;

	n = cell_ring_denials(c, sl->sl_since, until, ring);
	for (i = 0; i < n; i++) {
		dn = cell_page_next(pg);
		if (dn != NULL)
			*dn = ring[i];
	}
}

typedef void cell_page_fn(struct cell_page *, struct cell *,
    const struct cell_select *, uint64_t);

static int
cell_page_fill(struct cell_page *pg, cell_page_fn *fn,
    const struct cell_select *sl)
{
	const uint64_t until = cell_seq_now();
	struct cell *c;

	KASSERT(mutex_owned(&cell_lock));

	if (!cell_selects_all(sl)) {
		c = cell_find(sl->sl_id, sl->sl_name);
		if (c == NULL)
			return ESRCH;
		(*fn)(pg, c, sl, until);
		return 0;
	}
	if (fn == cell_page_add_denials)
		(*fn)(pg, &cell_host, sl, until);
	for (c = cell_first(); c != NULL; c = TAILQ_NEXT(c, c_list))
		(*fn)(pg, c, sl, until);
	return 0;
}

static int
cell_page_out(struct lwp *l, cell_page_fn *fn, size_t elem, size_t maxelems,
    const struct cell_select *sl, void *oldp,
    size_t *oldlenp)
{
	struct cell_page pg = { .elem = elem };
	int error;

	if (oldp != NULL)
		pg.room = MIN(*oldlenp / elem, maxelems);
	if (pg.room != 0)
		pg.buf = kmem_alloc(pg.room * elem, KM_SLEEP);
	mutex_enter(&cell_lock);
	if (fn == cell_page_add_info && pg.room != 0)
		cell_snapshot();
	error = cell_page_fill(&pg, fn, sl);
	mutex_exit(&cell_lock);
	if (error == 0)
		error = cell_out(l, pg.buf, MIN(pg.n, pg.room) * elem,
		    pg.n * elem, oldp, oldlenp);
	if (pg.room != 0)
		kmem_free(pg.buf, pg.room * elem);
	return error;
}

/* The selected cells, as struct cell_info. */
int
cell_page_list(struct lwp *l, const struct cell_select *sl, void *oldp,
    size_t *oldlenp)
{

	return cell_page_out(l, cell_page_add_info, sizeof(struct cell_info),
	    atomic_load_relaxed(&cell_nlive), sl, oldp, oldlenp);
}

/* Their denials, and with every cell the host's too. */
int
cell_page_denials(struct lwp *l, const struct cell_select *sl, void *oldp,
    size_t *oldlenp)
{

	return cell_page_out(l, cell_page_add_denials,
	    sizeof(struct cell_denial),
	    (atomic_load_relaxed(&cell_nlive) + 1) * CELL_RINGLEN, sl, oldp,
	    oldlenp);
}
