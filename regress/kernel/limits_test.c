/* limits_test.c -- how many processes, and limits that only go down. */

#include "kit.h"

#define	RLIMIT_NOFILE	8

static uint32_t
cell_max(const char *name, uint32_t maxproc, uint32_t mode)
{
	struct cell_config cf;
	struct cell_result cr;

	config_init(&cf, name);
	cf.cf_maxproc = maxproc;
	cf.cf_mode = mode;
	cf.cf_profile = CELL_PROFILE_LOW;
	MUST(call_create(root, &cf, &cr));
	return cr.cr_id;
}

static void
set_max(uint32_t id, uint32_t maxproc)
{
	struct cell_set cs;

	set_init(&cs);
	cs.cs_fields = CELL_SET_MAXPROC;
	cs.cs_config.cf_maxproc = maxproc;
	MUST(call_set(root, id, &cs, NULL));
}

ATF_TC_WITHOUT_HEAD(maxproc);
ATF_TC_BODY(maxproc, tc)
{
	struct proc *p, *a, *b, *c;
	struct cell_denial *dn;
	uint32_t id;
	size_t n;

	boot();
	id = cell_max("web", 3, CELL_MODE_ENFORCE);
	p = member(id, 0);
	a = child(p);
	b = child(a);
	/* By fork, by posix_spawn; of whomever. */
	FAILS(EAGAIN, rig_fork(p, &c));
	FAILS(EAGAIN, rig_posix_spawn(b, &c));
	ATF_CHECK_EQ(info(id).ci_nproc, 3);
	ATF_CHECK_EQ(denied(id, "process.fork.maxproc"), 2);
	MUST(call_denials(root, id, 0, &dn, &n));
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_count, 2);
	ATF_CHECK_EQ(dn->dn_detail, 3);
	/* The host and other cells go on. */
	gone(child(root));
	gone(child(member(cell("db"), 0)));
	gone(a);
	(void)child(b);
	FAILS(EAGAIN, rig_fork(b, &c));
	done();
}

ATF_TC_WITHOUT_HEAD(change);
ATF_TC_BODY(change, tc)
{
	struct proc *p, *q, *c;
	uint32_t id;

	boot();
	id = cell_max("web", 0, CELL_MODE_ENFORCE);
	p = member(id, 0);
	q = child(p);
	(void)child(p);
	(void)child(p);
	/* Below what there is: nobody is killed, nobody is added. */
	set_max(id, 2);
	ATF_CHECK_EQ(info(id).ci_nproc, 4);
	FAILS(EAGAIN, rig_fork(p, &c));
	gone(q);
	FAILS(EAGAIN, rig_fork(p, &c));
	set_max(id, 4);
	(void)child(p);
	FAILS(EAGAIN, rig_fork(p, &c));
	set_max(id, 0);
	(void)child(p);
	(void)child(p);
	ATF_CHECK_EQ(info(id).ci_npeak, 6);
	done();
}

/* A limit is no rule that one could learn to do without. */
ATF_TC_WITHOUT_HEAD(learning_too);
ATF_TC_BODY(learning_too, tc)
{
	struct proc *p, *c;
	uint32_t id;

	boot();
	id = cell_max("web", 1, CELL_MODE_LEARN);
	p = member(id, 0);
	MUST(call_set_policy(root, id, CELL_PROFILE_LOW, CELL_MODE_LEARN,
	    CELL_EXC_ALL));
	FAILS(EAGAIN, rig_fork(p, &c));
	FAILS(EAGAIN, rig_posix_spawn(p, &c));
	ATF_CHECK_EQ(denied(id, "process.fork.maxproc"), 2);
	ATF_CHECK_EQ(learned(id, "process.fork.maxproc"), 0);
	ATF_CHECK_EQ(info(id).ci_npeak, 1);
	done();
}

