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
 * The policy table and its index.  Finding the row for a request costs two
 * loads and no walk, whatever the table's length.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

CTASSERT(CELL_NRULES <= CELL_MAXRULES);

const struct cell_rule cell_rules[CELL_NRULES] = {
#define	CELL_RULE(id, scope, action, req, rel, tier, exc, flags, name)	\
	[CELL_R_##id] = {						\
		.ru_version = CELL_ABI_VERSION,				\
		.ru_id = CELL_R_##id,					\
		.ru_scope = CELL_SCOPE_##scope,				\
		.ru_tier = CELL_TIER_##tier,				\
		.ru_action = action,					\
		.ru_request = req,					\
		.ru_relation = CELL_REL_##rel,				\
		.ru_exception = CELL_EXC_##exc,				\
		.ru_flags = flags,					\
		.ru_name = name,					\
	},
#include <secmodel/cell/cell_rules.h>
#undef CELL_RULE
};

/* Larger than any action or request number that sys/kauth.h has. */
#define	CELL_INDEXLEN	64

/*
 * Rule id plus one, or 0.  [0] is for what is the cell's own or has no
 * owner, [1] for what is another's.
 */
static uint16_t cell_byaction[CELL_NSCOPE][2][CELL_INDEXLEN];
static uint16_t cell_byrequest[CELL_NSCOPE][2][CELL_INDEXLEN];
static uint16_t cell_unknown[CELL_NSCOPE][2];

static void
cell_table_index(const struct cell_rule *r, u_int other)
{
	uint16_t *slot;

	if (r->ru_action == 0) {
		slot = &cell_unknown[r->ru_scope][other];
	} else if (r->ru_request != 0) {
		KASSERT(r->ru_request < CELL_INDEXLEN);
		slot = &cell_byrequest[r->ru_scope][other][r->ru_request];
	} else {
		KASSERT(r->ru_action < CELL_INDEXLEN);
		slot = &cell_byaction[r->ru_scope][other][r->ru_action];
	}
	/* A row for ANY yields to one that says OTHER. */
	if (*slot == 0 || r->ru_relation != CELL_REL_ANY)
		*slot = r->ru_id + 1;
}

void
cell_table_init(void)
{
	const struct cell_rule *r;

	for (r = cell_rules; r < &cell_rules[CELL_NRULES]; r++) {
		if (r->ru_flags & CELL_RULE_VARIANT)
			continue;
		if (r->ru_relation != CELL_REL_OTHER)
			cell_table_index(r, 0);
		if (r->ru_relation != CELL_REL_SAME)
			cell_table_index(r, 1);
	}
}

/*
 * The row that answers for a request.  `other' tells whether what is acted
 * upon belongs to another cell or to the host.  Never NULL: what nobody
 * thought of has a row as well.
 */
const struct cell_rule *
cell_rule_find(u_int scope, uint64_t action, uint32_t req, bool other)
{
	const struct cell_rule *r;
	u_int id;

	KASSERT(scope < CELL_NSCOPE);

	if (req != 0 && req < CELL_INDEXLEN &&
	    (id = cell_byrequest[scope][other][req]) != 0) {
		r = &cell_rules[id - 1];
		if (r->ru_action == action)
			return r;
	}
	if (action < CELL_INDEXLEN &&
	    (id = cell_byaction[scope][other][action]) != 0)
		return &cell_rules[id - 1];
	id = cell_unknown[scope][other];
	KASSERT(id != 0);
	return &cell_rules[id - 1];
}
