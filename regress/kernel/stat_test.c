/* stat_test.c -- what a cell used and uses. */

#include "kit.h"

#define	SEC	1000000ULL
#define	MB	(1024 * 1024ULL)

ATF_TC_WITHOUT_HEAD(sums);
ATF_TC_BODY(sums, tc)
{
	struct cell_info ci;
	struct proc *a, *b, *h;
	uint32_t id;

	boot();
	id = cell("web");
	a = member(id, 0);
	b = member(id, USER);
	h = host(USER);
	rig_set_usage(a, 3 * SEC, 2 * SEC, 10 * MB, 100 * MB);
	rig_set_usage(b, 1 * SEC, 500000, 20 * MB, 40 * MB);
	rig_set_usage(h, 100 * SEC, 100 * SEC, 1000 * MB, 1000 * MB);
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_cpu, 6500000);
	ATF_CHECK_EQ(ci.ci_rss, 30 * MB);
	ATF_CHECK_EQ(ci.ci_vsz, 140 * MB);
	ATF_CHECK_EQ(ci.ci_nproc, 2);
	/* Larger than 32 bits hold. */
	rig_set_usage(a, 5000000 * SEC, 0, 100000 * MB, 1000000 * MB);
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_cpu, 5000000 * SEC + 1500000);
	ATF_CHECK_EQ(ci.ci_rss, 100020 * MB);
	ATF_CHECK_EQ(ci.ci_vsz, 1000040 * MB);
	done();
}

ATF_TC_WITHOUT_HEAD(the_exited_count);
ATF_TC_BODY(the_exited_count, tc)
{
	struct cell_info ci;
	struct proc *a, *b;
	uint32_t id;

	boot();
	id = cell("web");
	a = member_create(id, 0);
	MUST(rig_fork(a, &b));
	rig_set_usage(a, 3 * SEC, 2 * SEC, 10 * MB, 100 * MB);
	rig_set_usage(b, 1 * SEC, 0, 5 * MB, 50 * MB);
	ATF_CHECK_EQ(info(id).ci_cpu, 6 * SEC);
	rig_zombie(a);
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_cpu, 6 * SEC);
	ATF_CHECK_EQ(ci.ci_rss, 5 * MB);
	ATF_CHECK_EQ(ci.ci_vsz, 50 * MB);
	ATF_CHECK_EQ(ci.ci_nproc, 1);
	rig_reap(a);
	ATF_CHECK_EQ(info(id).ci_cpu, 6 * SEC);
	rig_set_usage(b, 4 * SEC, 0, 5 * MB, 50 * MB);
	ATF_CHECK_EQ(info(id).ci_cpu, 9 * SEC);
	rig_exit(b);
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_cpu, 9 * SEC);
	ATF_CHECK_EQ(ci.ci_rss, 0);
	ATF_CHECK_EQ(ci.ci_vsz, 0);
	done();
}

/* calcru(9) may go back a little; what was told does not. */
ATF_TC_WITHOUT_HEAD(never_backwards);
ATF_TC_BODY(never_backwards, tc)
{
	struct proc *a;
	uint32_t id;

	boot();
	id = cell("web");
	a = member(id, 0);
	rig_set_usage(a, 3 * SEC, 2 * SEC, 0, 0);
	ATF_CHECK_EQ(info(id).ci_cpu, 5 * SEC);
	rig_set_usage(a, 3 * SEC, 1 * SEC, 0, 0);
	ATF_CHECK_EQ(info(id).ci_cpu, 5 * SEC);
	rig_set_usage(a, 4 * SEC, 2 * SEC, 0, 0);
	ATF_CHECK_EQ(info(id).ci_cpu, 6 * SEC);
	done();
}

