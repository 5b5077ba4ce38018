/*
 * ring_test.c -- the last denials: repeats are folded, the oldest makes
 * room, and whoever follows misses nothing.
 */

#include <stdio.h>
#include <stdlib.h>

#include "net.h"

#define	REBOOT(p)	rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_REBOOT, 0, \
			    NULL)
#define	MOUNT(p)	rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,     \
			    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL)

static int
by_seq(const void *a, const void *b)
{
	const struct cell_denial *x = a, *y = b;

	return x->dn_seq < y->dn_seq ? -1 : x->dn_seq > y->dn_seq;
}

/* In order; freed by the next call. */
static struct cell_denial *
denials(uint32_t id, uint64_t since, size_t *n)
{
	static struct cell_denial *dn;

	free(dn);
	MUST(call_denials(root, id, since, &dn, n));
	qsort(dn, *n, sizeof(*dn), by_seq);
	return dn;
}

ATF_TC_WITHOUT_HEAD(record);
ATF_TC_BODY(record, tc)
{
	struct cell_denial *dn;
	struct proc *p;
	uint32_t id;
	size_t n;

	boot();
	id = cell("web");
	p = member(id, USER);
	rig_set_name(p, "httpd");
	FAILS(EPERM, MOUNT(p));
	dn = denials(id, 0, &n);
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(dn->dn_cell, id);
	ATF_CHECK(dn->dn_seq > 0);
	ATF_CHECK(dn->dn_first > 1700000000000000ULL);
	ATF_CHECK_EQ(dn->dn_last, dn->dn_first);
	ATF_CHECK_EQ(dn->dn_pid, (uint32_t)rig_pid(p));
	ATF_CHECK_EQ(dn->dn_uid, USER);
	ATF_CHECK_EQ(dn->dn_object, 0);
	ATF_CHECK_EQ(dn->dn_count, 1);
	ATF_CHECK_EQ(dn->dn_rule, rule("system.mount.new"));
	ATF_CHECK_EQ(dn->dn_verdict, CELL_VERDICT_DENIED);
	ATF_CHECK_EQ(dn->dn_detail, 0);
	ATF_CHECK_EQ(dn->dn_addr.ca_family, 0);
	ATF_CHECK_STREQ(dn->dn_prog, "httpd");
	done();
}

ATF_TC_WITHOUT_HEAD(repeats_are_folded);
ATF_TC_BODY(repeats_are_folded, tc)
{
	struct cell_denial *dn;
	uint64_t seq, first;
	struct proc *p, *q;
	uint32_t id;
	size_t i, n;

	boot();
	id = cell("web");
	p = member(id, 0);
	q = child(p);
	FAILS(EPERM, MOUNT(p));
	dn = denials(id, 0, &n);
	seq = dn->dn_seq;
	first = dn->dn_first;
	rig_clock_advance(10);
	for (i = 0; i < 99; i++)
		FAILS(EPERM, MOUNT(q));
	dn = denials(id, 0, &n);
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_count, 100);
	ATF_CHECK_EQ(dn->dn_first, first);
	ATF_CHECK(dn->dn_last >= first + 10000000);
	ATF_CHECK_EQ(dn->dn_pid, (uint32_t)rig_pid(q));
	ATF_CHECK(dn->dn_seq > seq);
	/* A repeat is news to whoever follows. */
	(void)denials(id, seq, &n);
	ATF_CHECK_EQ(n, 1);
	/* Across cells: whom it was tried on last. */
	FAILS(EPERM, rig_kill(p, root, 9));
	FAILS(EPERM, rig_kill(p, rig_init(), 9));
	dn = denials(id, 0, &n);
	ATF_REQUIRE_EQ(n, 2);
	ATF_CHECK_EQ(dn[1].dn_count, 2);
	ATF_CHECK_EQ(dn[1].dn_detail, (uint32_t)rig_pid(rig_init()));
	done();
}

ATF_TC_WITHOUT_HEAD(told_apart);
ATF_TC_BODY(told_apart, tc)
{
	struct proc *r, *u;
	uint32_t id;
	size_t n;

	boot();
	id = cell("web");
	r = member(id, 0);
	u = member(id, USER);
	FAILS(EPERM, MOUNT(r));
	FAILS(EPERM, MOUNT(u));			/* user */
	FAILS(EPERM, REBOOT(r));		/* rule */
	rig_set_name(r, "other");
	FAILS(EPERM, MOUNT(r));			/* program */
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_LEARN, 0));
	OK(MOUNT(r));				/* verdict */
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    0));
	FAILS(EACCES, bind4(r, 80));		/* port */
	FAILS(EACCES, bind4(r, 81));
	FAILS(EACCES, bind_to(r, 4, TCP, addr_7, 81));	/* address */
	FAILS(EACCES, bind_to(r, 6, TCP, addr_7_mapped, 81));	/* the same */
	(void)denials(id, 0, &n);
	ATF_CHECK_EQ(n, 8);
	done();
}

/* One record for each name. */
static void
deny_as(struct proc *p, unsigned int i)
{
	char name[16];

	snprintf(name, sizeof(name), "p%u", i);
	rig_set_name(p, name);
	FAILS(EPERM, MOUNT(p));
}

