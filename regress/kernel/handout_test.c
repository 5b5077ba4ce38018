/*
 * handout_test.c -- ports that the kernel picks: asked about in host byte
 * order, with whatever a kernel stack holds for length and family.
 */

#include "net.h"
#include "range.h"

#define	FIRST	50000

/* A block of ephemeral ports that the cell declares. */
static uint32_t
cell_block(const char *name, unsigned int from, unsigned int n)
{
	struct cell_config cf;
	struct cell_result cr;
	unsigned int i;

	config_init(&cf, name);
	for (i = 0; i < n; i++)
		config_port(&cf, (uint16_t)(from + i));
	MUST(call_create(root, &cf, &cr));
	return cr.cr_id;
}

/* Picking goes downwards: from FIRST to the first that is not declared. */
static void
check_picks(struct proc *p, uint16_t want)
{
	static const int families[] = { 4, 6 };
	uint16_t port;
	size_t i;

	for (i = 0; i < 2; i++) {
		port = 0;
		OK(bind_picked(p, families[i], NULL, FIRST, &port));
		ATF_CHECK_EQ_MSG(port, want, "v%d: port %u", families[i],
		    port);
		port = 0;
		OK(connect_picked(p, families[i], FIRST, &port));
		ATF_CHECK_EQ_MSG(port, want, "v%d: port %u", families[i],
		    port);
	}
}

ATF_TC_WITHOUT_HEAD(nobody_is_handed_one);
ATF_TC_BODY(nobody_is_handed_one, tc)
{
	uint32_t web, db;

	boot();
	web = cell_block("web", FIRST - 9, 10);
	db = cell_as("db", CELL_PROFILE_LOW, CELL_MODE_LEARN, CELL_EXC_ALL);
	check_picks(host(USER), FIRST - 10);
	/* Not even host's root, who would never know. */
	check_picks(root, FIRST - 10);
	check_picks(member(db, 0), FIRST - 10);
	check_picks(member(db, USER), FIRST - 10);
	/* Ten candidates, four picks, two processes. */
	ATF_CHECK_EQ(denied(db, "network.bind.handout"), 80);
	ATF_CHECK_EQ(learned(db, "network.bind.handout"), 0);
	/* Its own it may be handed. */
	check_picks(member(web, USER), FIRST);
	ATF_CHECK_EQ(denied(web, "network.bind.handout"), 0);
	done();
}

ATF_TC_WITHOUT_HEAD(asked_for_is_another_matter);
ATF_TC_BODY(asked_for_is_another_matter, tc)
{
	boot();
	(void)cell_block("web", FIRST, 1);
	OK(bind4(root, FIRST));
	OK(bind6(root, FIRST));
	FAILS(EACCES, bind4(host(USER), FIRST));
	done();
}

ATF_TC_WITHOUT_HEAD(given_up);
ATF_TC_BODY(given_up, tc)
{
	struct cell_result cr;
	uint32_t web, other;

	boot();
	web = cell_block("web", FIRST - 1, 2);
	other = cell("other");
	check_picks(root, FIRST - 2);
	OK(set_ports(web, PORTS(FIRST - 1), &cr));
	check_picks(root, FIRST);
	OK(set_ports(web, PORTS(FIRST), &cr));
	check_picks(root, FIRST - 1);
	OK(call_destroy(root, web));
	check_picks(root, FIRST);
	(void)other;
	done();
}

/* In every profile; in high, too, where little else may be bound. */
ATF_TC_WITHOUT_HEAD(ephemeral_in_every_profile);
ATF_TC_BODY(ephemeral_in_every_profile, tc)
{
	struct proc *p;
	uint32_t id, profile;

	boot();
	id = cell("web");
	p = member(id, USER);
	for (profile = CELL_PROFILE_LOW; profile <= CELL_PROFILE_HIGH;
	    profile++) {
		MUST(call_set_policy(root, id, profile, CELL_MODE_ENFORCE, 0));
		check_picks(p, FIRST);
	}
	ATF_CHECK_EQ(info(id).ci_denied[CELL_SCOPE_NETWORK], 0);
	done();
}

/* The ranges are sysctls, one for each family. */
ATF_TC_WITHOUT_HEAD(range_changes);
ATF_TC_BODY(range_changes, tc)
{
	struct proc *p;
	uint16_t port = 0;

	boot();
	p = member(cell("web"), USER);
	FAILS(EACCES, bind4(p, 20000));
	range_set(4, 20000, 20010);
	OK(bind4(p, 20000));
	OK(bind4(p, 20010));
	FAILS(EACCES, bind4(p, 19999));
	FAILS(EACCES, bind4(p, 20011));
	FAILS(EACCES, bind4(p, ANON_MIN));
	FAILS(EACCES, bind6(p, 20000));
	OK(bind6(p, ANON_MIN));
	OK(bind_picked(p, 4, NULL, 20005, &port));
	ATF_CHECK_EQ(port, 20005);
	range_set(6, 30000, 30000);
	OK(bind6(p, 30000));
	FAILS(EACCES, bind6(p, ANON_MIN));
	FAILS(EACCES, bind4(p, 30000));
	range_set(4, ANON_MIN, ANON_MAX);
	range_set(6, ANON_MIN, ANON_MAX);
	done();
}

/* The whole range but one: it is found; that, too: there is none. */
ATF_TC_WITHOUT_HEAD(exhausted);
ATF_TC_BODY(exhausted, tc)
{
	char name[16];
	unsigned int port, n = 0;
	uint16_t got = 0;
	struct proc *user;

	boot();
	user = host(USER);
	for (port = ANON_MIN; port <= ANON_MAX; port += CELL_MAXPORTS) {
		snprintf(name, sizeof(name), "c%u", n++);
		(void)cell_block(name, port, CELL_MAXPORTS -
		    (port + CELL_MAXPORTS > ANON_MAX));
	}
	OK(bind_picked(user, 4, NULL, ANON_MIN, &got));
	ATF_CHECK_EQ(got, ANON_MAX);
	OK(bind_picked(root, 6, NULL, ANON_MIN, &got));
	ATF_CHECK_EQ(got, ANON_MAX);
	(void)cell_block("last", ANON_MAX, 1);
	FAILS(EAGAIN, bind_picked(user, 4, NULL, ANON_MIN, &got));
	FAILS(EAGAIN, bind_picked(root, 6, NULL, ANON_MIN, &got));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, nobody_is_handed_one);
	ATF_TP_ADD_TC(tp, asked_for_is_another_matter);
	ATF_TP_ADD_TC(tp, given_up);
	ATF_TP_ADD_TC(tp, ephemeral_in_every_profile);
	ATF_TP_ADD_TC(tp, range_changes);
	ATF_TP_ADD_TC(tp, exhausted);
	return atf_no_error();
}