ATF_TC_WITHOUT_HEAD(exits_make_room);
ATF_TC_BODY(exits_make_room, tc)
{
	struct proc *p, *c;
	uint32_t id;
	int i;

	boot();
	id = cell_max("web", 2, CELL_MODE_ENFORCE);
	p = member(id, 0);
	for (i = 0; i < 100; i++) {
		MUST(rig_fork(p, &c));
		/* A zombie makes room, as in the real process table. */
		rig_zombie(c);
		ATF_CHECK_EQ(info(id).ci_nproc, 1);
		rig_reap(c);
	}
	ATF_CHECK_EQ(info(id).ci_forks, 100);
	ATF_CHECK_EQ(info(id).ci_exits, 100);
	ATF_CHECK_EQ(info(id).ci_npeak, 2);
	done();
}

ATF_TC_WITHOUT_HEAD(rlimit_raise);
ATF_TC_BODY(rlimit_raise, tc)
{
	struct proc *r, *peer;
	uint32_t id;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_ENFORCE, CELL_EXC_ALL);
	r = member(id, 0);
	peer = child(r);
	/* Down, and up to where it is. */
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 64, 256));
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 256, 256));
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 32, 128));
	/* Never up again, for root of the cell and its peers. */
	FAILS(EPERM, rig_setrlimit(r, r, RLIMIT_NOFILE, 32, 129));
	FAILS(EPERM, rig_setrlimit(r, r, RLIMIT_NOFILE, 32, 256));
	OK(rig_setrlimit(r, peer, RLIMIT_NOFILE, 32, 128));
	FAILS(EPERM, rig_setrlimit(r, peer, RLIMIT_NOFILE, 32, 129));
	ATF_CHECK_EQ(denied(id, "process.rlimit.raise"), 3);
	/* A child has what its parent had. */
	FAILS(EPERM, rig_setrlimit(child(r), r, RLIMIT_NOFILE, 32, 129));
	/* Host's root still decides. */
	OK(rig_setrlimit(root, r, RLIMIT_NOFILE, 32, 512));
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 512, 512));
	done();
}

ATF_TC_WITHOUT_HEAD(rlimit_learn);
ATF_TC_BODY(rlimit_learn, tc)
{
	struct proc *r, *u;
	uint32_t id;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_LEARN, 0);
	r = member(id, 0);
	u = member(id, USER);
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 32, 128));
	OK(rig_setrlimit(r, r, RLIMIT_NOFILE, 32, 256));
	ATF_CHECK_EQ(learned(id, "process.rlimit.raise"), 1);
	/* What the other models refuse stays refused. */
	OK(rig_setrlimit(u, u, RLIMIT_NOFILE, 32, 128));
	FAILS(EPERM, rig_setrlimit(u, u, RLIMIT_NOFILE, 32, 256));
	ATF_CHECK_EQ(learned(id, "process.rlimit.raise"), 2);
	ATF_CHECK_EQ(denied(id, "process.rlimit.raise"), 0);
	done();
}

ATF_TC_WITHOUT_HEAD(nice);
ATF_TC_BODY(nice, tc)
{
	struct proc *r;
	uint32_t id;

	boot();
	id = cell_as("web", CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	r = member(id, 0);
	OK(rig_setpriority(r, r, 5));
	OK(rig_setpriority(r, r, 5));
	OK(rig_setpriority(r, r, 20));
	FAILS(EACCES, rig_setpriority(r, r, 19));
	FAILS(EACCES, rig_setpriority(r, r, -20));
	ATF_CHECK_EQ(denied(id, "process.nice.raise"), 2);
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    1U << CELL_EXC_SCHED));
	OK(rig_setpriority(r, r, 0));
	ATF_CHECK_EQ(excepted(id, "process.nice.raise"), 1);
	MUST(call_set_policy(root, id, CELL_PROFILE_MEDIUM, CELL_MODE_ENFORCE,
	    0));
	OK(rig_setpriority(r, r, -5));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, maxproc);
	ATF_TP_ADD_TC(tp, change);
	ATF_TP_ADD_TC(tp, learning_too);
	ATF_TP_ADD_TC(tp, exits_make_room);
	ATF_TP_ADD_TC(tp, rlimit_raise);
	ATF_TP_ADD_TC(tp, rlimit_learn);
	ATF_TP_ADD_TC(tp, nice);
	return atf_no_error();
}
