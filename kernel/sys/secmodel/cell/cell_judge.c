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
 * From a rule to an answer for kauth(9).
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kernel.h>
#include <sys/pserialize.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <secmodel/cell/cell_impl.h>

/*
 * Judge by one rule and record what came of it.  `c' is who acts, NULL for
 * one of the host's users; `object' is the id of the cell whose it is that is
 * acted upon, 0 for the host's.  `detail' and `addr' (may be NULL) are for the record.
 *
 * May be called with any lock held up to IPL_SCHED; does not sleep.
 */
int
cell_judge(struct cell *c, kauth_cred_t cred, u_int rule,
    uint32_t object, uint32_t detail, const struct cell_addr *addr)
{
	const struct cell_rule *r = &cell_rules[rule];
	enum cell_verdict v;
	int s;

	if (c == NULL) {
		v = cell_policy_judge(NULL, r, 0);
	} else {
		s = pserialize_read_enter();
		v = cell_policy_judge(atomic_load_consume(&c->c_policy), r,
		    time_uptime);
		pserialize_read_exit(s);
	}
	if (v == CELL_V_DEFER)
		return KAUTH_RESULT_DEFER;
	cell_note(c != NULL ? c : &cell_host, cred, rule, v, object, detail,
	    addr);
	return v == CELL_V_DENY ? KAUTH_RESULT_DENY : KAUTH_RESULT_DEFER;
}
