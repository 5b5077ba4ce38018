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
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

/* Powers of two; as many buckets as a large system has processes. */
#define	CELL_NMEMBERS	16384
#define	CELL_NSTRIPES	256

struct cell_member {
	LIST_ENTRY(cell_member) m_list;
	struct proc	*m_proc;
	struct cell	*m_cell;
};

LIST_HEAD(cell_members, cell_member);

static struct cell_members *cell_members;
static kmutex_t cm_lock[CELL_NSTRIPES];

void
cell_members_init(void)
{
	u_int i;

	cell_members = kmem_alloc(CELL_NMEMBERS * sizeof(*cell_members),
	    KM_SLEEP);
	for (i = 0; i < CELL_NMEMBERS; i++)
		LIST_INIT(&cell_members[i]);
	for (i = 0; i < CELL_NSTRIPES; i++)
		mutex_init(&cm_lock[i], MUTEX_DEFAULT, IPL_SCHED);
}

void
cell_members_fini(void)
{
	u_int i;

	for (i = 0; i < CELL_NMEMBERS; i++)
		KASSERT(LIST_EMPTY(&cell_members[i]));
	for (i = 0; i < CELL_NSTRIPES; i++)
		mutex_destroy(&cm_lock[i]);
	kmem_free(cell_members, CELL_NMEMBERS * sizeof(*cell_members));
}

/* The bucket of a process, locked. */
static struct cell_members *
cell_members_enter(const struct proc *p, kmutex_t **lockp)
{
	const uintptr_t key = (uintptr_t)p;
	const uint32_t h = hash32_buf(&key, sizeof(key), HASH32_BUF_INIT);

	*lockp = &cm_lock[h & (CELL_NSTRIPES - 1)];
	mutex_spin_enter(*lockp);
	return &cell_members[h & (CELL_NMEMBERS - 1)];
}

static struct cell_member *
cell_member_find(const struct cell_members *head, const struct proc *p)
{
	struct cell_member *m;

	LIST_FOREACH(m, head, m_list)
		if (m->m_proc == p)
			return m;
	return NULL;
}

/* May sleep. */
void
cell_member_add(struct proc *p, struct cell *c)
{
	struct cell_members *head;
	struct cell_member *m;
	kmutex_t *lock;

	m = kmem_alloc(sizeof(*m), KM_SLEEP);
	m->m_proc = p;
	m->m_cell = c;
	head = cell_members_enter(p, &lock);
	LIST_INSERT_HEAD(head, m, m_list);
	mutex_spin_exit(lock);
}

/* The cell that the process was in, or NULL.  May sleep. */
struct cell *
cell_member_remove(struct proc *p)
{
	struct cell_member *m;
	struct cell *c;
	kmutex_t *lock;

	m = cell_member_find(cell_members_enter(p, &lock), p);
	if (m != NULL)
		LIST_REMOVE(m, m_list);
	mutex_spin_exit(lock);
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
	const struct cell_member *m;
	kmutex_t *lock;
	uint32_t id;

	m = cell_member_find(cell_members_enter(p, &lock), p);
	id = m != NULL ? m->m_cell->c_id : 0;
	mutex_spin_exit(lock);
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
	const struct cell_member *m;
	struct cell *c;
	kmutex_t *lock;

	m = cell_member_find(cell_members_enter(p, &lock), p);
	c = m != NULL ? m->m_cell : NULL;
	mutex_spin_exit(lock);
	return c;
}
