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
 * Telemetry: counters, and what is summed up when somebody asks.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <uvm/uvm_extern.h>

#include <secmodel/cell/cell_impl.h>

/* CPU time used so far, microseconds.  Under p_lock. */
static uint64_t
cell_proc_cpu(struct proc *p)
{
	struct timeval u, s;

	calcru(p, &u, &s, NULL, NULL);
	return CELL_USEC(&u) + CELL_USEC(&s);
}

/* A member exits: keep what it used. */
void
cell_stat_gone(struct cell *c, struct proc *p)
{
	uint64_t cpu;

	mutex_enter(p->p_lock);
	cpu = cell_proc_cpu(p);
	mutex_exit(p->p_lock);
	mutex_spin_enter(&c->c_ring.lk);
	c->c_cpugone += cpu;
	mutex_spin_exit(&c->c_ring.lk);
}

static void
cell_snapshot_proc(struct cell *c, struct proc *p)
{
	struct vmspace *vm = p->p_vmspace;

	c->c_now.cpu += cell_proc_cpu(p);
	if (vm == NULL)
		return;
	c->c_now.rss += ptoa((uint64_t)vm_resident_count(vm));
	c->c_now.vsz += vm->vm_map.size;
}

/*
 * Sum up what the members of every cell use now.  Under cell_lock, which
 * keeps the sums.  What exits meanwhile is missed once rather than counted
 * twice.
 */
void
cell_snapshot(void)
{
	struct cell *c;
	struct proc *p;

	KASSERT(mutex_owned(&cell_lock));

	for (c = cell_first(); c != NULL; c = TAILQ_NEXT(c, c_list)) {
		memset(&c->c_now, 0, sizeof(c->c_now));
		mutex_spin_enter(&c->c_ring.lk);
		c->c_now.cpu = c->c_cpugone;
		mutex_spin_exit(&c->c_ring.lk);
	}
	mutex_enter(&proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		mutex_enter(p->p_lock);
		if ((p->p_stat == SACTIVE || p->p_stat == SSTOP) &&
		    (c = cell_member_of(p)) != NULL)
			cell_snapshot_proc(c, p);
		mutex_exit(p->p_lock);
	}
	mutex_exit(&proc_lock);
}

static void
cell_stat_scopes(struct cell *c, struct cell_info *ci)
{
	u_int i, scope;

	for (i = 0; i < CELL_NRULES; i++) {
		scope = cell_rules[i].ru_scope;
		ci->ci_denied[scope] +=
		    atomic_load_relaxed(&c->c_denied[i]);
		ci->ci_learned[scope] +=
		    atomic_load_relaxed(&c->c_learned[i]);
		ci->ci_excepted[scope] +=
		    atomic_load_relaxed(&c->c_excepted[i]);
	}
}

/* One cell as it is.  Under cell_lock, after cell_snapshot(). */
void
cell_stat_info(struct cell *c, struct cell_info *ci)
{
	const struct cell_policy *cp = c->c_policy;
	const time_t now = time_uptime;
	u_int i;

	KASSERT(mutex_owned(&cell_lock));

	memset(ci, 0, sizeof(*ci));
	ci->ci_version = CELL_ABI_VERSION;
	ci->ci_id = c->c_id;
	ci->ci_state = atomic_load_relaxed(&c->c_state);
	ci->ci_config = c->c_config;
	ci->ci_created = c->c_created;
	ci->ci_uptime = now - c->c_started;
	for (i = 0; i < CELL_EXC_COUNT; i++)
		if ((cp->cp_granted & (1U << i)) && cp->cp_until[i] > now)
			ci->ci_left[i] = cp->cp_until[i] - now;
	ci->ci_nproc = atomic_load_acquire(&c->c_nproc);
	ci->ci_npeak = atomic_load_relaxed(&c->c_npeak);
	ci->ci_forks = atomic_load_relaxed(&c->c_forks);
	ci->ci_exits = atomic_load_relaxed(&c->c_exits);
	c->c_cpushown = MAX(c->c_cpushown, c->c_now.cpu);
	ci->ci_cpu = c->c_cpushown;
	ci->ci_rss = c->c_now.rss;
	ci->ci_vsz = c->c_now.vsz;
	ci->ci_refs = atomic_load_relaxed(&c->c_refcnt) - 1;
	cell_stat_scopes(c, ci);
}

/* Under cell_lock. */
void
cell_stat_counters(struct cell *c, struct cell_counters *ct)
{
	struct cell_ring *ring = &c->c_ring;
	u_int i;

	memset(ct, 0, sizeof(*ct));
	ct->ct_version = CELL_ABI_VERSION;
	ct->ct_id = c->c_id;
	ct->ct_nrules = CELL_NRULES;
	for (i = 0; i < CELL_NRULES; i++) {
		ct->ct_denied[i] = atomic_load_relaxed(&c->c_denied[i]);
		ct->ct_learned[i] = atomic_load_relaxed(&c->c_learned[i]);
		ct->ct_excepted[i] =
		    atomic_load_relaxed(&c->c_excepted[i]);
	}
	mutex_spin_enter(&ring->lk);
	ct->ct_nports = ring->nports;
	ct->ct_naddrs = ring->naddrs;
	ct->ct_missed = ring->missed;
	memcpy(ct->ct_ports, ring->ports, sizeof(ct->ct_ports));
	memcpy(ct->ct_addrs, ring->addrs, sizeof(ct->ct_addrs));
	mutex_spin_exit(&ring->lk);
}
