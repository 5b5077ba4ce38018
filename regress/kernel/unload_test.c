/* unload_test.c -- loading and unloading the model, and what holds it. */

#include <pthread.h>
#include <unistd.h>

#include "kit.h"
#include "squat.h"

static uint32_t
id_in_absence(struct proc *p)
{
	uint32_t id;

	FAILS(ENOENT, call_id(p, &id));
	return id;
}

ATF_TC_WITHOUT_HEAD(in_a_loop);
ATF_TC_BODY(in_a_loop, tc)
{
	unsigned long bytes, creds;
	struct proc *p;
	uint32_t id;
	int i;

	boot();
	MUST(rig_model_unload());
	bytes = rig_kmem_bytes();
	creds = rig_cred_count();
	for (i = 0; i < 15; i++) {
		MUST(rig_model_load());
		if (i % 2 != 0) {
			id = cell("web");
			p = member_create(id, USER);
			rig_exit(p);
			OK(call_destroy(root, id));
		}
		MUST(rig_model_unload());
		(void)id_in_absence(root);
		ATF_CHECK_EQ(rig_kmem_bytes(), bytes);
		ATF_CHECK_EQ(rig_cred_count(), creds);
	}
	FAILS(ENOENT, rig_model_unload());
	MUST(rig_model_load());
	done();
}

ATF_TC_WITHOUT_HEAD(refused_with_cells);
ATF_TC_BODY(refused_with_cells, tc)
{
	struct state before;
	struct proc *p, *user;
	uint32_t id;

	boot();
	id = cell("web");
	user = host(USER);
	before = state_take();
	FAILS(EBUSY, rig_model_unload());
	state_same(before, state_take(), "unload");
	p = member(id, USER);
	FAILS(EBUSY, rig_model_unload());
	/* Still there and still at work. */
	ATF_CHECK_EQ(cell_of(p), id);
	FAILS(EPERM, rig_kill(user, p, 15));
	gone(p);
	FAILS(EBUSY, rig_model_unload());
	OK(call_destroy(root, id));
	OK(rig_model_unload());
	MUST(rig_model_load());
	done();
}

static uint32_t web;

static void *
kill_web(void *arg)
{
	struct lwp *l = rig_thread(arg);

	(void)call_kill(arg, web);
	rig_thread_end(l);
	return NULL;
}

static void
wait_until_dying(uint32_t id)
{

	while (info(id).ci_state != CELL_STATE_DYING)
		usleep(100);
}

/*
 * A kill waits without the lock of sysctl(9), and the cell may go meanwhile.
 * It may also be over before the module goes: then once more.
 */
ATF_TC_WITHOUT_HEAD(refused_during_a_kill);
ATF_TC_BODY(refused_during_a_kill, tc)
{
	struct proc *killer, *p;
	pthread_t t;
	int error = 0, i;

	boot();
	killer = host(0);
	for (i = 0; i < 100 && error == 0; i++) {
		web = cell("web");
		p = member(web, 0);
		ATF_REQUIRE_EQ(pthread_create(&t, NULL, kill_web, killer), 0);
		wait_until_dying(web);
		gone(p);
		OK(call_destroy(root, web));
		error = rig_model_unload();
		ATF_REQUIRE_EQ(pthread_join(t, NULL), 0);
		if (error == 0)
			MUST(rig_model_load());
	}
	ATF_CHECK_EQ(error, EBUSY);
	/* And now nobody waits. */
	OK(rig_model_unload());
	MUST(rig_model_load());
	done();
}

ATF_TC_WITHOUT_HEAD(not_by_itself);
ATF_TC_BODY(not_by_itself, tc)
{
	boot();
	FAILS(EBUSY, rig_model_autounload());
	ATF_CHECK_EQ(cell_of(root), 0);
	done();
}

/* What named a cell when the model went is the host's when it comes back. */
ATF_TC_WITHOUT_HEAD(lingering_credentials);
ATF_TC_BODY(lingering_credentials, tc)
{
	struct socket *a, *b;
	struct proc *p, *user;
	uint32_t id;
	int i;

	boot();
	user = host(USER);
	for (i = 0; i < 3; i++) {
		id = cell("web");
		p = member(id, USER);
		MUST(rig_socket(p, 4, 1, 0, &a));
		gone(p);
		p = member(id, USER);
		MUST(rig_socket(p, 6, 2, 0, &b));
		gone(p);
		ATF_CHECK_EQ(info(id).ci_refs, 2);
		FAILS(EPERM, rig_cansee_socket(user, a));
		OK(call_destroy(root, id));
		OK(rig_model_unload());
		MUST(rig_model_load());
		id = cell("other");
		OK(rig_cansee_socket(user, a));
		OK(rig_cansee_socket(user, b));
		p = member(id, USER);
		FAILS(EPERM, rig_cansee_socket(p, a));
		gone(p);
		/* Freed by a model that never knew what they named. */
		rig_close(a);
		rig_close(b);
		OK(call_destroy(root, id));
	}
	done();
}

/* A process may be there that was there before the model. */
ATF_TC_WITHOUT_HEAD(processes_from_before);
ATF_TC_BODY(processes_from_before, tc)
{
	struct proc *before, *p;
	uint32_t id;

	rig_boot_bare();
	before = rig_proc_create(0);
	MUST(rig_model_load());
	root = rig_proc_create(0);
	MUST(call_create_as(root, "web", CELL_PROFILE_HIGH,
	    CELL_MODE_ENFORCE, 0, &id));
	ATF_CHECK_EQ(cell_of(before), 0);
	OK(call_attach(before, id));
	ATF_CHECK_EQ(cell_of(before), id);
	MUST(rig_fork(before, &p));
	ATF_CHECK_EQ(cell_of(p), id);
	rig_exit(p);
	rig_exit(before);
	OK(call_destroy(root, id));
	rig_exit(root);
	MUST(rig_model_unload());
	MUST(rig_halt());
}

/* Whatever is missing at the start: all is undone, and it may try again. */
ATF_TC_WITHOUT_HEAD(load_fails);
ATF_TC_BODY(load_fails, tc)
{
	unsigned long bytes;

	rig_boot_bare();
	root = rig_proc_create(0);
	/* The node above goes with the last below it. */
	squat_sysctl(true);
	squat_sysctl(false);
	bytes = rig_kmem_bytes();
	squat_secmodel(true);
	FAILS(EEXIST, rig_model_load());
	squat_secmodel(false);
	ATF_CHECK_EQ(rig_kmem_bytes(), bytes);

	squat_sysctl(true);
	FAILS(EEXIST, rig_model_load());
	squat_sysctl(false);
	ATF_CHECK_EQ(rig_kmem_bytes(), bytes);

	MUST(rig_model_load());
	ATF_CHECK_EQ(cell_of(root), 0);
	MUST(rig_model_unload());
	ATF_CHECK_EQ(rig_kmem_bytes(), bytes);
	rig_exit(root);
	MUST(rig_halt());
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, in_a_loop);
	ATF_TP_ADD_TC(tp, refused_with_cells);
	ATF_TP_ADD_TC(tp, refused_during_a_kill);
	ATF_TP_ADD_TC(tp, not_by_itself);
	ATF_TP_ADD_TC(tp, lingering_credentials);
	ATF_TP_ADD_TC(tp, processes_from_before);
	ATF_TP_ADD_TC(tp, load_fails);
	return atf_no_error();
}
