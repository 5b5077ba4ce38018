/*
 * standin_test.c -- the rig's kauth(9), credentials and processes, with a
 * listener of the test's own and without secmodel_cell.
 */

#include <atf-c.h>
#include <errno.h>
#include <string.h>

#include "rig.h"
#include "include/sys/kauth.h"
#include "include/secmodel/secmodel.h"

static int answer;		/* what mine_cb says */
static int asked;
static unsigned int hooks[8];	/* by KAUTH_CRED_* */
static kauth_key_t mine_key;
static int mine_mark;

static int
mine_cb(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	(void)cred, (void)action, (void)cookie;
	(void)arg0, (void)arg1, (void)arg2, (void)arg3;
	asked++;
	return answer;
}

static int
mine_cred_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg1, (void)arg2, (void)arg3;
	hooks[action]++;
	if (action == KAUTH_CRED_INIT)
		kauth_cred_setdata(cred, mine_key, NULL);
	if (action == KAUTH_CRED_COPY)
		kauth_cred_setdata(arg0, mine_key,
		    kauth_cred_getdata(cred, mine_key));
	return KAUTH_RESULT_ALLOW;
}

ATF_TC_WITHOUT_HEAD(aggregate);
ATF_TC_BODY(aggregate, tc)
{
	static const struct {
		uid_t	uid;
		int	answer;
		int	error;
	} cases[] = {
		/* suser allows root, nobody allows users */
		{ 0, KAUTH_RESULT_DEFER, 0 },
		{ 0, KAUTH_RESULT_ALLOW, 0 },
		{ 0, KAUTH_RESULT_DENY, EPERM },
		{ 100, KAUTH_RESULT_DEFER, EPERM },
		{ 100, KAUTH_RESULT_ALLOW, 0 },
		{ 100, KAUTH_RESULT_DENY, EPERM },
	};
	kauth_listener_t l;
	struct proc *p;
	size_t i;

	rig_boot_bare();
	l = kauth_listen_scope(KAUTH_SCOPE_SYSTEM, mine_cb, NULL);
	ATF_REQUIRE(l != NULL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		p = rig_proc_create(cases[i].uid);
		answer = cases[i].answer;
		rig_as(p);
		ATF_CHECK_EQ_MSG(kauth_authorize_system(kauth_cred_get(),
		    KAUTH_SYSTEM_REBOOT, 0, NULL, NULL, NULL), cases[i].error,
		    "case %zu", i);
		rig_as(NULL);
		rig_exit(p);
	}
	answer = KAUTH_RESULT_DENY;
	asked = 0;
	ATF_CHECK_EQ(kauth_authorize_system(NOCRED, KAUTH_SYSTEM_REBOOT, 0,
	    NULL, NULL, NULL), 0);
	ATF_CHECK_EQ(kauth_authorize_system(FSCRED, KAUTH_SYSTEM_REBOOT, 0,
	    NULL, NULL, NULL), 0);
	ATF_CHECK_EQ(asked, 0);
	kauth_unlisten_scope(l);
	ATF_CHECK_EQ(kauth_listen_scope("org.example.none", mine_cb, NULL),
	    NULL);
	ATF_CHECK_EQ(rig_halt(), 0);
}

ATF_TC_WITHOUT_HEAD(vnode);
ATF_TC_BODY(vnode, tc)
{
	kauth_listener_t l;
	struct proc *p;

	rig_boot_bare();
	l = kauth_listen_scope(KAUTH_SCOPE_VNODE, mine_cb, NULL);
	p = rig_proc_create(100);
	rig_as(p);
	answer = KAUTH_RESULT_DEFER;
	ATF_CHECK_EQ(kauth_authorize_vnode(kauth_cred_get(),
	    KAUTH_VNODE_WRITE_DATA, NULL, NULL, EROFS), EROFS);
	ATF_CHECK_EQ(kauth_authorize_vnode(kauth_cred_get(),
	    KAUTH_VNODE_WRITE_DATA, NULL, NULL, KAUTH_VNODE_REMOTEFS), 0);
	answer = KAUTH_RESULT_ALLOW;
	ATF_CHECK_EQ(kauth_authorize_vnode(kauth_cred_get(),
	    KAUTH_VNODE_WRITE_DATA, NULL, NULL, EROFS), 0);
	answer = KAUTH_RESULT_DENY;
	ATF_CHECK_EQ(kauth_authorize_vnode(kauth_cred_get(),
	    KAUTH_VNODE_WRITE_DATA, NULL, NULL, 0), EACCES);
	rig_as(NULL);
	kauth_unlisten_scope(l);
	ATF_CHECK_EQ(rig_halt(), 0);
}

