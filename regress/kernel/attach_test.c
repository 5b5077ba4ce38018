/* attach_test.c -- who may enter a cell, and that nobody leaves one. */

#include "kit.h"

ATF_TC_WITHOUT_HEAD(one_way);
ATF_TC_BODY(one_way, tc)
{
	struct state before;
	struct proc *p;
	uint32_t id, other;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	other = cell("db");
	p = member(id, 0);
	before = state_take();
	/* Neither into another, nor again, nor out. */
	FAILS(EPERM, call_attach(p, other));
	FAILS(EPERM, call_attach(p, id));
	FAILS(EPERM, call_attach(p, 0));
	FAILS(EPERM, call_attach(p, 12345));
	ATF_CHECK_EQ(cell_of(p), id);
	/* A cell's root may not even ask, so that nothing is counted. */
	state_same(before, state_take(), "attach");
	done();
}

ATF_TC_WITHOUT_HEAD(threads_go_along);
ATF_TC_BODY(threads_go_along, tc)
{
	struct lwp *l;
	struct proc *p;
	uint32_t id;

	boot();
	id = cell("web");
	p = host(0);
	l = rig_thread(p);
	MUST(call_attach(p, id));
	ATF_CHECK_EQ(cell_of(p), id);
	rig_thread_end(l);
	/* The first thread's next call. */
	l = rig_thread(p);
	ATF_CHECK_EQ(cell_of(p), id);
	rig_thread_end(l);
	ATF_CHECK_EQ(info(id).ci_nproc, 1);
	done();
}

/* A thread that has not seen yet what another one did. */
ATF_TC_WITHOUT_HEAD(stale_thread);
ATF_TC_BODY(stale_thread, tc)
{
	struct lwp *l;
	struct proc *p;
	uint32_t id, other;

	boot();
	id = cell("web");
	other = cell("db");
	p = host(0);
	l = rig_thread(p);
	MUST(call_attach(p, id));
	rig_thread_end(l);
	/* Its own copy of the credential is still the host's. */
	FAILS(EPERM, call_attach(p, other));
	FAILS(EPERM, call_attach(p, id));
	ATF_CHECK_EQ(cell_of(p), id);
	ATF_CHECK_EQ(info(id).ci_nproc, 1);
	ATF_CHECK_EQ(info(other).ci_nproc, 0);
	ATF_CHECK_EQ(info(other).ci_refs, 0);
	gone(p);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	done();
}

/* The same thread was in execve(2) all the while. */
ATF_TC_WITHOUT_HEAD(stale_thread_executes);
ATF_TC_BODY(stale_thread_executes, tc)
{
	struct lwp *l;
	struct proc *p, *q;
	uint32_t id;

	boot();
	id = cell("web");
	p = host(0);
	l = rig_thread(p);
	MUST(call_attach(p, id));
	rig_thread_end(l);
	rig_exec_setuid(p, USER);
	ATF_CHECK_EQ(rig_euid(p), USER);
	ATF_CHECK_EQ(cell_of(p), id);
	FAILS(EPERM, rig_cansee(p, root, KAUTH_REQ_PROCESS_CANSEE_ENTRY));
	q = child(p);
	ATF_CHECK_EQ(cell_of(q), id);
	ATF_CHECK_EQ(info(id).ci_nproc, 2);
	gone(p);
	gone(q);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	ATF_CHECK_EQ(info(id).ci_exits, 2);
	ATF_CHECK_EQ(info(id).ci_refs, 0);
	done();
}

ATF_TC_WITHOUT_HEAD(who);
ATF_TC_BODY(who, tc)
{
	struct state before;
	struct proc *user, *p;
	uint32_t id;

	boot();
	id = cell("web");
	user = host(USER);
	before = state_take();
	FAILS(EPERM, call_attach(user, id));
	FAILS(EPERM, call_attach(rig_init(), id));
	FAILS(ESRCH, call_attach(root, id + 1));
	FAILS(ESRCH, call_attach(root, 0));
	ATF_CHECK_EQ(cell_of(rig_init()), 0);
	ATF_CHECK_EQ(cell_of(user), 0);
	ATF_CHECK_EQ(cell_of(root), 0);
	state_same(before, state_take(), "attach refused");
	/* Root by its effective user. */
	p = host(0);
	MUST(rig_seteuid(p, USER));
	FAILS(EPERM, call_attach(p, id));
	MUST(rig_seteuid(p, 0));
	OK(call_attach(p, id));
	done();
}

ATF_TC_WITHOUT_HEAD(dying_is_busy);
ATF_TC_BODY(dying_is_busy, tc)
{
	struct proc *p;
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, 0);
	dying(id);
	FAILS(EBUSY, call_attach(root, id));
	ATF_CHECK_EQ(cell_of(root), 0);
	ATF_CHECK_EQ(info(id).ci_nproc, 1);
	ATF_CHECK(rig_was_killed(p));
	dead();
	/* Dead and empty is not alive again. */
	FAILS(EBUSY, call_attach(root, id));
	done();
}

ATF_TC_WITHOUT_HEAD(maxproc);
ATF_TC_BODY(maxproc, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p, *extra;

	boot();
	config_init(&cf, "web");
	cf.cf_maxproc = 2;
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, 0);
	(void)member(cr.cr_id, USER);
	extra = host(0);
	FAILS(EAGAIN, call_attach(extra, cr.cr_id));
	ATF_CHECK_EQ(cell_of(extra), 0);
	ATF_CHECK_EQ(info(cr.cr_id).ci_nproc, 2);
	ATF_CHECK_EQ(info(cr.cr_id).ci_npeak, 2);
	gone(p);
	OK(call_attach(extra, cr.cr_id));
	ATF_CHECK_EQ(cell_of(extra), cr.cr_id);
	done();
}

/* What it had before it attached is the host's: it is not carried in. */
ATF_TC_WITHOUT_HEAD(sockets_stay_behind);
ATF_TC_BODY(sockets_stay_behind, tc)
{
	struct socket *before, *after;
	struct proc *p, *peer;
	uint32_t id;

	boot();
	id = cell("web");
	peer = member(id, USER);
	p = host(0);
	MUST(rig_socket(p, 4, 1, 0, &before));
	MUST(call_attach(p, id));
	MUST(rig_socket(p, 4, 1, 0, &after));
	FAILS(EPERM, rig_cansee_socket(peer, before));
	OK(rig_cansee_socket(peer, after));
	FAILS(EPERM, rig_cansee_socket(host(USER), after));
	OK(rig_cansee_socket(host(USER), before));
	rig_close(before);
	rig_close(after);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, one_way);
	ATF_TP_ADD_TC(tp, threads_go_along);
	ATF_TP_ADD_TC(tp, stale_thread);
	ATF_TP_ADD_TC(tp, stale_thread_executes);
	ATF_TP_ADD_TC(tp, who);
	ATF_TP_ADD_TC(tp, dying_is_busy);
	ATF_TP_ADD_TC(tp, maxproc);
	ATF_TP_ADD_TC(tp, sockets_stay_behind);
	return atf_no_error();
}
