/* policy_engine.c -- asks every row, of everybody about everybody. */

#include <atf-c.h>
#include <stdio.h>

#include "policy_engine.h"

const struct rows *const policy_rows[] = {
	&rows_system, &rows_process, &rows_network, &rows_device, &rows_vnode,
	NULL
};

const char *
row_name(const struct row *r)
{
	static char buf[120];

	snprintf(buf, sizeof(buf), "%s%s%s", r->action_name,
	    r->request_name != NULL ? " " : "",
	    r->request_name != NULL ? r->request_name : "");
	return buf;
}

/* What a cell's policy makes of a tier. */
static enum outcome
judge(const struct policy *po, uint8_t tier, uint8_t exception)
{
	if (tier == CELL_TIER_NEVER || tier > po->profile)
		return DEFER;
	if (exception != CELL_EXC_NONE && (po->allow & (1U << exception)) != 0)
		return EXCEPT;
	return po->mode == CELL_MODE_LEARN ? LEARN : DENY;
}

static enum outcome
expect(const struct row *r, enum who actor, enum who object, uint8_t *tierp)
{
	const int ca = whos[actor].cell, co = whos[object].cell;

	*tierp = CELL_TIER_ALWAYS;
	if (r->about != ABOUT_HOST && ca != co)
		return actor == H_ROOT ? DEFER : DENY;
	if (ca == D && r->scope == CELL_SCOPE_PROCESS &&
	    r->action == KAUTH_PROCESS_FORK)
		return DENY;
	if (ca == HOST)
		return DEFER;
	*tierp = r->tier;
	return judge(&policies[ca], r->tier, r->exception);
}

static void
check_one(const struct row *r, size_t index, enum who actor, enum who object)
{
	static struct tally before, after;
	enum outcome want;
	uint8_t tier;
	bool refused;

	want = expect(r, actor, object, &tier);
	before.seq = after.seq;
	take(&before);
	refused = ask(r, actor, object) != 0;
	after.seq = before.seq;
	take(&after);
	if (refused != (want == DENY || refused_without[index][actor][object]))
		complain(r, actor, object, refused ?
		    "refused, tier %d expected, %d" :
		    "permitted, tier %d expected, %d", tier, want);
	check_answer(r, actor, object, want, tier, &before, &after);
}

static bool
is_asked(const struct row *r, enum who actor, enum who object)
{
	if (r->about == ABOUT_HOST)
		return actor == object;
	return r->about != ABOUT_PEER || whos[actor].uid == 0 ||
	    whos[actor].uid == whos[object].uid;
}

static unsigned int
check_row(const struct row *r, size_t index)
{
	unsigned int n = 0;
	int actor, object;

	for (actor = 0; actor < NWHO; actor++)
		for (object = 0; object < NWHO; object++) {
			if (!is_asked(r, actor, object))
				continue;
			check_one(r, index, actor, object);
			n++;
		}
	return n;
}

/* An action without requests is the same whatever the kernel puts there. */
static unsigned int
check_junk(const struct row *r, size_t index)
{
	static const uint32_t junk[] = { 1, 4, 13, 40, 63, 64, UINT32_MAX };
	struct row row = *r;
	unsigned int n = 0, i;

	if (r->request_name != NULL || r->request != 0 || r->ask != NULL ||
	    (r->scope != CELL_SCOPE_SYSTEM && r->scope != CELL_SCOPE_NETWORK))
		return 0;
	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		row.request = junk[i];
		n += check_row(&row, index);
	}
	return n;
}

/* Without exceptions, with the one that counts, with all others, with all. */
static unsigned int
check_exceptions(const struct row *r, size_t index)
{
	uint32_t bit = r->exception == CELL_EXC_NONE ? 0 : 1U << r->exception;
	uint32_t masks[4] = { 0, CELL_EXC_ALL, bit, CELL_EXC_ALL & ~bit };
	unsigned int n = 0, i;

	complain_anew();
	for (i = 0; i < (bit != 0 ? 4U : 2U); i++) {
		policies[A].allow = masks[i];
		ATF_REQUIRE_EQ(call_set_policy(procs[H_ROOT], ids[A],
		    policies[A].profile, policies[A].mode, masks[i]), 0);
		n += check_row(r, index);
	}
	return n + check_junk(r, index);
}

unsigned int
policy_check(uint32_t profile, uint32_t mode)
{
	const struct rows *const *rows;
	unsigned int n = 0;
	size_t i, index = 0;

	world_begin(profile, mode);
	for (rows = policy_rows; *rows != NULL; rows++)
		for (i = 0; i < (*rows)->n; i++, index++)
			n += check_exceptions(&(*rows)->row[i], index);
	world_end();
	return n;
}
