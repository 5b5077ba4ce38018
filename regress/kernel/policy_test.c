/*
 * policy_test.c -- the whole policy: every request of sys/kauth.h by every
 * profile and mode, with and without what lifts it, between everybody.
 */

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cellcall.h"
#include "policy.h"
#include "enumerators.h"

#define	MATRIX(profile, mode)						\
ATF_TC_WITHOUT_HEAD(profile##_##mode);					\
ATF_TC_BODY(profile##_##mode, tc)					\
{									\
	printf("%u questions\n", policy_check(CELL_PROFILE_##profile,	\
	    CELL_MODE_##mode));						\
}

MATRIX(LOW, ENFORCE)
MATRIX(LOW, LEARN)
MATRIX(MEDIUM, ENFORCE)
MATRIX(MEDIUM, LEARN)
MATRIX(HIGH, ENFORCE)
MATRIX(HIGH, LEARN)

/* The credentials scope asks nobody's leave: identity_test.c. */
static const char *const hooks[] = {
	"KAUTH_CRED_INIT", "KAUTH_CRED_FORK", "KAUTH_CRED_COPY",
	"KAUTH_CRED_FREE", "KAUTH_CRED_CHROOT"
};

/* By name, but for what is only another name for the same bit. */
static bool
in_rows(const char *name, unsigned long long value)
{
	bool vnode = strncmp(name, "KAUTH_VNODE_", 12) == 0;
	const struct rows *const *rows;
	const struct row *r;

	for (rows = policy_rows; *rows != NULL; rows++)
		for (r = (*rows)->row; r < (*rows)->row + (*rows)->n; r++)
			if (strcmp(r->action_name, name) == 0 ||
			    (r->request_name != NULL &&
			    strcmp(r->request_name, name) == 0) ||
			    (vnode && r->scope == CELL_SCOPE_VNODE &&
			    r->action == value))
				return true;
	return false;
}

ATF_TC_WITHOUT_HEAD(complete);
ATF_TC_BODY(complete, tc)
{
	size_t i, k;
	bool found;

	ATF_CHECK_MSG(sizeof(enumerators) / sizeof(enumerators[0]) > 200,
	    "sys/kauth.h was not understood");
	for (i = 0; i < sizeof(enumerators) / sizeof(enumerators[0]); i++) {
		found = in_rows(enumerators[i].name, enumerators[i].value);
		for (k = 0; k < sizeof(hooks) / sizeof(hooks[0]); k++)
			if (strcmp(hooks[k], enumerators[i].name) == 0)
				found = true;
		ATF_CHECK_MSG(found, "%s has no row", enumerators[i].name);
	}
}

/* Rules that what a cell is told makes true or not, and their tests. */
static const char *const elsewhere[] = {
	"process.fork.maxproc",		/* limits_test.c */
	"network.bind.other",		/* ports_test.c */
	"network.bind.handout",		/* handout_test.c */
	"network.bind.address",		/* addrs_test.c */
	"vnode.extattr.read",		/* extattr_test.c */
	"vnode.extattr.write",
	NULL
};

/* The other way round: there is no rule that nobody asks about. */
ATF_TC_WITHOUT_HEAD(every_rule_is_met);
ATF_TC_BODY(every_rule_is_met, tc)
{
	(void)policy_check(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE);
	ATF_CHECK_EQ(policy_unmet(elsewhere), 0);
}

/* The table as programs read it. */
ATF_TC_WITHOUT_HEAD(table);
ATF_TC_BODY(table, tc)
{
	struct cell_version cv;
	struct cell_rule *ru;
	uint32_t lifted = 0;
	struct proc *root;
	size_t i, k, n;

	rig_boot();
	root = rig_proc_create(0);
	ATF_REQUIRE_EQ(call_policy(root, &ru, &n), 0);
	ATF_REQUIRE_EQ(call_version(root, &cv), 0);
	ATF_CHECK_EQ(cv.cv_nrules, n);
	for (i = 0; i < n; i++) {
		ATF_CHECK_EQ(ru[i].ru_version, CELL_ABI_VERSION);
		ATF_CHECK_EQ(ru[i].ru_id, i);
		ATF_CHECK(ru[i].ru_scope <= CELL_SCOPE_VNODE);
		ATF_CHECK(ru[i].ru_tier <= CELL_TIER_NEVER);
		ATF_CHECK_EQ(ru[i].ru_pad, 0);
		ATF_CHECK(strnlen(ru[i].ru_name, CELL_RULENAMELEN) <
		    CELL_RULENAMELEN);
		for (k = 0; k < i; k++)
			ATF_CHECK_MSG(strcmp(ru[i].ru_name, ru[k].ru_name)
			    != 0, "two rules %s", ru[i].ru_name);
		if (ru[i].ru_exception == CELL_EXC_NONE)
			continue;
		ATF_CHECK(ru[i].ru_exception < CELL_EXC_COUNT);
		ATF_CHECK_MSG(ru[i].ru_tier == CELL_TIER_MEDIUM ||
		    ru[i].ru_tier == CELL_TIER_HIGH, "%s of tier %u is lifted",
		    ru[i].ru_name, ru[i].ru_tier);
		lifted |= 1U << ru[i].ru_exception;
	}
	ATF_CHECK_EQ_MSG(lifted, CELL_EXC_ALL, "exceptions without a rule");
	free(ru);
	ATF_REQUIRE_EQ(rig_halt(), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, LOW_ENFORCE);
	ATF_TP_ADD_TC(tp, LOW_LEARN);
	ATF_TP_ADD_TC(tp, MEDIUM_ENFORCE);
	ATF_TP_ADD_TC(tp, MEDIUM_LEARN);
	ATF_TP_ADD_TC(tp, HIGH_ENFORCE);
	ATF_TP_ADD_TC(tp, HIGH_LEARN);
	ATF_TP_ADD_TC(tp, complete);
	ATF_TP_ADD_TC(tp, every_rule_is_met);
	ATF_TP_ADD_TC(tp, table);
	return atf_no_error();
}
