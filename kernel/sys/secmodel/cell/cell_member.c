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
 * The table of members: which process is in which cell, known without
 * touching a credential.  It is what counts, from attach or fork to exit:
 * a cell has as many processes as it has members here.
 *
 * It also answers where a credential cannot.  kauth_cred_getdata(9) takes an
 * adaptive mutex, but sched_setparam(2) and the kern.lwp node ask with an LWP
 * locked, and terminals that are opened with their own spin lock held, where
 * that is not allowed.  All other questions are answered by the credential.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

/* Powers of two; as many buckets as a large system has processes. */
#define	CELL_MEMBERBITS	14
#define	CELL_NMEMBERS	(1U << CELL_MEMBERBITS)
#define	CELL_NSTRIPES	256

struct cell_member {
	struct cell_member *m_next;
	struct proc	*m_proc;
	struct cell	*m_cell;
};

/* The first of each bucket: written with its lock, read without as well. */
static struct cell_member **cell_members;
static kmutex_t cm_lock[CELL_NSTRIPES];

void
cell_members_init(void)
{
	u_int i;

	cell_members = kmem_zalloc(CELL_NMEMBERS * sizeof(*cell_members),
	    KM_SLEEP);
	for (i = 0; i < CELL_NSTRIPES; i++)
		mutex_init(&cm_lock[i], MUTEX_DEFAULT, IPL_SCHED);
}

void
cell_members_fini(void)
{
	u_int i;

	for (i = 0; i < CELL_NMEMBERS; i++)
		KASSERT(cell_members[i] == NULL);
	for (i = 0; i < CELL_NSTRIPES; i++)
		mutex_destroy(&cm_lock[i]);
	kmem_free(cell_members, CELL_NMEMBERS * sizeof(*cell_members));
}

/* Multiplicative hashing of what distinguishes the addresses of processes. */
static u_int
cell_member_hash(const struct proc *p)
{
	const uint32_t key = (uint32_t)((uintptr_t)p / 64);

	return (key * 0x9e3779b1U) >> (32 - CELL_MEMBERBITS);
}

static kmutex_t *
cell_member_lock(u_int h)
{

	return &cm_lock[h & (CELL_NSTRIPES - 1)];
}

/*
 * Most buckets are empty, which is known without the lock: who asks about a
 * process came by it after its membership began.
 */
static bool
cell_member_none(u_int h)
{

	return atomic_load_relaxed(&cell_members[h]) == NULL;
}

static const struct cell_member *
cell_member_find(u_int h, const struct proc *p)
{
	const struct cell_member *m;

	for (m = cell_members[h]; m != NULL; m = m->m_next)
		if (m->m_proc == p)
			break;
	return m;
}

/* May sleep. */
void
cell_member_add(struct proc *p, struct cell *c)
{
	const u_int h = cell_member_hash(p);
	struct cell_member *m;

	m = kmem_alloc(sizeof(*m), KM_SLEEP);
	m->m_proc = p;
	m->m_cell = c;
	mutex_spin_enter(cell_member_lock(h));
	m->m_next = cell_members[h];
	atomic_store_release(&cell_members[h], m);
	mutex_spin_exit(cell_member_lock(h));
}

/* The cell that the process was in, or NULL.  May sleep. */
struct cell *
cell_member_remove(struct proc *p)
{
	const u_int h = cell_member_hash(p);
	struct cell_member *m, **mp;
	struct cell *c;

	if (cell_member_none(h))
		return NULL;
	mutex_spin_enter(cell_member_lock(h));
	for (mp = &cell_members[h]; (m = *mp) != NULL; mp = &m->m_next)
		if (m->m_proc == p)
			break;
	if (m != NULL)
		atomic_store_relaxed(mp, m->m_next);
	mutex_spin_exit(cell_member_lock(h));
	if (m == NULL)
		return NULL;
	c = m->m_cell;
	kmem_free(m, sizeof(*m));
	return c;
}

/*
 * The id of a process's cell, 0 for the host's and for one that is exiting.
 * Looks at nothing of the process, which may be gone already.
 */
uint32_t
cell_member_id(const struct proc *p)
{
	const u_int h = cell_member_hash(p);
	const struct cell_member *m;
	uint32_t id;

	if (cell_member_none(h))
		return 0;
	mutex_spin_enter(cell_member_lock(h));
	m = cell_member_find(h, p);
	id = m != NULL ? m->m_cell->c_id : 0;
	mutex_spin_exit(cell_member_lock(h));
	return id;
}

/*
 * The cell of a process, NULL for the host's and for one that is exiting.
 * With p_lock held, the cell stays: a process gives up its credential only
 * after it has become a zombie.
 */
struct cell *
cell_member_of(struct proc *p)
{
	const u_int h = cell_member_hash(p);
	const struct cell_member *m;
	struct cell *c;

	if (cell_member_none(h))
		return NULL;
	mutex_spin_enter(cell_member_lock(h));
	m = cell_member_find(h, p);
	c = m != NULL ? m->m_cell : NULL;
	mutex_spin_exit(cell_member_lock(h));
	return c;
}
