/*
 * learn_test.c -- a cell that learns is refused nothing but what always is,
 * and remembers what it would have been refused.
 */

#include "net.h"

#define	REBOOT(p)	rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_REBOOT, 0, \
			    NULL)
#define	MOUNT(p)	rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,     \
			    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL)

static uint32_t
learner(const char *name)
{
	return cell_as(name, CELL_PROFILE_HIGH, CELL_MODE_LEARN, 0);
}

ATF_TC_WITHOUT_HEAD(counts_by_rule);
ATF_TC_BODY(counts_by_rule, tc)
{
	struct cell_denial *dn;
	struct proc *r, *u;
	uint32_t id;
	size_t i, n;

	boot();
	id = learner("web");
	r = member(id, 0);
	u = member(id, USER);
	OK(REBOOT(r));
	OK(REBOOT(r));
	OK(MOUNT(r));
	/* The other models still refuse a user. */
	FAILS(EPERM, MOUNT(u));
	ATF_CHECK_EQ(learned(id, "system.reboot"), 2);
	ATF_CHECK_EQ(learned(id, "system.mount.new"), 2);
	ATF_CHECK_EQ(denied(id, "system.reboot"), 0);
	ATF_CHECK_EQ(info(id).ci_learned[CELL_SCOPE_SYSTEM], 4);
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_SYSTEM], 0);
	MUST(call_denials(root, id, 0, &dn, &n));
	ATF_CHECK_EQ(n, 3);
	for (i = 0; i < n; i++)
		ATF_CHECK_EQ(dn[i].dn_verdict, CELL_VERDICT_LEARNED);
	/* An exception that is there is used, and nothing is learned. */
	MUST(call_grant(root, id, 1U << CELL_EXC_MOUNT, 0));
	OK(MOUNT(r));
	ATF_CHECK_EQ(learned(id, "system.mount.new"), 2);
	ATF_CHECK_EQ(excepted(id, "system.mount.new"), 1);
	ATF_CHECK_EQ(info(id).ci_excepted[CELL_SCOPE_SYSTEM], 1);
	done();
}

ATF_TC_WITHOUT_HEAD(always_is_always);
ATF_TC_BODY(always_is_always, tc)
{
	struct proc *r, *other;
	uint32_t id;

	boot();
	id = learner("web");
	r = member(id, 0);
	other = member(cell_ports("db", CELL_PROFILE_HIGH, CELL_MODE_LEARN,
	    PORTS(5432)), 0);
	FAILS(EPERM, rig_kill(r, other, 9));
	FAILS(EPERM, rig_kill(r, root, 0));
	FAILS(EPERM, rig_cansee(r, other, KAUTH_REQ_PROCESS_CANSEE_ENTRY));
	FAILS(EACCES, rig_setpriority(r, other, 5));
	FAILS(EACCES, bind4(r, 5432));
	ATF_CHECK_EQ(info(id).ci_learned[CELL_SCOPE_PROCESS], 0);
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_PROCESS], 4);
	ATF_CHECK_EQ(denied(id, "network.bind.other"), 1);
	done();
}

ATF_TC_WITHOUT_HEAD(then_enforce);
ATF_TC_BODY(then_enforce, tc)
{
	struct cell_denial *dn;
	struct proc *r;
	uint32_t id;
	size_t n;

	boot();
	id = learner("web");
	r = member(id, 0);
	OK(REBOOT(r));
	MUST(call_set_policy(root, id, CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    0));
	FAILS(EPERM, REBOOT(r));
	ATF_CHECK_EQ(learned(id, "system.reboot"), 1);
	ATF_CHECK_EQ(denied(id, "system.reboot"), 1);
	/* The two are told apart. */
	MUST(call_denials(root, id, 0, &dn, &n));
	ATF_CHECK_EQ(n, 2);
	done();
}

