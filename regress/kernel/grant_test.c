/*
 * grant_test.c -- exceptions: those with an end, those without, and how the
 * ways to give and to take them go together.
 */

#include "kit.h"

#define	BIT(exc)	(1U << CELL_EXC_##exc)

static struct proc *p;
static uint32_t id;

static bool
may_mount(void)
{
	return rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL) == 0;
}

static bool
may_settime(void)
{
	return rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_TIME,
	    KAUTH_REQ_SYSTEM_TIME_SYSTEM, NULL) == 0;
}

static void
begin(void)
{
	boot();
	id = cell("web");
	p = member(id, 0);
	ATF_CHECK(!may_mount());
	ATF_CHECK(!may_settime());
}

/* All of one set: grant, for so long, revoke, allow (or not, with ~0). */
static int
set_all(uint32_t grant, uint32_t seconds, uint32_t revoke, uint32_t allow)
{
	struct cell_set cs;

	set_init(&cs);
	cs.cs_grant = grant;
	cs.cs_seconds = seconds;
	cs.cs_revoke = revoke;
	cs.cs_fields = (grant != 0 ? CELL_SET_GRANT : 0) |
	    (revoke != 0 ? CELL_SET_REVOKE : 0);
	if (allow != ~0U) {
		cs.cs_fields |= CELL_SET_ALLOW;
		cs.cs_config.cf_allow = allow;
	}
	return call_set(root, id, &cs, NULL);
}

ATF_TC_WITHOUT_HEAD(ends);
ATF_TC_BODY(ends, tc)
{
	struct cell_info ci;

	begin();
	OK(call_grant(root, id, BIT(MOUNT), 60));
	ATF_CHECK(may_mount());
	ATF_CHECK(!may_settime());
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_config.cf_allow, 0);
	ATF_CHECK(ci.ci_left[CELL_EXC_MOUNT] >= 59 &&
	    ci.ci_left[CELL_EXC_MOUNT] <= 60);
	ATF_CHECK_EQ(ci.ci_left[CELL_EXC_SETTIME], 0);
	rig_clock_advance(50);
	ATF_CHECK(may_mount());
	ci = info(id);
	ATF_CHECK(ci.ci_left[CELL_EXC_MOUNT] >= 8 &&
	    ci.ci_left[CELL_EXC_MOUNT] <= 10);
	rig_clock_advance(10);
	/* Nobody has come to take it away: the time has passed. */
	ATF_CHECK(!may_mount());
	ATF_CHECK_EQ(info(id).ci_left[CELL_EXC_MOUNT], 0);
	rig_clock_advance(100000);
	ATF_CHECK(!may_mount());
	ATF_CHECK_EQ(denied(id, "system.mount.new"), 3);
	ATF_CHECK_EQ(excepted(id, "system.mount.new"), 2);
	done();
}

ATF_TC_WITHOUT_HEAD(without_end);
ATF_TC_BODY(without_end, tc)
{
	begin();
	OK(call_grant(root, id, BIT(MOUNT), 0));
	ATF_CHECK_EQ(info(id).ci_config.cf_allow, BIT(MOUNT));
	ATF_CHECK_EQ(info(id).ci_left[CELL_EXC_MOUNT], 0);
	rig_clock_advance(10000000);
	ATF_CHECK(may_mount());
	OK(set_all(0, 0, BIT(MOUNT), ~0U));
	ATF_CHECK(!may_mount());
	ATF_CHECK_EQ(info(id).ci_config.cf_allow, 0);
	done();
}

ATF_TC_WITHOUT_HEAD(again);
ATF_TC_BODY(again, tc)
{
	begin();
	/* The last grant counts, longer or shorter. */
	OK(call_grant(root, id, BIT(MOUNT), 10));
	OK(call_grant(root, id, BIT(MOUNT), 100));
	rig_clock_advance(50);
	ATF_CHECK(may_mount());
	OK(call_grant(root, id, BIT(MOUNT), 10));
	rig_clock_advance(11);
	ATF_CHECK(!may_mount());
	/* One that has ended may be given again. */
	OK(call_grant(root, id, BIT(MOUNT), 10));
	ATF_CHECK(may_mount());
	/* Each has its own end. */
	OK(call_grant(root, id, BIT(SETTIME), 100));
	rig_clock_advance(11);
	ATF_CHECK(!may_mount());
	ATF_CHECK(may_settime());
	done();
}

