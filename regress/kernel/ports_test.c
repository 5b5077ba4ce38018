/* ports_test.c -- a declared port belongs to its cell alone. */

#include "net.h"

#define	ENFORCE		CELL_MODE_ENFORCE
#define	HIGH		CELL_PROFILE_HIGH

/* Each family, type and form in which one may ask for a port. */
static int
every_form(struct proc *p, uint16_t port, int want)
{
	static const uint8_t any[16];
	int n = 0, type;

	for (type = TCP; type <= UDP; type++) {
		FAILS(want, bind_to(p, 4, type, NULL, port));
		FAILS(want, bind_to(p, 4, type, addr_7, port));
		FAILS(want, bind_to(p, 6, type, NULL, port));
		FAILS(want, bind_to(p, 6, type, any, port));
		FAILS(want, bind_to(p, 6, type, addr6_7, port));
		FAILS(want, bind_to(p, 6, type, addr_7_mapped, port));
		n += 6;
	}
	return n;
}

ATF_TC_WITHOUT_HEAD(owner_alone);
ATF_TC_BODY(owner_alone, tc)
{
	static const uint16_t ports[] = { 1, 80, 1023, 1024, 8080, 49152,
	    65535 };
	struct proc *user, *owner, *owner_user, *other, *other_user;
	uint32_t web, db;
	uint64_t n = 0;
	size_t i;

	boot();
	web = cell_ports("web", HIGH, ENFORCE, PORTS(1, 80, 1023, 1024, 8080,
	    49152, 65535));
	db = cell_as("db", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	user = host(USER);
	owner = member(web, 0);
	owner_user = member(web, USER);
	other = member(db, 0);
	other_user = member(db, USER);
	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		/* Privileged or not, whoever it is within the cell. */
		(void)every_form(owner, ports[i], 0);
		(void)every_form(owner_user, ports[i], 0);
		/* The lowest profile, learning and every exception help not. */
		n += every_form(other, ports[i], EACCES);
		n += every_form(other_user, ports[i], EACCES);
		(void)every_form(user, ports[i], EACCES);
		/* Host's root may, by asking for it. */
		(void)every_form(root, ports[i], 0);
	}
	ATF_CHECK_EQ(denied(db, "network.bind.other"), n);
	ATF_CHECK_EQ(info(db).ci_denied[CELL_SCOPE_NETWORK], n);
	ATF_CHECK_EQ(info(db).ci_learned[CELL_SCOPE_NETWORK], 0);
	ATF_CHECK_EQ(info(web).ci_denied[CELL_SCOPE_NETWORK], 0);
	/* Neighbours are nobody's. */
	OK(bind4(user, 8081));
	OK(bind4(user, 8079));
	done();
}

ATF_TC_WITHOUT_HEAD(high_binds_what_it_declared);
ATF_TC_BODY(high_binds_what_it_declared, tc)
{
	struct proc *r, *u;
	uint32_t id;

	boot();
	id = cell_ports("web", HIGH, ENFORCE, PORTS(443));
	r = member(id, 0);
	u = member(id, USER);
	OK(bind4(u, 443));
	FAILS(EACCES, bind4(r, 80));
	FAILS(EACCES, bind6(u, 8080));
	OK(bind4(u, ANON_MIN));
	OK(bind6(r, ANON_MAX));
	FAILS(EACCES, bind4(u, ANON_MIN - 1));
	ATF_CHECK_EQ(denied(id, "network.bind.undeclared"), 3);
	/* Below high what is nobody's is for the other models. */
	MUST(call_set_policy(root, id, CELL_PROFILE_MEDIUM, ENFORCE, 0));
	OK(bind4(r, 80));
	FAILS(EACCES, bind4(u, 80));
	OK(bind4(u, 8080));
	OK(bind4(u, 443));
	ATF_CHECK_EQ(denied(id, "network.bind.undeclared"), 3);
	done();
}

static void
check_held(const struct cell_result *cr, uint32_t holder, const char *name,
    uint32_t port)
{
	ATF_CHECK_EQ(cr->cr_version, CELL_ABI_VERSION);
	ATF_CHECK_EQ(cr->cr_id, 0);
	ATF_CHECK_EQ(cr->cr_holder, holder);
	ATF_CHECK_EQ(cr->cr_port, port);
	ATF_CHECK_STREQ(cr->cr_name, name);
}

