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
 * The end of a cell.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/signalvar.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <secmodel/cell/cell_impl.h>

/* How long a kill waits for the last process, at most. */
#define	CELL_KILL_SECONDS	5

/* Send SIGKILL to every member that can take it. */
static void
cell_kill_members(struct cell *c)
{
	struct proc *p;
	bool member;

	mutex_enter(&proc_lock);
	PROCLIST_FOREACH(p, &allproc) {
		mutex_enter(p->p_lock);
		member = (p->p_stat == SACTIVE || p->p_stat == SSTOP) &&
		    cell_member_of(p) == c;
		mutex_exit(p->p_lock);
		if (member)
			psignal(p, SIGKILL);
	}
	mutex_exit(&proc_lock);
}

/*
 * End a cell: see struct cell_op.  Repeats itself since execve(2) discards
 * pending signals and a fork may have been under way.  EINTR: a signal.
 */
int
cell_kill(uint32_t id)
{
	const time_t late = time_uptime + CELL_KILL_SECONDS;
	struct cell *c;
	int error = 0;

	mutex_enter(&cell_lock);
	c = id != 0 ? cell_find(id, NULL) : NULL;
	if (c != NULL) {
		atomic_inc_uint(&c->c_refcnt);
		atomic_store_relaxed(&c->c_state, CELL_STATE_DYING);
	}
	mutex_exit(&cell_lock);
	if (c == NULL)
		return ESRCH;

	while (atomic_load_relaxed(&c->c_nproc) != 0) {
		if (time_uptime >= late) {
			error = EAGAIN;
			break;
		}
		cell_kill_members(c);
		error = kpause("cellkill", true, mstohz(10) + 1, NULL);
		if (error != EWOULDBLOCK && error != 0)
			break;
		error = 0;
	}
	cell_release(c);
	return error;
}
