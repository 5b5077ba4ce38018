/* addrs_test.c -- where a cell declares addresses it binds no other. */

#include "net.h"

#define	PORT	8080

static const uint8_t link1[16] = { 0xfe, 0x80, [15] = 1 };
static const uint8_t link2[16] = { 0xfe, 0x80, [15] = 2 };
/* As the kernel keeps them: on interfaces 2 and 3. */
static const uint8_t link1_on2[16] = { 0xfe, 0x80, 0, 2, [15] = 1 };
static const uint8_t link1_on3[16] = { 0xfe, 0x80, 0, 3, [15] = 1 };
static const uint8_t link2_on2[16] = { 0xfe, 0x80, 0, 2, [15] = 2 };
static const uint8_t link2_on3[16] = { 0xfe, 0x80, 0, 3, [15] = 2 };

/* Declares PORT, 192.0.2.7 and 2001:db8::7. */
static uint32_t
cell_sevens(uint32_t profile, uint32_t mode, uint32_t allow)
{
	struct cell_config cf;
	struct cell_result cr;

	config_init(&cf, "web");
	cf.cf_profile = profile;
	cf.cf_mode = mode;
	cf.cf_allow = allow;
	config_port(&cf, PORT);
	config_port(&cf, 80);
	config_addr4(&cf, addr_7);
	config_addr6(&cf, addr6_7, 0);
	MUST(call_create(root, &cf, &cr));
	return cr.cr_id;
}

static void
check_refused(struct proc *p, uint16_t port, int want)
{
	FAILS(want, bind_to(p, 4, TCP, addr_8, port));
	FAILS(want, bind_to(p, 4, UDP, NULL, port));
	FAILS(want, bind_to(p, 6, TCP, addr_8_mapped, port));
	FAILS(want, bind_to(p, 6, TCP, addr6_8, port));
	FAILS(want, bind_to(p, 6, UDP, NULL, port));
}

static void
check_permitted(struct proc *p, uint16_t port)
{
	OK(bind_to(p, 4, TCP, addr_7, port));
	OK(bind_to(p, 6, TCP, addr_7_mapped, port));
	OK(bind_to(p, 6, UDP, addr6_7, port));
}

/* Whatever the profile: the admin has named them, and no exception lifts. */
ATF_TC_WITHOUT_HEAD(every_profile);
ATF_TC_BODY(every_profile, tc)
{
	struct proc *r, *u;
	uint32_t profile, id;

	boot();
	for (profile = CELL_PROFILE_LOW; profile <= CELL_PROFILE_HIGH;
	    profile++) {
		id = cell_sevens(profile, CELL_MODE_ENFORCE, CELL_EXC_ALL);
		r = member(id, 0);
		u = member(id, USER);
		check_permitted(r, PORT);
		check_permitted(u, PORT);
		check_permitted(u, 80);
		check_refused(r, PORT, EACCES);
		check_refused(u, 80, EACCES);
		/* Ephemeral ports are no way around. */
		check_permitted(u, ANON_MIN);
		check_refused(u, ANON_MIN, EACCES);
		ATF_CHECK_EQ(denied(id, "network.bind.address"), 15);
		ATF_CHECK_EQ(denied(id, "network.bind.undeclared"), 0);
		gone(r);
		gone(u);
		OK(call_destroy(root, id));
	}
	done();
}

ATF_TC_WITHOUT_HEAD(none_declared);
ATF_TC_BODY(none_declared, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p;

	boot();
	config_init(&cf, "web");
	config_port(&cf, PORT);
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, USER);
	check_permitted(p, PORT);
	check_refused(p, PORT, 0);
	done();
}