ATF_TC_WITHOUT_HEAD(oldest_makes_room);
ATF_TC_BODY(oldest_makes_room, tc)
{
	struct cell_denial *dn;
	struct proc *p;
	uint32_t id;
	unsigned int i;
	size_t n;

	boot();
	id = cell("web");
	p = member(id, 0);
	for (i = 0; i < CELL_RINGLEN; i++)
		deny_as(p, i);
	/* The first is renewed, so that the second is the oldest. */
	deny_as(p, 0);
	dn = denials(id, 0, &n);
	ATF_CHECK_EQ(n, CELL_RINGLEN);
	deny_as(p, 100);
	dn = denials(id, 0, &n);
	ATF_REQUIRE_EQ(n, CELL_RINGLEN);
	ATF_CHECK_STREQ(dn[0].dn_prog, "p2");
	ATF_CHECK_STREQ(dn[n - 2].dn_prog, "p0");
	ATF_CHECK_EQ(dn[n - 2].dn_count, 2);
	ATF_CHECK_STREQ(dn[n - 1].dn_prog, "p100");
	/* Back again: it starts anew. */
	deny_as(p, 1);
	dn = denials(id, 0, &n);
	ATF_CHECK_STREQ(dn[n - 1].dn_prog, "p1");
	ATF_CHECK_EQ(dn[n - 1].dn_count, 1);
	ATF_CHECK_STREQ(dn[0].dn_prog, "p3");
	/* The counters forget nothing. */
	ATF_CHECK_EQ(denied(id, "system.mount.new"), CELL_RINGLEN + 3);
	done();
}

ATF_TC_WITHOUT_HEAD(since);
ATF_TC_BODY(since, tc)
{
	struct cell_denial *dn;
	struct proc *p, *q;
	uint32_t id, other;
	uint64_t last;
	size_t i, n;

	boot();
	id = cell("web");
	other = cell("db");
	p = member(id, 0);
	q = member(other, 0);
	for (i = 0; i < 5; i++) {
		deny_as(p, (unsigned int)i);
		deny_as(q, (unsigned int)i);
	}
	/* All cells, in one order, each number once. */
	dn = denials(0, 0, &n);
	ATF_REQUIRE_EQ(n, 10);
	for (i = 0; i < n; i++)
		ATF_CHECK_EQ(dn[i].dn_cell, i % 2 == 0 ? id : other);
	last = dn[9].dn_seq;
	(void)denials(0, dn[4].dn_seq, &n);
	ATF_CHECK_EQ(n, 5);
	(void)denials(id, 0, &n);
	ATF_CHECK_EQ(n, 5);
	(void)denials(0, last, &n);
	ATF_CHECK_EQ(n, 0);
	(void)denials(0, UINT64_MAX, &n);
	ATF_CHECK_EQ(n, 0);
	deny_as(q, 2);
	dn = denials(0, last, &n);
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_cell, other);
	ATF_CHECK_EQ(dn->dn_count, 2);
	done();
}

/* The host's users are refused, too, and have a ring. */
ATF_TC_WITHOUT_HEAD(hosts_own);
ATF_TC_BODY(hosts_own, tc)
{
	struct cell_denial *dn;
	struct proc *user, *target;
	uint32_t id;
	size_t n;

	boot();
	id = cell_ports("web", CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    PORTS(8080));
	target = member(id, USER);
	user = host(USER);
	FAILS(EPERM, rig_kill(user, target, 15));
	FAILS(EACCES, bind4(user, 8080));
	/* Not the cell's doing. */
	(void)denials(id, 0, &n);
	ATF_CHECK_EQ(n, 0);
	dn = denials(0, 0, &n);
	ATF_REQUIRE_EQ(n, 2);
	ATF_CHECK_EQ(dn[0].dn_cell, 0);
	ATF_CHECK_EQ(dn[0].dn_object, id);
	ATF_CHECK_EQ(dn[0].dn_uid, USER);
	ATF_CHECK_EQ(dn[0].dn_detail, (uint32_t)rig_pid(target));
	ATF_CHECK_EQ(dn[1].dn_rule, rule("network.bind.other"));
	ATF_CHECK_EQ(dn[1].dn_detail, 8080);
	done();
}

/* A cell that is gone has taken its denials along. */
ATF_TC_WITHOUT_HEAD(gone_with_the_cell);
ATF_TC_BODY(gone_with_the_cell, tc)
{
	struct proc *p;
	uint32_t id;
	size_t n;

	boot();
	(void)cell("db");
	id = cell("web");
	p = member(id, 0);
	FAILS(EPERM, MOUNT(p));
	gone(p);
	OK(call_destroy(root, id));
	(void)denials(0, 0, &n);
	ATF_CHECK_EQ(n, 0);
	FAILS(ESRCH, call_denials(root, id, 0, &(struct cell_denial *){ 0 },
	    &n));
	id = cell("web");
	(void)denials(id, 0, &n);
	ATF_CHECK_EQ(n, 0);
	ATF_CHECK_EQ(denied(id, "system.mount.new"), 0);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, record);
	ATF_TP_ADD_TC(tp, repeats_are_folded);
	ATF_TP_ADD_TC(tp, told_apart);
	ATF_TP_ADD_TC(tp, oldest_makes_room);
	ATF_TP_ADD_TC(tp, since);
	ATF_TP_ADD_TC(tp, hosts_own);
	ATF_TP_ADD_TC(tp, gone_with_the_cell);
	return atf_no_error();
}