ATF_TC_WITHOUT_HEAD(conflict_at_create);
ATF_TC_BODY(conflict_at_create, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct state before;
	uint32_t web;

	boot();
	web = cell_ports("web", HIGH, ENFORCE, PORTS(80, 443));
	before = state_take();
	config_init(&cf, "proxy");
	config_port(&cf, 8080);
	config_port(&cf, 443);
	config_port(&cf, 8443);
	FAILS(EADDRINUSE, call_create(root, &cf, &cr));
	check_held(&cr, web, "web", 443);
	state_same(before, state_take(), "create");
	/* What stood before and after the conflict was not taken. */
	OK(bind4(host(USER), 8080));
	OK(bind4(host(USER), 8443));
	/* Nor was the name. */
	cf.cf_ports[1] = 444;
	OK(call_create(root, &cf, &cr));
	/* A name in use goes before a port. */
	cf.cf_ports[1] = 443;
	FAILS(EEXIST, call_create(root, &cf, &cr));
	done();
}

ATF_TC_WITHOUT_HEAD(conflict_at_set);
ATF_TC_BODY(conflict_at_set, tc)
{
	struct cell_result cr;
	struct cell_set cs;
	struct state before;
	struct proc *p;
	uint32_t web, db;

	boot();
	web = cell_ports("web", HIGH, ENFORCE, PORTS(80, 443));
	db = cell_ports("db", HIGH, ENFORCE, PORTS(5432, 5433));
	p = member(db, USER);
	before = state_take();
	FAILS(EADDRINUSE, set_ports(db, PORTS(5432, 6432, 80), &cr));
	check_held(&cr, web, "web", 80);
	state_same(before, state_take(), "set");
	/* Together with what would be fine. */
	before = state_take();
	set_init(&cs);
	cs.cs_fields = CELL_SET_MASK;
	cs.cs_config.cf_profile = CELL_PROFILE_LOW;
	cs.cs_config.cf_mode = CELL_MODE_LEARN;
	cs.cs_config.cf_allow = CELL_EXC_ALL;
	cs.cs_config.cf_maxproc = 5;
	strcpy(cs.cs_config.cf_tag, "new");
	config_port(&cs.cs_config, 6432);
	config_port(&cs.cs_config, 443);
	config_addr4(&cs.cs_config, addr_7);
	cs.cs_grant = 1;
	cs.cs_seconds = 60;
	FAILS(EADDRINUSE, call_set(root, db, &cs, &cr));
	check_held(&cr, web, "web", 443);
	state_same(before, state_take(), "set of everything");
	OK(bind4(p, 5433));
	OK(bind4(host(USER), 6432));
	FAILS(EACCES, bind4(p, 80));
	FAILS(EACCES, bind4(host(USER), 5433));
	done();
}

ATF_TC_WITHOUT_HEAD(change);
ATF_TC_BODY(change, tc)
{
	struct cell_result cr;
	struct proc *p, *q, *user;
	uint32_t web, db;

	boot();
	web = cell_ports("web", HIGH, ENFORCE, PORTS(80, 443));
	db = cell_ports("db", HIGH, ENFORCE, PORTS(5432));
	p = member(web, USER);
	q = member(db, USER);
	user = host(USER);
	/* Keeps one, gives one up, takes one. */
	OK(set_ports(web, PORTS(443, 8080), &cr));
	ATF_CHECK_EQ(cr.cr_id, web);
	ATF_CHECK_EQ(cr.cr_holder, 0);
	FAILS(EACCES, bind4(p, 80));
	OK(bind4(p, 443));
	OK(bind4(p, 8080));
	FAILS(EACCES, bind4(user, 8080));
	FAILS(EACCES, bind4(user, 443));
	ATF_CHECK_EQ(info(web).ci_config.cf_nports, 2);
	/* What was given up may be had by the next. */
	OK(set_ports(db, PORTS(80), &cr));
	OK(bind4(q, 80));
	FAILS(EACCES, bind4(p, 80));
	OK(bind4(user, 5432));
	/* The same again, in another order. */
	OK(set_ports(web, PORTS(8080, 443), &cr));
	OK(bind4(p, 443));
	/* None at all. */
	OK(set_ports(web, PORTS(0), &cr));
	ATF_CHECK_EQ(info(web).ci_config.cf_nports, 0);
	OK(bind4(user, 8080));
	FAILS(EACCES, bind4(p, 8080));
	done();
}