ATF_TC_WITHOUT_HEAD(cred_hooks);
ATF_TC_BODY(cred_hooks, tc)
{
	struct secmodel_descr *sm, *again;
	struct proc *p, *child, *spawned;
	kauth_listener_t l;

	rig_boot_bare();
	ATF_REQUIRE_EQ(secmodel_register(&sm, "org.example.mine", "Mine", NULL,
	    NULL, NULL), 0);
	ATF_CHECK_EQ(secmodel_register(&again, "org.example.mine", "Mine",
	    NULL, NULL, NULL), EEXIST);
	ATF_REQUIRE_EQ(kauth_register_key(NULL, &mine_key), 0);
	l = kauth_listen_scope(KAUTH_SCOPE_CRED, mine_cred_cb, NULL);
	p = rig_proc_create(0);
	memset(hooks, 0, sizeof(hooks));

	/* A copy for each change of identity, an original for each exec. */
	rig_as(p);
	kauth_cred_setdata(kauth_cred_get(), mine_key, &mine_mark);
	ATF_CHECK_EQ(rig_setuid(p, 100), 0);
	ATF_CHECK_EQ(kauth_cred_getdata(kauth_cred_get(), mine_key), &mine_mark);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_INIT], 1);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_COPY], 1);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_FREE], 0);	/* init's, too */

	rig_exec_setuid(p, 0);
	ATF_CHECK_EQ(rig_euid(p), 0);
	ATF_CHECK_EQ(kauth_cred_getdata(kauth_cred_get(), mine_key), &mine_mark);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_COPY], 2);

	ATF_CHECK_EQ(rig_chroot(p), 0);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_CHROOT], 1);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_COPY], 3);
	ATF_CHECK_EQ(kauth_cred_getdata(kauth_cred_get(), mine_key), &mine_mark);

	/* Children share the credential, however they came to be. */
	ATF_CHECK_EQ(rig_fork(p, &child), 0);
	ATF_CHECK_EQ(rig_posix_spawn(p, &spawned), 0);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_FORK], 2);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_COPY], 3);
	rig_as(child);
	ATF_CHECK_EQ(kauth_cred_getdata(kauth_cred_get(), mine_key), &mine_mark);
	rig_as(NULL);

	/* A zombie keeps it. */
	memset(hooks, 0, sizeof(hooks));
	rig_exit(spawned);
	rig_exit(p);
	rig_zombie(child);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_FREE], 0);
	rig_reap(child);
	ATF_CHECK_EQ(hooks[KAUTH_CRED_FREE], 1);

	kauth_unlisten_scope(l);
	kauth_deregister_key(mine_key);
	ATF_CHECK_EQ(secmodel_deregister(again), EFAULT);
	ATF_CHECK_EQ(secmodel_deregister(sm), 0);
	ATF_CHECK_EQ(rig_halt(), 0);
}

