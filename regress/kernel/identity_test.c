/*
 * identity_test.c -- a cell's name in credentials: where it goes, and that
 * what counts the names comes back to zero.
 */

#include <stdlib.h>

#include "kit.h"

/* A cell that is named by nobody but the registry. */
static void
check_unnamed(uint32_t id)
{
	ATF_CHECK_EQ(info(id).ci_refs, 0);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
}

ATF_TC_WITHOUT_HEAD(fork_inherits);
ATF_TC_BODY(fork_inherits, tc)
{
	struct proc *p, *c, *g, *s;
	uint32_t id;

	boot();
	id = cell("web");
	p = member(id, 0);
	c = child(p);
	g = child(c);
	MUST(rig_posix_spawn(c, &s));
	ATF_CHECK_EQ(cell_of(p), id);
	ATF_CHECK_EQ(cell_of(c), id);
	ATF_CHECK_EQ(cell_of(g), id);
	ATF_CHECK_EQ(cell_of(s), id);
	ATF_CHECK_EQ(cell_of(root), 0);
	/* Four processes share one credential. */
	ATF_CHECK_EQ(info(id).ci_nproc, 4);
	ATF_CHECK_EQ(info(id).ci_forks, 3);
	ATF_CHECK_EQ(info(id).ci_refs, 1);
	rig_exit(s);
	gone(p);
	gone(c);
	ATF_CHECK_EQ(info(id).ci_nproc, 1);
	ATF_CHECK_EQ(info(id).ci_exits, 3);
	gone(g);
	check_unnamed(id);
	ATF_CHECK_EQ(info(id).ci_npeak, 4);
	done();
}

ATF_TC_WITHOUT_HEAD(identity_changes_keep);
ATF_TC_BODY(identity_changes_keep, tc)
{
	struct proc *p, *q;
	uint32_t id;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_ENFORCE, 0);
	p = member(id, 0);
	q = child(p);
	ATF_CHECK_EQ(info(id).ci_refs, 1);
	OK(rig_seteuid(p, USER));
	ATF_CHECK_EQ(cell_of(p), id);
	ATF_CHECK_EQ(info(id).ci_refs, 2);
	OK(rig_seteuid(p, 0));
	OK(rig_setgid(p, USER));
	OK(rig_chroot(p));
	ATF_CHECK_EQ(cell_of(p), id);
	OK(rig_setuid(p, USER));
	ATF_CHECK_EQ(cell_of(p), id);
	/* Each of the two processes has one, however often it changed. */
	ATF_CHECK_EQ(info(id).ci_refs, 2);
	ATF_CHECK_EQ(cell_of(q), id);
	gone(p);
	gone(q);
	check_unnamed(id);
	done();
}

ATF_TC_WITHOUT_HEAD(setuid_exec_stays);
ATF_TC_BODY(setuid_exec_stays, tc)
{
	struct proc *p, *victim;
	uint32_t id, other;

	boot();
	id = cell("web");
	victim = member(other = cell("db"), 0);
	p = member(id, USER);
	rig_exec_setuid(p, 0);
	ATF_CHECK_EQ(rig_euid(p), 0);
	ATF_CHECK_EQ(cell_of(p), id);
	ATF_CHECK_EQ(info(id).ci_refs, 1);
	/* Root now, but of its cell: nothing of the host's opens up. */
	FAILS(EPERM, call_attach(p, other));
	FAILS(EPERM, rig_kill(p, victim, 9));
	FAILS(EPERM, rig_kill(p, root, 9));
	FAILS(EPERM, rig_kill(p, rig_init(), 9));
	rig_exec_setuid(p, USER);
	ATF_CHECK_EQ(cell_of(p), id);
	done();
}

/* A socket, like any open file, keeps the credential of whoever opened it. */
ATF_TC_WITHOUT_HEAD(credential_outlives_process);
ATF_TC_BODY(credential_outlives_process, tc)
{
	struct socket *so;
	struct proc *p, *user;
	uint32_t id;

	boot();
	id = cell("web");
	user = host(USER);
	p = member(id, USER);
	MUST(rig_socket(p, 4, 1, 0, &so));
	gone(p);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	ATF_CHECK_EQ(info(id).ci_refs, 1);
	FAILS(EPERM, rig_cansee_socket(user, so));
	OK(rig_cansee_socket(root, so));
	rig_close(so);
	check_unnamed(id);
	done();
}