/* Nobody but the cell is bound by its addresses. */
ATF_TC_WITHOUT_HEAD(others);
ATF_TC_BODY(others, tc)
{
	struct proc *p, *user;

	boot();
	(void)cell_sevens(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	p = member(cell_as("db", CELL_PROFILE_MEDIUM, CELL_MODE_ENFORCE, 0),
	    USER);
	user = host(USER);
	check_permitted(p, 5432);
	check_refused(p, 5432, 0);
	check_permitted(user, 5432);
	check_refused(user, 5432, 0);
	done();
}

/* connect(2) asks for the wildcard with port 0, and then with a candidate. */
ATF_TC_WITHOUT_HEAD(any_port);
ATF_TC_BODY(any_port, tc)
{
	struct proc *p;
	uint16_t port;
	uint32_t id;

	boot();
	id = cell_sevens(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	p = member(id, USER);
	OK(connect_picked(p, 4, 50000, &port));
	OK(connect_picked(p, 6, 50000, &port));
	OK(bind_picked(p, 4, NULL, 50000, &port));
	OK(bind_picked(p, 4, addr_7, 50000, &port));
	OK(bind_picked(p, 6, addr6_7, 50000, &port));
	OK(bind_picked(p, 6, addr_7_mapped, 50000, &port));
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_NETWORK], 0);
	FAILS(EACCES, bind_picked(p, 4, addr_8, 50000, &port));
	FAILS(EACCES, bind_picked(p, 6, addr6_8, 50000, &port));
	FAILS(EACCES, bind_picked(p, 6, addr_8_mapped, 50000, &port));
	ATF_CHECK_EQ(denied(id, "network.bind.address"), 3);
	done();
}

ATF_TC_WITHOUT_HEAD(link_local);
ATF_TC_BODY(link_local, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p;

	boot();
	config_init(&cf, "web");
	config_port(&cf, PORT);
	config_addr6(&cf, link1, 2);	/* on one interface */
	config_addr6(&cf, link2, 0);	/* on any */
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, USER);
	OK(bind_to(p, 6, TCP, link1_on2, PORT));
	FAILS(EACCES, bind_to(p, 6, TCP, link1_on3, PORT));
	FAILS(EACCES, bind_to(p, 6, TCP, link1, PORT));
	OK(bind_to(p, 6, TCP, link2_on2, PORT));
	OK(bind_to(p, 6, TCP, link2_on3, PORT));
	FAILS(EACCES, bind_to(p, 6, TCP, addr6_7, PORT));
	FAILS(EACCES, bind4(p, PORT));
	done();
}

/* Groups have interfaces, too: of the link's scope and the interface's. */
ATF_TC_WITHOUT_HEAD(scoped_group);
ATF_TC_BODY(scoped_group, tc)
{
	static const uint8_t link[16] = { 0xff, 0x02, [15] = 0xfb };
	static const uint8_t link_on2[16] = { 0xff, 0x02, 0, 2, [15] = 0xfb };
	static const uint8_t link_on3[16] = { 0xff, 0x02, 0, 3, [15] = 0xfb };
	static const uint8_t node[16] = { 0xff, 0x11, [15] = 1 };
	static const uint8_t node_on2[16] = { 0xff, 0x11, 0, 2, [15] = 1 };
	static const uint8_t site[16] = { 0xff, 0x05, [15] = 2 };
	static const uint8_t site_other[16] = { 0xff, 0x05, 0, 2, [15] = 2 };
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p;

	boot();
	config_init(&cf, "web");
	config_port(&cf, PORT);
	config_addr6(&cf, link, 2);
	config_addr6(&cf, node, 0);
	config_addr6(&cf, site, 0);
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, USER);
	OK(bind_to(p, 6, UDP, link_on2, PORT));
	FAILS(EACCES, bind_to(p, 6, UDP, link_on3, PORT));
	OK(bind_to(p, 6, UDP, node_on2, PORT));
	OK(bind_to(p, 6, UDP, site, PORT));
	FAILS(EACCES, bind_to(p, 6, UDP, site_other, PORT));
	done();
}