ATF_TC_WITHOUT_HEAD(each_cell_its_own);
ATF_TC_BODY(each_cell_its_own, tc)
{
	struct cell_info *ci;
	struct proc *a, *b;
	uint32_t web, db;
	size_t n;

	boot();
	web = cell("web");
	db = cell("db");
	a = member(web, 0);
	b = member(db, 0);
	rig_set_usage(a, 3 * SEC, 0, 1 * MB, 2 * MB);
	rig_set_usage(b, 5 * SEC, 0, 3 * MB, 4 * MB);
	MUST(call_list(root, 0, &ci, &n));
	ATF_REQUIRE_EQ(n, 2);
	ATF_CHECK_EQ(ci[0].ci_cpu, 3 * SEC);
	ATF_CHECK_EQ(ci[1].ci_cpu, 5 * SEC);
	ATF_CHECK_EQ(ci[0].ci_rss, 1 * MB);
	ATF_CHECK_EQ(ci[1].ci_vsz, 4 * MB);
	done();
}

ATF_TC_WITHOUT_HEAD(times);
ATF_TC_BODY(times, tc)
{
	struct cell_info a, b;
	uint32_t id;

	boot();
	id = cell("web");
	a = info(id);
	ATF_CHECK(a.ci_uptime <= 1);
	rig_clock_advance(1000);
	b = info(id);
	ATF_CHECK(b.ci_uptime >= 1000 && b.ci_uptime <= 1002);
	ATF_CHECK_EQ(b.ci_created, a.ci_created);
	id = cell("db");
	ATF_CHECK(info(id).ci_created >= a.ci_created + 1000);
	done();
}

ATF_TC_WITHOUT_HEAD(processes);
ATF_TC_BODY(processes, tc)
{
	struct proc *p, *c[10], *s;
	struct cell_info ci;
	uint32_t id;
	int i;

	boot();
	id = cell("web");
	p = member(id, 0);
	/* To attach is not to fork. */
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_forks, 0);
	ATF_CHECK_EQ(ci.ci_npeak, 1);
	for (i = 0; i < 10; i++)
		c[i] = child(p);
	for (i = 0; i < 10; i++)
		gone(c[i]);
	MUST(rig_posix_spawn(p, &s));
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_nproc, 2);
	ATF_CHECK_EQ(ci.ci_npeak, 11);
	ATF_CHECK_EQ(ci.ci_forks, 11);
	ATF_CHECK_EQ(ci.ci_exits, 10);
	rig_exit(s);
	done();
}

/* By scope, as the sums of what the rules have. */
ATF_TC_WITHOUT_HEAD(scopes_are_sums);
ATF_TC_BODY(scopes_are_sums, tc)
{
	struct cell_counters ct;
	struct cell_info ci;
	struct proc *p;
	uint64_t sum = 0;
	uint32_t id;
	int i;

	boot();
	id = cell("web");
	p = member(id, 0);
	FAILS(EPERM, rig_kill(p, root, 9));
	FAILS(EPERM, rig_route(p, 1));
	FAILS(EPERM, rig_rawio(p, KAUTH_REQ_DEVICE_RAWIO_SPEC_RW, false, 2,
	    0));
	FAILS(EPERM, rig_ask(p, CELL_SCOPE_MACHDEP, KAUTH_MACHDEP_IOPL, 0,
	    NULL));
	FAILS(EACCES, rig_ask(p, CELL_SCOPE_VNODE,
	    KAUTH_VNODE_WRITE_SYSFLAGS, 0, NULL));
	FAILS(EPERM, rig_chroot(p));
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_GENERIC], 0);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_SYSTEM], 1);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_PROCESS], 1);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_NETWORK], 1);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_MACHDEP], 1);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_DEVICE], 1);
	ATF_CHECK_EQ(ci.ci_denied[CELL_SCOPE_VNODE], 1);
	ct = counters(id);
	for (i = 0; i < CELL_MAXRULES; i++)
		sum += ct.ct_denied[i];
	ATF_CHECK_EQ(sum, 6);
	ATF_CHECK_EQ(ct.ct_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(ct.ct_id, id);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, sums);
	ATF_TP_ADD_TC(tp, the_exited_count);
	ATF_TP_ADD_TC(tp, never_backwards);
	ATF_TP_ADD_TC(tp, each_cell_its_own);
	ATF_TP_ADD_TC(tp, times);
	ATF_TP_ADD_TC(tp, processes);
	ATF_TP_ADD_TC(tp, scopes_are_sums);
	return atf_no_error();
}
