/* log_test.c -- one line per cell and rule in a minute. */

#include <stdlib.h>

#include "kit.h"

#define	ASK(p, action)	rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_##action,  \
			    0, NULL)
#define	INTERVAL	60

ATF_TC_WITHOUT_HEAD(line);
ATF_TC_BODY(line, tc)
{
	struct proc *p;
	char want[128];
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, USER);
	rig_set_name(p, "httpd");
	rig_log_clear();
	FAILS(EPERM, ASK(p, REBOOT));
	snprintf(want, sizeof(want),
	    "cell web(%u): system.reboot denied to httpd[%d], uid %d", id,
	    (int)rig_pid(p), USER);
	ATF_CHECK_EQ_MSG(rig_log_count(want), 1, "no line: %s", want);
	done();
}

/* A program's name comes from the cell: it neither ends the line nor more. */
ATF_TC_WITHOUT_HEAD(names_are_tame);
ATF_TC_BODY(names_are_tame, tc)
{
	static const struct {
		const char *name, *shown;
	} names[] = {
		{ "x\n<0>panic: no", "x?<0>panic: no" },
		{ "\033[2J\a\177", "?[2J??" },
		{ "caf\303\251", "caf??" },
		{ " ~", " ~" },
	};
	struct cell_denial *dn;
	struct proc *p;
	char want[64];
	uint32_t id;
	size_t i, n;

	boot();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		id = cell("web");
		p = member(id, 0);
		rig_set_name(p, names[i].name);
		rig_log_clear();
		FAILS(EPERM, ASK(p, REBOOT));
		snprintf(want, sizeof(want), "denied to %s[%d]",
		    names[i].shown, (int)rig_pid(p));
		ATF_CHECK_EQ_MSG(rig_log_count(want), 1, "no line: %s", want);
		MUST(call_denials(root, id, 0, &dn, &n));
		ATF_CHECK_EQ(n, 1);
		ATF_CHECK_STREQ(dn->dn_prog, names[i].shown);
		free(dn);
		gone(p);
		OK(call_destroy(root, id));
	}
	done();
}

ATF_TC_WITHOUT_HEAD(rate);
ATF_TC_BODY(rate, tc)
{
	struct proc *p, *u, *q;
	uint32_t id;
	int i;

	boot();
	id = cell("web");
	p = member(id, 0);
	u = member(id, USER);
	q = member(cell("db"), 0);
	rig_log_clear();
	for (i = 0; i < 50; i++) {
		FAILS(EPERM, ASK(p, REBOOT));
		FAILS(EPERM, ASK(u, REBOOT));
	}
	ATF_CHECK_EQ(rig_log_count("system.reboot"), 1);
	/* Another rule and another cell have their own. */
	FAILS(EPERM, ASK(p, SWAPCTL));
	FAILS(EPERM, ASK(q, REBOOT));
	ATF_CHECK_EQ(rig_log_count("cell web("), 2);
	ATF_CHECK_EQ(rig_log_count("cell db("), 1);
	rig_clock_advance(INTERVAL - 5);
	FAILS(EPERM, ASK(p, REBOOT));
	ATF_CHECK_EQ(rig_log_count("cell web("), 2);
	rig_clock_advance(5);
	FAILS(EPERM, ASK(p, REBOOT));
	FAILS(EPERM, ASK(p, REBOOT));
	ATF_CHECK_EQ(rig_log_count("cell web("), 3);
	/* The counters are not limited. */
	ATF_CHECK_EQ(denied(id, "system.reboot"), 103);
	done();
}

ATF_TC_WITHOUT_HEAD(silence);
ATF_TC_BODY(silence, tc)
{
	struct proc *p, *other;
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, 0);
	other = member(cell("db"), 0);
	rig_log_clear();
	/* Quiet: ps(1) asks it of every process there is. */
	FAILS(EPERM, rig_cansee(p, other, KAUTH_REQ_PROCESS_CANSEE_ENTRY));
	/* With a spin lock held one does not log. */
	FAILS(EPERM, rig_sched_setparam(p, other, -1, 0));
	/* Learning refuses nothing, and an exception neither. */
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_LEARN,
	    1U << CELL_EXC_CHROOT));
	OK(ASK(p, REBOOT));
	OK(rig_chroot(p));
	ATF_CHECK_EQ(rig_log_count("cell web("), 0);
	ATF_CHECK(info(id).ci_denied[CELL_SCOPE_PROCESS] >= 2);
	done();
}

ATF_TC_WITHOUT_HEAD(hosts_own);
ATF_TC_BODY(hosts_own, tc)
{
	struct proc *user, *target;

	boot();
	target = member(cell("web"), USER);
	user = host(USER);
	rig_log_clear();
	FAILS(EPERM, rig_kill(user, target, 15));
	FAILS(EPERM, rig_kill(user, target, 15));
	ATF_CHECK_EQ(rig_log_count("cell -(0): "), 1);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, line);
	ATF_TP_ADD_TC(tp, names_are_tame);
	ATF_TP_ADD_TC(tp, rate);
	ATF_TP_ADD_TC(tp, silence);
	ATF_TP_ADD_TC(tp, hosts_own);
	return atf_no_error();
}
