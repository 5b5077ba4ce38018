/*
 * access_test.c -- who may ask the nodes: host root everything, host users
 * what only reports, and a cell nothing but its own id.
 */

#include <stdlib.h>

#include "kit.h"
#include "objection.h"

enum { READ, WRITE, SELF };
static const struct node {
	const char	*name;
	int		kind;
	size_t		newlen;
} nodes[] = {
	{ "version", READ, 0 },
	{ "id", SELF, 0 },
	{ "create", WRITE, sizeof(struct cell_create) },
	{ "set", WRITE, sizeof(struct cell_set) },
	{ "attach", WRITE, sizeof(struct cell_op) },
	{ "kill", WRITE, sizeof(struct cell_op) },
	{ "destroy", WRITE, sizeof(struct cell_op) },
	{ "list", READ, sizeof(struct cell_select) },
	{ "counters", READ, sizeof(struct cell_select) },
	{ "denials", READ, sizeof(struct cell_select) },
	{ "policy", READ, 0 },
};
#define	NNODES	(sizeof(nodes) / sizeof(nodes[0]))

/* A well-formed request about this cell. */
static size_t
request(const struct node *n, uint32_t id, void *buf)
{
	struct cell_create *cc = buf;
	struct cell_set *cs = buf;
	struct cell_op *co = buf;
	struct cell_select *sl = buf;

	memset(buf, 0, n->newlen);
	switch (n->newlen) {
	case sizeof(*cc):
		cc->cc_version = CELL_ABI_VERSION;
		config_init(&cc->cc_config, "other");
		break;
	case sizeof(*cs):
		cs->cs_version = CELL_ABI_VERSION;
		cs->cs_id = id;
		cs->cs_fields = CELL_SET_MAXPROC;
		cs->cs_config.cf_maxproc = 99;
		break;
	case sizeof(*co):
		co->co_version = CELL_ABI_VERSION;
		co->co_id = id;
		break;
	case sizeof(*sl):
		sl->sl_version = CELL_ABI_VERSION;
		sl->sl_id = id;
		break;
	}
	return n->newlen;
}

static int
call(struct proc *p, const struct node *n, uint32_t id)
{
	static char new[4096], old[1 << 16];
	size_t oldlen = sizeof(old), newlen = request(n, id, new);

	return rig_sysctl(p, n->name, old, &oldlen, newlen != 0 ? new : NULL,
	    newlen);
}

/* The same, with a request of the wrong size: who may not learns no more. */
static int
call_wrong(struct proc *p, const struct node *n)
{
	static char old[1 << 16], new[4096];
	size_t oldlen = sizeof(old);

	return rig_sysctl(p, n->name, old, &oldlen, new, 3);
}

static void
check_refused(struct proc *p, uint32_t id, int from)
{
	size_t i;

	for (i = 0; i < NNODES; i++) {
		if (nodes[i].kind == SELF || (from == WRITE &&
		    nodes[i].kind == READ)) {
			ATF_CHECK_EQ_MSG(call(p, &nodes[i], id), 0, "%s",
			    nodes[i].name);
			continue;
		}
		ATF_CHECK_EQ_MSG(call(p, &nodes[i], id), EPERM, "%s",
		    nodes[i].name);
		if (nodes[i].newlen != 0)
			ATF_CHECK_EQ_MSG(call_wrong(p, &nodes[i]), EPERM,
			    "%s, wrong size", nodes[i].name);
	}
}

ATF_TC_WITHOUT_HEAD(refused);
ATF_TC_BODY(refused, tc)
{
	struct proc *p, *r, *u, *learner;
	struct state before;
	uint32_t id, low;

	boot();
	id = cell("web");
	low = cell_as("low", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	r = member(id, 0);
	u = member(id, USER);
	learner = member(low, 0);
	before = state_take();
	/* A host user: what reports, nothing that changes. */
	check_refused(host(USER), id, WRITE);
	/* Its effective user is what counts. */
	p = host(0);
	MUST(rig_seteuid(p, USER));
	check_refused(p, id, WRITE);
	/* A cell: its root, its users, learning, with all exceptions. */
	check_refused(r, id, READ);
	check_refused(u, id, READ);
	check_refused(learner, low, READ);
	check_refused(learner, id, READ);
	/* A set-user-id program does not help. */
	rig_exec_setuid(u, 0);
	check_refused(u, id, READ);
	state_same(before, state_take(), "refused calls");
	done();
}

/* The model obeys others: where one lets nobody change, root does not either. */
ATF_TC_WITHOUT_HEAD(others_object);
ATF_TC_BODY(others_object, tc)
{
	struct state before;
	uint32_t id;

	boot();
	id = cell("web");
	before = state_take();
	objection(true);
	check_refused(root, id, WRITE);
	state_same(before, state_take(), "while another model objects");
	objection(false);
	OK(call_destroy(root, id));
	done();
}

ATF_TC_WITHOUT_HEAD(permitted);
ATF_TC_BODY(permitted, tc)
{
	struct proc *p;
	uint32_t id;
	size_t i;

	boot();
	id = cell("web");
	for (i = 0; i < NNODES; i++) {
		if (strcmp(nodes[i].name, "attach") == 0 ||
		    strcmp(nodes[i].name, "kill") == 0 ||
		    strcmp(nodes[i].name, "destroy") == 0)
			continue;
		ATF_CHECK_EQ_MSG(call(root, &nodes[i], id), 0, "%s",
		    nodes[i].name);
	}
	p = host(0);
	OK(call(p, &nodes[4], id));
	gone(p);
	OK(call(root, &nodes[5], id));
	OK(call(root, &nodes[6], id));
	/* Root by a set-user-id program of the host's. */
	p = host(USER);
	rig_exec_setuid(p, 0);
	OK(call_create_as(p, "new", CELL_PROFILE_LOW, CELL_MODE_ENFORCE, 0,
	    &id));
	done();
}

/* Its own id and nobody else's. */
ATF_TC_WITHOUT_HEAD(own_id);
ATF_TC_BODY(own_id, tc)
{
	uint32_t id, web, db;
	size_t len = sizeof(id);

	boot();
	web = cell("web");
	db = cell("db");
	ATF_CHECK_EQ(cell_of(member(web, 0)), web);
	ATF_CHECK_EQ(cell_of(member(db, USER)), db);
	ATF_CHECK_EQ(cell_of(host(USER)), 0);
	/* There is nothing to tell it. */
	FAILS(EINVAL, rig_sysctl(root, "id", &id, &len, &web, sizeof(web)));
	done();
}

/* Read-only for everybody: what takes no request. */
ATF_TC_WITHOUT_HEAD(no_request);
ATF_TC_BODY(no_request, tc)
{
	static const char *const names[] = { "version", "policy", "id" };
	static char old[1 << 16];
	uint32_t new = 1;
	size_t i, len;

	boot();
	for (i = 0; i < 3; i++) {
		len = sizeof(old);
		ATF_CHECK_EQ_MSG(rig_sysctl(root, names[i], old, &len, &new,
		    sizeof(new)), EINVAL, "%s", names[i]);
		len = sizeof(old);
		ATF_CHECK_EQ_MSG(rig_sysctl(root, names[i], old, &len, &new,
		    0), EINVAL, "%s", names[i]);
	}
	FAILS(ENOENT, rig_sysctl(root, "nothing", old, &len, NULL, 0));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, others_object);
	ATF_TP_ADD_TC(tp, permitted);
	ATF_TP_ADD_TC(tp, own_id);
	ATF_TP_ADD_TC(tp, no_request);
	return atf_no_error();
}