ATF_TC_WITHOUT_HEAD(base_model);
ATF_TC_BODY(base_model, tc)
{
	struct proc *root, *a, *a2, *b;
	struct socket *so;

	rig_boot_bare();
	root = rig_proc_create(0);
	a = rig_proc_create(100);
	a2 = rig_proc_create(100);
	b = rig_proc_create(200);

	ATF_CHECK_EQ(rig_kill(root, a, 15), 0);
	ATF_CHECK_EQ(rig_kill(a, a2, 15), 0);
	ATF_CHECK_EQ(rig_kill(a, b, 15), EPERM);
	ATF_CHECK_EQ(rig_kill(a, root, 15), EPERM);
	ATF_CHECK_EQ(rig_kill(a, a, 64), EINVAL);
	ATF_CHECK_EQ(rig_cansee(a, root, KAUTH_REQ_PROCESS_CANSEE_ENTRY), 0);
	ATF_CHECK_EQ(rig_cansee(a, b, KAUTH_REQ_PROCESS_CANSEE_ENV), EPERM);
	ATF_CHECK_EQ(rig_ptrace(a, a2, 9), 0);
	ATF_CHECK_EQ(rig_ptrace(a, b, 9), EPERM);
	ATF_CHECK_EQ(rig_setpriority(a, a2, 5), 0);
	ATF_CHECK_EQ(rig_setpriority(a, a2, 0), EACCES);
	ATF_CHECK_EQ(rig_setpriority(a, b, 5), EPERM);
	ATF_CHECK_EQ(rig_setpriority(root, b, -5), 0);
	ATF_CHECK_EQ(rig_setrlimit(a, a, 8, 64, 128), 0);
	ATF_CHECK_EQ(rig_setrlimit(a, a, 8, 64, 256), EPERM);
	ATF_CHECK_EQ(rig_setrlimit(a, a, 8, 256, 64), EINVAL);
	ATF_CHECK_EQ(rig_setrlimit(root, a, 8, 64, 256), 0);
	ATF_CHECK_EQ(rig_setuid(a, 0), EPERM);
	ATF_CHECK_EQ(rig_chroot(a), EPERM);
	ATF_CHECK_EQ(rig_setaffinity(a, a), EPERM);
	ATF_CHECK_EQ(rig_sched_setparam(a, a2, 1, 0), EPERM);
	ATF_CHECK_EQ(rig_sched_setparam(a, a2, 0, 0), 0);

	ATF_CHECK_EQ(rig_socket(a, 4, 3, 0, &so), EPERM);
	ATF_REQUIRE_EQ(rig_socket(a, 6, 1, 0, &so), 0);
	ATF_CHECK_EQ(rig_bind(a, so, NULL, 80), EACCES);
	ATF_CHECK_EQ(rig_bind(a, so, NULL, 8080), 0);
	ATF_CHECK_EQ(rig_bind(root, so, NULL, 80), 0);
	ATF_CHECK_EQ(rig_tcpdrop(a, so), 0);
	ATF_CHECK_EQ(rig_tcpdrop(b, so), EPERM);
	rig_close(so);
	ATF_CHECK_EQ(rig_route(a, 4), 0);
	ATF_CHECK_EQ(rig_route(a, 1), EPERM);
	ATF_CHECK_EQ(rig_route(root, 1), 0);
	ATF_CHECK_EQ(rig_halt(), 0);
}

/* What the model may rely on must stop the program when it is broken. */
ATF_TC_WITHOUT_HEAD(leak_is_fatal);
ATF_TC_BODY(leak_is_fatal, tc)
{
	atf_tc_expect_signal(6, "a credential is leaked on purpose");
	rig_boot_bare();
	(void)kauth_cred_alloc();
	(void)rig_halt();
}

ATF_TC_WITHOUT_HEAD(cred_hook_must_allow);
ATF_TC_BODY(cred_hook_must_allow, tc)
{
	atf_tc_expect_signal(6, "a hook on credentials defers");
	rig_boot_bare();
	answer = KAUTH_RESULT_DEFER;
	(void)kauth_listen_scope(KAUTH_SCOPE_CRED, mine_cb, NULL);
	(void)kauth_cred_alloc();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, aggregate);
	ATF_TP_ADD_TC(tp, vnode);
	ATF_TP_ADD_TC(tp, cred_hooks);
	ATF_TP_ADD_TC(tp, base_model);
	ATF_TP_ADD_TC(tp, leak_is_fatal);
	ATF_TP_ADD_TC(tp, cred_hook_must_allow);
	return atf_no_error();
}
