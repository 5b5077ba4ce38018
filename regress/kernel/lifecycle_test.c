/* lifecycle_test.c -- from create to destroy, and what is refused between. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "kit.h"

ATF_TC_WITHOUT_HEAD(create);
ATF_TC_BODY(create, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct cell_version cv;
	struct cell_info ci;

	boot();
	MUST(call_version(root, &cv));
	ATF_CHECK_EQ(cv.cv_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(cv.cv_ncells, 0);
	ATF_CHECK((cv.cv_flags & CELL_VERSION_RIG) != 0);

	config_init(&cf, "web.1_x-Y");
	strcpy(cf.cf_root, "/var/cells/web");
	strcpy(cf.cf_tag, "sha256:0123456789abcdef");
	cf.cf_profile = CELL_PROFILE_MEDIUM;
	cf.cf_mode = CELL_MODE_LEARN;
	cf.cf_allow = 1U << CELL_EXC_MOUNT | 1U << CELL_EXC_EXTATTR;
	cf.cf_maxproc = 64;
	config_port(&cf, 443);
	config_port(&cf, 80);
	config_addr4(&cf, (const uint8_t[]){ 192, 0, 2, 7 });
	OK(call_create(root, &cf, &cr));
	ATF_CHECK_EQ(cr.cr_version, CELL_ABI_VERSION);
	ATF_CHECK(cr.cr_id != 0);
	ATF_CHECK_EQ(cr.cr_holder, 0);
	ATF_CHECK_EQ(cr.cr_port, 0);
	ATF_CHECK_STREQ(cr.cr_name, "");

	/* Told again as it was told. */
	ci = info(cr.cr_id);
	ATF_CHECK_EQ(memcmp(&ci.ci_config, &cf, sizeof(cf)), 0);
	ATF_CHECK_EQ(ci.ci_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(ci.ci_id, cr.cr_id);
	ATF_CHECK_EQ(ci.ci_state, CELL_STATE_LIVE);
	ATF_CHECK(ci.ci_created > 1700000000);
	MUST(call_version(root, &cv));
	ATF_CHECK_EQ(cv.cv_ncells, 1);
	done();
}

ATF_TC_WITHOUT_HEAD(name_in_use);
ATF_TC_BODY(name_in_use, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct state before;
	uint32_t id;

	boot();
	id = cell("web");
	(void)cell("db");
	before = state_take();
	config_init(&cf, "web");
	FAILS(EEXIST, call_create(root, &cf, &cr));
	ATF_CHECK_EQ(cr.cr_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(cr.cr_id, 0);
	ATF_CHECK_EQ(cr.cr_holder, id);
	ATF_CHECK_STREQ(cr.cr_name, "web");
	state_same(before, state_take(), "create");
	/* Names differ by case. */
	(void)cell("Web");
	OK(call_destroy(root, id));
	(void)cell("web");
	done();
}

ATF_TC_WITHOUT_HEAD(destroy_busy);
ATF_TC_BODY(destroy_busy, tc)
{
	struct state before;
	struct proc *p, *q;
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, 0);
	q = child(p);
	before = state_take();
	FAILS(EBUSY, call_destroy(root, id));
	state_same(before, state_take(), "destroy");
	gone(p);
	FAILS(EBUSY, call_destroy(root, id));
	gone(q);
	OK(call_destroy(root, id));
	FAILS(ESRCH, call_destroy(root, id));
	FAILS(ESRCH, call_kill(root, id));
	FAILS(ESRCH, call_attach(root, id));
	FAILS(ESRCH, call_destroy(root, 0));
	FAILS(ESRCH, call_kill(root, 0));
	done();
}

ATF_TC_WITHOUT_HEAD(ids_are_not_reused);
ATF_TC_BODY(ids_are_not_reused, tc)
{
	uint32_t last = 0, id, i;

	boot();
	for (i = 0; i < 100; i++) {
		id = cell("web");
		ATF_CHECK_MSG(id > last, "%u after %u", id, last);
		last = id;
		OK(call_destroy(root, id));
	}
	done();
}

ATF_TC_WITHOUT_HEAD(listing);
ATF_TC_BODY(listing, tc)
{
	struct cell_select sl = { .sl_version = CELL_ABI_VERSION };
	struct cell_info *ci, one;
	char name[16];
	size_t i, n, len;
	uint32_t id[50];

	boot();
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		id[i] = cell(name);
	}
	for (i = 0; i < 50; i += 3)
		OK(call_destroy(root, id[i]));
	MUST(call_list(root, 0, &ci, &n));
	ATF_CHECK_EQ(n, 33);
	for (i = 1; i < n; i++)
		ATF_CHECK_MSG(ci[i - 1].ci_id < ci[i].ci_id, "not by id");
	free(ci);
	/* By name; an id goes before a name. */
	strcpy(sl.sl_name, "c40");
	len = sizeof(one);
	OK(rig_sysctl(root, "list", &one, &len, &sl, sizeof(sl)));
	ATF_CHECK_EQ(len, sizeof(one));
	ATF_CHECK_EQ(one.ci_id, id[40]);
	sl.sl_id = id[41];
	OK(rig_sysctl(root, "list", &one, &len, &sl, sizeof(sl)));
	ATF_CHECK_EQ(one.ci_id, id[41]);
	sl.sl_id = 0;
	strcpy(sl.sl_name, "c42");
	FAILS(ESRCH, rig_sysctl(root, "list", &one, &len, &sl, sizeof(sl)));
	done();
}