/* SCTP binds an IPv6 socket to an IPv4 address: the same rules hold. */
ATF_TC_WITHOUT_HEAD(sctp);
ATF_TC_BODY(sctp, tc)
{
	struct socket *so;
	struct proc *p, *q;
	uint32_t id;

	boot();
	id = cell_sevens(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	p = member(id, USER);
	MUST(rig_socket(p, 6, TCP, 132, &so));
	OK(rig_bind_sctp4(p, so, addr_7, PORT));
	OK(rig_bind_sctp4(p, so, addr_7, 80));
	FAILS(EACCES, rig_bind_sctp4(p, so, addr_8, PORT));
	FAILS(EACCES, rig_bind_sctp4(p, so, NULL, PORT));
	FAILS(EACCES, rig_bind_sctp4(p, so, addr_7, PORT + 1));
	ATF_CHECK_EQ(denied(id, "network.bind.address"), 2);
	ATF_CHECK_EQ(denied(id, "network.bind.undeclared"), 1);
	rig_close(so);
	q = member(cell_as("db", CELL_PROFILE_LOW, CELL_MODE_LEARN,
	    CELL_EXC_ALL), 0);
	MUST(rig_socket(q, 6, TCP, 132, &so));
	FAILS(EACCES, rig_bind_sctp4(q, so, addr_7, PORT));
	rig_close(so);
	done();
}

/* The bytes that hold the interface count in any other address. */
ATF_TC_WITHOUT_HEAD(not_link_local);
ATF_TC_BODY(not_link_local, tc)
{
	static const uint8_t declared[16] = {
		0x20, 0x01, 0, 2, [15] = 1
	};
	static const uint8_t other[16] = { 0x20, 0x01, 0, 3, [15] = 1 };
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p;

	boot();
	config_init(&cf, "web");
	config_port(&cf, PORT);
	config_addr6(&cf, declared, 0);
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, USER);
	OK(bind_to(p, 6, TCP, declared, PORT));
	FAILS(EACCES, bind_to(p, 6, TCP, other, PORT));
	/* An IPv4 address is not an IPv6 one with the same first bytes. */
	FAILS(EACCES, bind_to(p, 4, TCP, declared, PORT));
	done();
}

ATF_TC_WITHOUT_HEAD(change);
ATF_TC_BODY(change, tc)
{
	struct cell_set cs;
	struct proc *p;
	uint32_t id;

	boot();
	id = cell_sevens(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	p = member(id, USER);
	set_init(&cs);
	cs.cs_fields = CELL_SET_ADDRS;
	config_addr4(&cs.cs_config, addr_8);
	OK(call_set(root, id, &cs, NULL));
	OK(bind_to(p, 4, TCP, addr_8, PORT));
	OK(bind_to(p, 6, TCP, addr_8_mapped, PORT));
	FAILS(EACCES, bind_to(p, 4, TCP, addr_7, PORT));
	FAILS(EACCES, bind_to(p, 6, TCP, addr6_7, PORT));
	set_init(&cs);
	cs.cs_fields = CELL_SET_ADDRS;
	OK(call_set(root, id, &cs, NULL));
	check_refused(p, PORT, 0);
	check_permitted(p, PORT);
	done();
}

/* The record says which address and which port. */
ATF_TC_WITHOUT_HEAD(recorded);
ATF_TC_BODY(recorded, tc)
{
	struct cell_denial *dn;
	struct proc *p;
	uint32_t id;
	size_t n;

	boot();
	id = cell_sevens(CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
	p = member(id, USER);
	FAILS(EACCES, bind_to(p, 6, TCP, addr_8_mapped, PORT));
	MUST(call_denials(root, id, 0, &dn, &n));
	ATF_REQUIRE_EQ(n, 1);
	ATF_CHECK_EQ(dn->dn_rule, rule("network.bind.address"));
	ATF_CHECK_EQ(dn->dn_detail, PORT);
	ATF_CHECK_EQ(dn->dn_addr.ca_family, 4);
	ATF_CHECK_EQ(memcmp(dn->dn_addr.ca_addr, addr_8, 4), 0);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, every_profile);
	ATF_TP_ADD_TC(tp, none_declared);
	ATF_TP_ADD_TC(tp, others);
	ATF_TP_ADD_TC(tp, any_port);
	ATF_TP_ADD_TC(tp, link_local);
	ATF_TP_ADD_TC(tp, scoped_group);
	ATF_TP_ADD_TC(tp, sctp);
	ATF_TP_ADD_TC(tp, not_link_local);
	ATF_TP_ADD_TC(tp, change);
	ATF_TP_ADD_TC(tp, recorded);
	return atf_no_error();
}