ATF_TC_WITHOUT_HEAD(ports);
ATF_TC_BODY(ports, tc)
{
	struct cell_counters ct;
	struct proc *r, *u;
	uint32_t id;
	unsigned int i, k;

	boot();
	id = cell_ports("web", CELL_PROFILE_HIGH, CELL_MODE_LEARN, PORTS(443));
	r = member(id, 0);
	u = member(id, USER);
	OK(bind4(r, 80));
	OK(bind6(u, 8080));
	OK(bind4(u, 8080));
	/* Nothing to learn: declared, ephemeral, picked. */
	OK(bind4(u, 443));
	OK(bind4(u, ANON_MIN));
	OK(connect_picked(u, 4, 50000, &(uint16_t){ 0 }));
	/* Refused by others, but worth knowing. */
	FAILS(EACCES, bind4(u, 25));
	ct = counters(id);
	ATF_CHECK_EQ(ct.ct_nports, 3);
	ATF_CHECK_EQ(ct.ct_naddrs, 0);
	ATF_CHECK_EQ(ct.ct_missed, 0);
	ATF_CHECK_EQ(ct.ct_ports[0], 80);
	ATF_CHECK_EQ(ct.ct_ports[1], 8080);
	ATF_CHECK_EQ(ct.ct_ports[2], 25);
	ATF_CHECK_EQ(learned(id, "network.bind.undeclared"), 4);

	for (i = 0; i < 100; i++)
		OK(bind4(r, (uint16_t)(2000 + i)));
	ct = counters(id);
	ATF_CHECK_EQ(ct.ct_nports, CELL_MAXPORTS);
	ATF_CHECK_EQ(ct.ct_missed, 3 + 100 - CELL_MAXPORTS);
	for (i = 0; i < CELL_MAXPORTS; i++)
		for (k = 0; k < i; k++)
			ATF_CHECK(ct.ct_ports[i] != ct.ct_ports[k]);
	ATF_CHECK_EQ(ct.ct_ports[CELL_MAXPORTS - 1],
	    2000 + CELL_MAXPORTS - 3 - 1);
	/* A known one is not missed. */
	OK(bind4(r, 2000));
	ATF_CHECK_EQ(counters(id).ct_missed, 3 + 100 - CELL_MAXPORTS);
	done();
}

ATF_TC_WITHOUT_HEAD(addresses);
ATF_TC_BODY(addresses, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct cell_counters ct;
	struct proc *r;
	uint8_t addr[4] = { 198, 51, 100, 0 };
	int i;

	boot();
	config_init(&cf, "web");
	cf.cf_mode = CELL_MODE_LEARN;
	config_port(&cf, 80);
	config_addr4(&cf, addr_7);
	MUST(call_create(root, &cf, &cr));
	r = member(cr.cr_id, USER);
	OK(bind_to(r, 4, TCP, addr_7, 80));
	OK(bind_to(r, 4, TCP, addr_8, 80));
	OK(bind_to(r, 6, TCP, addr_8_mapped, 80));
	OK(bind_to(r, 6, TCP, addr6_8, 80));
	OK(bind4(r, 80));
	ct = counters(cr.cr_id);
	ATF_CHECK_EQ(ct.ct_nports, 0);
	ATF_CHECK_EQ(ct.ct_naddrs, 3);
	ATF_CHECK_EQ(ct.ct_addrs[0].ca_family, 4);
	ATF_CHECK_EQ(memcmp(ct.ct_addrs[0].ca_addr, addr_8, 4), 0);
	ATF_CHECK_EQ(ct.ct_addrs[1].ca_family, 6);
	ATF_CHECK_EQ(memcmp(ct.ct_addrs[1].ca_addr, addr6_8, 16), 0);
	/* The wildcard, which enforcing would refuse. */
	ATF_CHECK_EQ(ct.ct_addrs[2].ca_family, 4);
	/* Both wrong: both are learned. */
	OK(bind_to(r, 4, TCP, addr_8, 8080));
	ct = counters(cr.cr_id);
	ATF_CHECK_EQ(ct.ct_nports, 1);
	ATF_CHECK_EQ(ct.ct_ports[0], 8080);
	ATF_CHECK_EQ(ct.ct_naddrs, 3);
	ATF_CHECK_EQ(learned(cr.cr_id, "network.bind.address"), 5);
	ATF_CHECK_EQ(learned(cr.cr_id, "network.bind.undeclared"), 1);
	for (i = 0; i < 20; i++) {
		addr[3] = (uint8_t)i;
		OK(bind_to(r, 4, TCP, addr, 80));
	}
	ct = counters(cr.cr_id);
	ATF_CHECK_EQ(ct.ct_naddrs, CELL_MAXADDRS);
	ATF_CHECK_EQ(ct.ct_missed, 3 + 20 - CELL_MAXADDRS);
	done();
}

/* Enforcing refuses, and has nothing to remember for later. */
ATF_TC_WITHOUT_HEAD(enforcing_learns_nothing);
ATF_TC_BODY(enforcing_learns_nothing, tc)
{
	struct cell_counters ct;
	struct proc *r;
	uint32_t id;

	boot();
	id = cell_ports("web", CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
	    PORTS(443));
	r = member(id, 0);
	FAILS(EACCES, bind4(r, 80));
	ct = counters(id);
	ATF_CHECK_EQ(ct.ct_nports, 0);
	ATF_CHECK_EQ(ct.ct_missed, 0);
	ATF_CHECK_EQ(ct.ct_learned[rule("network.bind.undeclared")], 0);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, counts_by_rule);
	ATF_TP_ADD_TC(tp, always_is_always);
	ATF_TP_ADD_TC(tp, then_enforce);
	ATF_TP_ADD_TC(tp, ports);
	ATF_TP_ADD_TC(tp, addresses);
	ATF_TP_ADD_TC(tp, enforcing_learns_nothing);
	return atf_no_error();
}