ATF_TC_WITHOUT_HEAD(credential_outlives_cell);
ATF_TC_BODY(credential_outlives_cell, tc)
{
	struct socket *so;
	struct proc *p, *user;
	unsigned long before, after;
	uint32_t id, keep;

	boot();
	keep = cell("keep");
	user = host(USER);
	before = rig_kmem_bytes();
	id = cell("web");
	p = member(id, USER);
	MUST(rig_socket(p, 4, 1, 0, &so));
	gone(p);
	OK(call_destroy(root, id));
	/* Gone for everybody, but the socket is still not the host's. */
	FAILS(ESRCH, call_info(root, id, &(struct cell_info){ 0 }));
	FAILS(EPERM, rig_cansee_socket(user, so));
	FAILS(EPERM, rig_tcpdrop(user, so));
	OK(rig_tcpdrop(root, so));
	after = rig_kmem_bytes();
	ATF_CHECK_MSG(after > before, "the structure is gone already");
	/* A new cell of that name is another one. */
	ATF_CHECK(cell("web") != id);
	p = member(cell("third"), USER);
	FAILS(EPERM, rig_cansee_socket(p, so));
	rig_close(so);
	(void)keep;
	done();
}

/* Every kind of copy, many times over: what was allocated is given back. */
ATF_TC_WITHOUT_HEAD(references_balance);
ATF_TC_BODY(references_balance, tc)
{
	unsigned long bytes, creds;
	struct socket *so;
	struct proc *p, *q, *s;
	uint32_t id;
	int i;

	boot();
	id = cell_as("web", CELL_PROFILE_LOW, CELL_MODE_ENFORCE, 0);
	bytes = rig_kmem_bytes();
	creds = rig_cred_count();
	for (i = 0; i < 200; i++) {
		p = member_create(id, 0);
		MUST(rig_fork(p, &q));
		MUST(rig_posix_spawn(q, &s));
		MUST(rig_socket(q, 6, 2, 0, &so));
		MUST(rig_setuid(q, USER));
		rig_exec_setuid(q, 0);
		MUST(rig_chroot(s));
		rig_zombie(p);
		rig_exit(s);
		rig_reap(p);
		rig_exit(q);
		rig_close(so);
	}
	check_unnamed(id);
	ATF_CHECK_EQ(rig_cred_count(), creds);
	ATF_CHECK_EQ(rig_kmem_bytes(), bytes);
	ATF_CHECK_EQ(info(id).ci_forks, 400);
	ATF_CHECK_EQ(info(id).ci_exits, 600);
	done();
}

/* A zombie counts as gone, but is still somebody's of the cell. */
ATF_TC_WITHOUT_HEAD(zombie);
ATF_TC_BODY(zombie, tc)
{
	struct proc *p, *user;
	uint32_t id;

	boot();
	id = cell("web");
	user = host(USER);
	p = member_create(id, USER);
	rig_zombie(p);
	ATF_CHECK_EQ(info(id).ci_nproc, 0);
	ATF_CHECK_EQ(info(id).ci_exits, 1);
	ATF_CHECK_EQ(info(id).ci_refs, 1);
	FAILS(EPERM, rig_cansee(user, p, KAUTH_REQ_PROCESS_CANSEE_ENTRY));
	OK(rig_cansee(root, p, KAUTH_REQ_PROCESS_CANSEE_ENTRY));
	rig_reap(p);
	check_unnamed(id);
	done();
}

/* Asked of a process that may be gone: without a lock of it. */
ATF_TC_WITHOUT_HEAD(cpu_clock);
ATF_TC_BODY(cpu_clock, tc)
{
	struct proc *p, *q, *other, *user, *u;
	struct cell_denial *dn;
	uint32_t id, db;
	size_t n;

	boot();
	id = cell("web");
	db = cell_as("db", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	p = member(id, 0);
	q = member(id, 0);
	other = member(db, 0);
	user = host(USER);
	u = host(USER);
	/* The own time is no secret. */
	OK(rig_cpuclock(p, p));
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_PROCESS], 0);
	FAILS(EPERM, rig_cpuclock(p, q));
	ATF_CHECK_EQ(denied(id, "process.ptrace"), 1);
	FAILS(EPERM, rig_cpuclock(other, p));
	MUST(call_denials(root, db, 0, &dn, &n));
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_rule, rule("process.other.ptrace"));
	ATF_CHECK_EQ(dn->dn_object, id);
	free(dn);
	FAILS(EPERM, rig_cpuclock(p, root));
	FAILS(EPERM, rig_cpuclock(user, p));
	OK(rig_cpuclock(root, p));
	OK(rig_cpuclock(user, u));
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    1U << CELL_EXC_DEBUG));
	OK(rig_cpuclock(p, q));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, cpu_clock);
	ATF_TP_ADD_TC(tp, fork_inherits);
	ATF_TP_ADD_TC(tp, identity_changes_keep);
	ATF_TP_ADD_TC(tp, setuid_exec_stays);
	ATF_TP_ADD_TC(tp, credential_outlives_process);
	ATF_TP_ADD_TC(tp, credential_outlives_cell);
	ATF_TP_ADD_TC(tp, references_balance);
	ATF_TP_ADD_TC(tp, zombie);
	return atf_no_error();
}