ATF_TC_WITHOUT_HEAD(kill_empty);
ATF_TC_BODY(kill_empty, tc)
{
	struct cell_set cs;
	uint32_t id;

	boot();
	id = cell("web");
	OK(call_kill(root, id));
	ATF_CHECK_EQ(info(id).ci_state, CELL_STATE_DYING);
	OK(call_kill(root, id));
	FAILS(EBUSY, call_attach(root, id));
	set_init(&cs);
	cs.cs_fields = CELL_SET_MAXPROC;
	FAILS(EBUSY, call_set(root, id, &cs, NULL));
	FAILS(EEXIST, call_create_as(root, "web", CELL_PROFILE_LOW,
	    CELL_MODE_ENFORCE, 0, &(uint32_t){ 0 }));
	OK(call_destroy(root, id));
	done();
}

/* Reaps what was killed for as long as a kill takes. */
static volatile bool over;

static void *
reaper(void *arg)
{
	unsigned int *n = arg;

	while (!over) {
		*n += rig_reap_killed();
		usleep(1000);
	}
	return NULL;
}

ATF_TC_WITHOUT_HEAD(kill_members);
ATF_TC_BODY(kill_members, tc)
{
	struct proc *p, *c, *bystander, *user;
	unsigned int reaped = 0, i;
	pthread_t t;
	uint32_t id;

	boot();
	id = cell("web");
	bystander = member(cell("db"), USER);
	user = host(USER);
	p = member_create(id, 0);
	for (i = 0; i < 20; i++)
		MUST(rig_fork(p, &c));
	MUST(pthread_create(&t, NULL, reaper, &reaped));
	OK(call_kill(root, id));
	over = true;
	MUST(pthread_join(t, NULL));
	ATF_CHECK_EQ(reaped, 21);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	ATF_CHECK_EQ(info(id).ci_refs, 0);
	ATF_CHECK(!rig_was_killed(bystander));
	ATF_CHECK(!rig_was_killed(user));
	ATF_CHECK(!rig_was_killed(root));
	OK(call_destroy(root, id));
	done();
}

ATF_TC_WITHOUT_HEAD(dying_forks_not);
ATF_TC_BODY(dying_forks_not, tc)
{
	struct proc *p, *c;
	uint32_t id;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	p = member(id, 0);
	dying(id);
	/* Learning or not. */
	FAILS(EAGAIN, rig_fork(p, &c));
	FAILS(EAGAIN, rig_posix_spawn(p, &c));
	ATF_CHECK_EQ(denied(id, "process.fork.dying"), 2);
	ATF_CHECK_EQ(info(id).ci_nproc, 1);
	ATF_CHECK_EQ(info(id).ci_forks, 0);
	/* It can still do what it needs to end. */
	OK(rig_setuid(p, USER));
	dead();
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	OK(call_destroy(root, id));
	done();
}

/* Nobody reaps: it gives up, and may be called again. */
ATF_TC(kill_gives_up);
ATF_TC_HEAD(kill_gives_up, tc)
{
	atf_tc_set_md_var(tc, "timeout", "60");
}
ATF_TC_BODY(kill_gives_up, tc)
{
	struct timespec began, gave_up;
	struct proc *p;
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, 0);
	clock_gettime(CLOCK_MONOTONIC, &began);
	FAILS(EAGAIN, call_kill(root, id));
	clock_gettime(CLOCK_MONOTONIC, &gave_up);
	/* Five seconds at most, as it is said everywhere, and some for us. */
	ATF_CHECK_MSG(gave_up.tv_sec - began.tv_sec >= 3 &&
	    gave_up.tv_sec - began.tv_sec <= 8, "after %lld seconds",
	    (long long)(gave_up.tv_sec - began.tv_sec));
	ATF_CHECK_EQ(info(id).ci_state, CELL_STATE_DYING);
	ATF_CHECK(rig_was_killed(p));
	FAILS(EBUSY, call_destroy(root, id));
	gone(p);
	OK(call_kill(root, id));
	OK(call_destroy(root, id));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, create);
	ATF_TP_ADD_TC(tp, name_in_use);
	ATF_TP_ADD_TC(tp, destroy_busy);
	ATF_TP_ADD_TC(tp, ids_are_not_reused);
	ATF_TP_ADD_TC(tp, listing);
	ATF_TP_ADD_TC(tp, kill_empty);
	ATF_TP_ADD_TC(tp, kill_members);
	ATF_TP_ADD_TC(tp, dying_forks_not);
	ATF_TP_ADD_TC(tp, kill_gives_up);
	return atf_no_error();
}
