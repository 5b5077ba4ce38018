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
 * Telemetry, made where the decision is made: the ring of denials, what was
 * tried while learning, and log lines.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <secmodel/cell/cell_impl.h>

/* One log line per cell and rule in this many seconds. */
#define	CELL_LOG_INTERVAL	60

void
cell_ring_init(struct cell_ring *ring)
{

	mutex_init(&ring->lk, MUTEX_DEFAULT, IPL_SCHED);
	ring->seq = 0;
	ring->n = ring->nports = ring->naddrs = ring->missed = 0;
}

void
cell_ring_fini(struct cell_ring *ring)
{

	mutex_destroy(&ring->lk);
}

/*
 * Whether one is the other repeated.  Which process it was tried on does not
 * matter, lest one kill(-1) take every place; which port does.
 */
static bool
cell_denial_same(const struct cell_denial *a, const struct cell_denial *b)
{

	if (a->dn_rule != b->dn_rule || a->dn_verdict != b->dn_verdict ||
	    a->dn_uid != b->dn_uid || strcmp(a->dn_prog, b->dn_prog) != 0)
		return false;
	return cell_rules[a->dn_rule].ru_scope != CELL_SCOPE_NETWORK ||
	    (a->dn_detail == b->dn_detail &&
	    memcmp(&a->dn_addr, &b->dn_addr, sizeof(a->dn_addr)) == 0);
}

/* The place of an equal denial, else a free one, else the oldest one's. */
static struct cell_denial *
cell_ring_place(struct cell_ring *ring, const struct cell_denial *dn)
{
	struct cell_denial *p, *oldest = NULL;

	for (p = ring->rec; p < &ring->rec[ring->n]; p++) {
		if (cell_denial_same(p, dn))
			return p;
		if (oldest == NULL || p->dn_seq < oldest->dn_seq)
			oldest = p;
	}
	if (ring->n < CELL_RINGLEN)
		p = &ring->rec[ring->n++];
	else
		p = oldest;
	*p = *dn;
	return p;
}

/* Remember a port and an address that enforcing would have refused. */
static void
cell_ring_learn(struct cell_ring *ring, u_int rule,
    const struct cell_denial *dn)
{
	uint32_t i;

	if (rule == CELL_R_BIND_UNDECLARED) {
		for (i = 0; i < ring->nports; i++)
			if (ring->ports[i] == dn->dn_detail)
				return;
		if (ring->nports < CELL_MAXPORTS)
			ring->ports[ring->nports++] = dn->dn_detail;
		else
			ring->missed++;
	} else if (rule == CELL_R_BIND_ADDRESS) {
		for (i = 0; i < ring->naddrs; i++)
			if (memcmp(&ring->addrs[i], &dn->dn_addr,
			    sizeof(dn->dn_addr)) == 0)
				return;
		if (ring->naddrs < CELL_MAXADDRS)
			ring->addrs[ring->naddrs++] = dn->dn_addr;
		else
			ring->missed++;
	}
}

/* Nanoseconds of uptime: it orders the records of all rings. */
uint64_t
cell_seq_now(void)
{
	struct timespec ts;

	nanouptime(&ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
cell_ring_add(struct cell_ring *ring, const struct cell_denial *dn)
{
	struct cell_denial *p;

	mutex_spin_enter(&ring->lk);
	ring->seq = MAX(ring->seq + 1, cell_seq_now());
	if (dn->dn_verdict == CELL_VERDICT_LEARNED)
		cell_ring_learn(ring, dn->dn_rule, dn);
	p = cell_ring_place(ring, dn);
	p->dn_seq = ring->seq;
	p->dn_last = dn->dn_last;
	p->dn_pid = dn->dn_pid;
	p->dn_object = dn->dn_object;
	p->dn_detail = dn->dn_detail;
	if (p->dn_count != UINT32_MAX)
		p->dn_count++;
	mutex_spin_exit(&ring->lk);
}

/* Only whoever moves the time of the last line writes one. */
static void
cell_log(struct cell *c, const struct cell_denial *dn)
{
	volatile u_int *last = &c->c_logged[dn->dn_rule];
	const u_int now = (u_int)time_uptime;
	const u_int then = atomic_load_relaxed(last);

	if (then != 0 && now - then < CELL_LOG_INTERVAL)
		return;
	if (atomic_cas_uint(last, then, MAX(now, 1)) != then)
		return;
	log(LOG_NOTICE, "cell %s(%u): %s denied to %s[%u], uid %u\n",
	    c == &cell_host ? "-" : c->c_config.cf_name, c->c_id,
	    cell_rules[dn->dn_rule].ru_name, dn->dn_prog, dn->dn_pid,
	    dn->dn_uid);
}

/*
 * A program is called what its file is called, and files of a cell are called
 * what the cell likes: nothing that would end a line of the log and begin
 * another one, or do more to a terminal.
 */
static void
cell_prog(char *buf, size_t size, const struct proc *p)
{

	strlcpy(buf, p->p_comm, size);
	for (; *buf != '\0'; buf++)
		if (*buf < ' ' || *buf > '~')
			*buf = '?';
}

/*
 * Count a verdict and, unless it is of the kind that is asked for all the
 * time, keep it.  `c' is who acted (&cell_host for a host's user), `object'
 * the id of the cell whose it was.
 */
void
cell_note(struct cell *c, kauth_cred_t cred, u_int rule, enum cell_verdict v,
    uint32_t object, uint32_t detail, const struct cell_addr *addr)
{
	struct cell_denial dn;
	struct timeval now;

	switch (v) {
	case CELL_V_EXCEPT:
		atomic_inc_ulong(&c->c_excepted[rule]);
		return;
	case CELL_V_LEARN:
		atomic_inc_ulong(&c->c_learned[rule]);
		break;
	case CELL_V_DENY:
		atomic_inc_ulong(&c->c_denied[rule]);
		break;
	default:
		return;
	}
	if (cell_rules[rule].ru_flags & CELL_RULE_QUIET)
		return;

	getmicrotime(&now);
	memset(&dn, 0, sizeof(dn));
	dn.dn_version = CELL_ABI_VERSION;
	dn.dn_cell = c->c_id;
	dn.dn_first = dn.dn_last = CELL_USEC(&now);
	dn.dn_pid = curproc->p_pid;
	dn.dn_uid = kauth_cred_geteuid(cred);
	dn.dn_object = object;
	dn.dn_rule = rule;
	dn.dn_verdict = v == CELL_V_DENY ? CELL_VERDICT_DENIED :
	    CELL_VERDICT_LEARNED;
	dn.dn_detail = detail;
	if (addr != NULL)
		dn.dn_addr = *addr;
	cell_prog(dn.dn_prog, sizeof(dn.dn_prog), curproc);
	cell_ring_add(&c->c_ring, &dn);
	if (v == CELL_V_DENY &&
	    (cell_rules[rule].ru_flags & CELL_RULE_NOLOG) == 0)
		cell_log(c, &dn);
}

/*
 * The denials later than `since' and before `until', in no order; at most
 * CELL_RINGLEN.  Returns how many.
 */
u_int
cell_ring_denials(struct cell *c, uint64_t since, uint64_t until,
    struct cell_denial *out)
{
	struct cell_ring *ring = &c->c_ring;
	u_int i, n = 0;

	mutex_spin_enter(&ring->lk);
	for (i = 0; i < ring->n; i++)
		if (ring->rec[i].dn_seq > since &&
		    ring->rec[i].dn_seq < until)
			out[n++] = ring->rec[i];
	mutex_spin_exit(&ring->lk);
	return n;
}
