/*
 * extattr_test.c -- extended attributes: the vnode scope is not told the
 * namespace, but the system scope is asked before for one of the two.
 */

#include "kit.h"
#include "extattr.h"

#define	READ	false
#define	WRITE	true
#define	SYSTEM	true
#define	USERNS	false

/* Root of a high cell; the superuser would be allowed. */
static struct proc *p;
static uint32_t id;

static void
begin(void)
{
	boot();
	id = cell("web");
	p = member(id, 0);
}

ATF_TC_WITHOUT_HEAD(namespaces);
ATF_TC_BODY(namespaces, tc)
{
	begin();
	FAILS(EACCES, extattr_ask(p, 0, SYSTEM, READ));
	FAILS(EACCES, extattr_ask(p, 0, SYSTEM, WRITE));
	FAILS(EACCES, extattr_ask(p, 1, SYSTEM, WRITE));
	ATF_CHECK_EQ(denied(id, "vnode.extattr.read"), 1);
	ATF_CHECK_EQ(denied(id, "vnode.extattr.write"), 2);
	OK(extattr_ask(p, 0, USERNS, READ));
	OK(extattr_ask(p, 0, USERNS, WRITE));
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_VNODE], 3);
	/* The host, and whoever is below high. */
	OK(extattr_ask(root, 0, SYSTEM, WRITE));
	OK(extattr_ask(member(cell_as("m", CELL_PROFILE_MEDIUM,
	    CELL_MODE_ENFORCE, 0), 0), 0, SYSTEM, WRITE));
	done();
}

ATF_TC_WITHOUT_HEAD(lifted);
ATF_TC_BODY(lifted, tc)
{
	begin();
	MUST(call_grant(root, id, 1U << CELL_EXC_EXTATTR, 60));
	OK(extattr_ask(p, 0, SYSTEM, WRITE));
	OK(extattr_ask(p, 0, SYSTEM, READ));
	ATF_CHECK_EQ(excepted(id, "vnode.extattr.read"), 1);
	ATF_CHECK_EQ(excepted(id, "vnode.extattr.write"), 1);
	rig_clock_advance(61);
	FAILS(EACCES, extattr_ask(p, 0, SYSTEM, WRITE));
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_LEARN,
	    0));
	OK(extattr_ask(p, 0, SYSTEM, WRITE));
	ATF_CHECK_EQ(learned(id, "vnode.extattr.write"), 1);
	done();
}

/* The question before is remembered for one file of that mount. */
ATF_TC_WITHOUT_HEAD(remembered);
ATF_TC_BODY(remembered, tc)
{
	begin();
	/* Not for another mount, */
	FAILS(EPERM, extattr_ctl(p, 0));
	OK(extattr_ask(p, 1, USERNS, WRITE));
	/* not past other work, */
	FAILS(EPERM, extattr_ctl(p, 0));
	OK(extattr_other(p, 0));
	OK(extattr_ask(p, 0, USERNS, WRITE));
	/* not twice, */
	FAILS(EACCES, extattr_ask(p, 0, SYSTEM, WRITE));
	OK(extattr_ask(p, 0, USERNS, WRITE));
	/* and not for somebody else. */
	FAILS(EPERM, extattr_ctl(p, 0));
	OK(extattr_ask(child(p), 0, USERNS, WRITE));
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_VNODE], 1);
	done();
}

/* A thread that ends, and a model that goes, while something is marked. */
ATF_TC_WITHOUT_HEAD(left_over);
ATF_TC_BODY(left_over, tc)
{
	uint32_t again;

	begin();
	FAILS(EPERM, extattr_ctl(p, 0));
	gone(p);
	p = host(0);
	FAILS(0, extattr_ctl(p, 0));
	MUST(call_attach(p, id));
	OK(extattr_ask(p, 0, USERNS, WRITE));
	FAILS(EPERM, extattr_ctl(p, 0));
	gone(p);
	OK(call_destroy(root, id));
	MUST(rig_model_unload());
	MUST(rig_model_load());
	again = cell("again");
	p = member(again, 0);
	OK(extattr_ask(p, 0, USERNS, WRITE));
	FAILS(EACCES, extattr_ask(p, 0, SYSTEM, WRITE));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, namespaces);
	ATF_TP_ADD_TC(tp, lifted);
	ATF_TP_ADD_TC(tp, remembered);
	ATF_TP_ADD_TC(tp, left_over);
	return atf_no_error();
}