ATF_TC_WITHOUT_HEAD(revoke);
ATF_TC_BODY(revoke, tc)
{
	begin();
	/* Whichever way it was given. */
	OK(set_all(BIT(MOUNT), 60, 0, BIT(SETTIME)));
	ATF_CHECK(may_mount());
	ATF_CHECK(may_settime());
	OK(set_all(0, 0, BIT(MOUNT), ~0U));
	ATF_CHECK(!may_mount());
	ATF_CHECK(may_settime());
	ATF_CHECK_EQ(info(id).ci_left[CELL_EXC_MOUNT], 0);
	OK(set_all(0, 0, BIT(SETTIME) | BIT(MOUNT), ~0U));
	ATF_CHECK(!may_settime());
	/* Both ways at once. */
	OK(set_all(BIT(MOUNT), 60, 0, BIT(MOUNT)));
	OK(set_all(0, 0, BIT(MOUNT), ~0U));
	ATF_CHECK(!may_mount());
	/* What was not there. */
	OK(set_all(0, 0, CELL_EXC_ALL, ~0U));
	done();
}

/* Taking comes before giving. */
ATF_TC_WITHOUT_HEAD(revoke_then_grant);
ATF_TC_BODY(revoke_then_grant, tc)
{
	begin();
	OK(set_all(0, 0, 0, BIT(MOUNT) | BIT(SETTIME)));
	OK(set_all(BIT(MOUNT), 60, BIT(MOUNT) | BIT(SETTIME), ~0U));
	ATF_CHECK(may_mount());
	ATF_CHECK(!may_settime());
	/* From without an end to with one. */
	ATF_CHECK_EQ(info(id).ci_config.cf_allow, 0);
	rig_clock_advance(61);
	ATF_CHECK(!may_mount());
	done();
}

/* The list without an end is replaced; what has one stays. */
ATF_TC_WITHOUT_HEAD(allow_replaces);
ATF_TC_BODY(allow_replaces, tc)
{
	begin();
	OK(set_all(BIT(MOUNT), 60, 0, BIT(SETTIME)));
	OK(set_all(0, 0, 0, BIT(ROUTE)));
	ATF_CHECK(may_mount());
	ATF_CHECK(!may_settime());
	ATF_CHECK_EQ(info(id).ci_config.cf_allow, BIT(ROUTE));
	OK(set_all(0, 0, 0, BIT(MOUNT)));
	rig_clock_advance(61);
	ATF_CHECK(may_mount());
	OK(set_all(0, 0, 0, 0));
	ATF_CHECK(!may_mount());
	/* Given without an end is of that list, too. */
	OK(call_grant(root, id, BIT(MOUNT), 0));
	OK(set_all(0, 0, 0, BIT(SETTIME)));
	ATF_CHECK(!may_mount());
	ATF_CHECK(may_settime());
	done();
}

/* Replace, take and give in one step, in that order. */
ATF_TC_WITHOUT_HEAD(all_at_once);
ATF_TC_BODY(all_at_once, tc)
{
	begin();
	OK(set_all(BIT(MOUNT), 60, BIT(SETTIME), BIT(SETTIME) | BIT(ROUTE)));
	ATF_CHECK(may_mount());
	ATF_CHECK(!may_settime());
	ATF_CHECK_EQ(info(id).ci_config.cf_allow, BIT(ROUTE));
	done();
}

/* Longer than anybody lives: no wrap. */
ATF_TC_WITHOUT_HEAD(for_ever);
ATF_TC_BODY(for_ever, tc)
{
	begin();
	OK(call_grant(root, id, BIT(MOUNT), UINT32_MAX));
	ATF_CHECK(may_mount());
	ATF_CHECK(info(id).ci_left[CELL_EXC_MOUNT] > UINT32_MAX - 3);
	rig_clock_advance(UINT32_MAX - 10U);
	ATF_CHECK(may_mount());
	rig_clock_advance(11);
	ATF_CHECK(!may_mount());
	done();
}

/* Nobody else's. */
ATF_TC_WITHOUT_HEAD(one_cell);
ATF_TC_BODY(one_cell, tc)
{
	struct proc *q;

	begin();
	q = member(cell("db"), 0);
	OK(call_grant(root, id, CELL_EXC_ALL, 60));
	ATF_CHECK(may_mount());
	p = q;
	ATF_CHECK(!may_mount());
	ATF_CHECK(!may_settime());
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, ends);
	ATF_TP_ADD_TC(tp, without_end);
	ATF_TP_ADD_TC(tp, again);
	ATF_TP_ADD_TC(tp, revoke);
	ATF_TP_ADD_TC(tp, revoke_then_grant);
	ATF_TP_ADD_TC(tp, allow_replaces);
	ATF_TP_ADD_TC(tp, all_at_once);
	ATF_TP_ADD_TC(tp, for_ever);
	ATF_TP_ADD_TC(tp, one_cell);
	return atf_no_error();
}