/* Two cells trade their ports: by way of neither having them. */
ATF_TC_WITHOUT_HEAD(trade);
ATF_TC_BODY(trade, tc)
{
	struct cell_result cr;
	struct proc *blue, *green, *user;
	uint32_t b, g;

	boot();
	b = cell_ports("blue", HIGH, ENFORCE, PORTS(80));
	g = cell_ports("green", HIGH, ENFORCE, PORTS(8080));
	blue = member(b, USER);
	green = member(g, USER);
	user = host(USER);
	FAILS(EADDRINUSE, set_ports(b, PORTS(8080), &cr));
	check_held(&cr, g, "green", 8080);
	FAILS(EADDRINUSE, set_ports(g, PORTS(80), &cr));
	check_held(&cr, b, "blue", 80);
	OK(bind4(blue, 80));
	OK(bind4(green, 8080));
	OK(set_ports(b, PORTS(0), &cr));
	OK(set_ports(g, PORTS(80), &cr));
	OK(set_ports(b, PORTS(8080), &cr));
	OK(bind4(blue, 8080));
	OK(bind4(green, 80));
	FAILS(EACCES, bind4(blue, 80));
	FAILS(EACCES, bind4(green, 8080));
	FAILS(EACCES, bind4(user, 8080));
	done();
}

ATF_TC_WITHOUT_HEAD(until_destroyed);
ATF_TC_BODY(until_destroyed, tc)
{
	struct proc *p, *user;
	uint32_t web;

	boot();
	web = cell_ports("web", HIGH, ENFORCE, PORTS(8080));
	(void)cell("db");
	user = host(USER);
	p = member(web, USER);
	dying(web);
	FAILS(EACCES, bind4(user, 8080));
	OK(bind4(p, 8080));
	dead();
	FAILS(EACCES, bind4(user, 8080));
	OK(call_destroy(root, web));
	OK(bind4(user, 8080));
	(void)cell_ports("next", HIGH, ENFORCE, PORTS(8080));
	FAILS(EACCES, bind4(user, 8080));
	done();
}

ATF_TC_WITHOUT_HEAD(full);
ATF_TC_BODY(full, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct proc *p, *user;
	unsigned int i;

	boot();
	config_init(&cf, "web");
	for (i = 0; i < CELL_MAXPORTS; i++)
		config_port(&cf, (uint16_t)(2000 + i));
	MUST(call_create(root, &cf, &cr));
	p = member(cr.cr_id, USER);
	user = host(USER);
	for (i = 0; i < CELL_MAXPORTS; i++) {
		OK(bind6(p, (uint16_t)(2000 + i)));
		FAILS(EACCES, bind6(user, (uint16_t)(2000 + i)));
	}
	FAILS(EACCES, bind4(p, 2000 + CELL_MAXPORTS));
	OK(bind4(user, 2000 + CELL_MAXPORTS));
	done();
}

/* Swapped bytes are another port, in either direction. */
ATF_TC_WITHOUT_HEAD(byte_order);
ATF_TC_BODY(byte_order, tc)
{
	struct proc *user;
	uint16_t port = 0;

	boot();
	(void)cell_ports("web", HIGH, ENFORCE, PORTS(0x23c1, 0xc524));
	user = host(USER);
	FAILS(EACCES, bind4(user, 0x23c1));
	OK(bind4(user, 0xc123));
	OK(bind_picked(user, 4, NULL, 0xc123, &port));
	ATF_CHECK_EQ(port, 0xc123);
	OK(bind_picked(user, 6, NULL, 0xc123, &port));
	ATF_CHECK_EQ(port, 0xc123);
	OK(bind4(user, 0x24c5));
	FAILS(EACCES, bind6(user, 0xc524));
	done();
}

/* Local sockets and the like have no ports. */
ATF_TC_WITHOUT_HEAD(other_families);
ATF_TC_BODY(other_families, tc)
{
	struct socket *so;
	struct proc *p;

	boot();
	p = member(cell("web"), USER);
	MUST(rig_socket(p, 7, TCP, 0, &so));
	FAILS(EACCES, rig_bind(p, so, NULL, 80));
	rig_close(so);
	MUST(rig_socket(root, 7, TCP, 0, &so));
	OK(rig_bind(root, so, NULL, 80));
	rig_close(so);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, owner_alone);
	ATF_TP_ADD_TC(tp, high_binds_what_it_declared);
	ATF_TP_ADD_TC(tp, conflict_at_create);
	ATF_TP_ADD_TC(tp, conflict_at_set);
	ATF_TP_ADD_TC(tp, change);
	ATF_TP_ADD_TC(tp, trade);
	ATF_TP_ADD_TC(tp, until_destroyed);
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, byte_order);
	ATF_TP_ADD_TC(tp, other_families);
	return atf_no_error();
}
