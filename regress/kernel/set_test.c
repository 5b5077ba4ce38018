/*
 * set_test.c -- configurations: what is well-formed, and that what is not
 * changes nothing at all.
 */

#include <stdio.h>

#include "net.h"

/* A change of every field, each from what cell_before() has. */
static void
change_everything(struct cell_set *cs)
{
	struct cell_config *cf = &cs->cs_config;

	set_init(cs);
	cs->cs_fields = CELL_SET_MASK;
	cf->cf_profile = CELL_PROFILE_LOW;
	cf->cf_mode = CELL_MODE_LEARN;
	cf->cf_allow = 1U << CELL_EXC_ROUTE;
	cf->cf_maxproc = 7;
	config_port(cf, 8080);
	config_port(cf, 80);
	config_addr4(cf, addr_8);
	config_addr6(cf, addr6_8, 0);
	strcpy(cf->cf_tag, "new");
	cs->cs_grant = 1U << CELL_EXC_MOUNT;
	cs->cs_revoke = 1U << CELL_EXC_DEBUG;
	cs->cs_seconds = 60;
}

static bool
has_config(uint32_t id, const struct cell_config *cf)
{
	struct cell_info ci = info(id);

	return memcmp(&ci.ci_config, cf, sizeof(*cf)) == 0;
}

static uint32_t
cell_before(void)
{
	struct cell_config cf;
	struct cell_result cr;

	config_init(&cf, "web");
	cf.cf_allow = 1U << CELL_EXC_DEBUG;
	cf.cf_maxproc = 3;
	config_port(&cf, 443);
	config_port(&cf, 80);
	config_addr4(&cf, addr_7);
	strcpy(cf.cf_tag, "old");
	MUST(call_create(root, &cf, &cr));
	return cr.cr_id;
}

/* Ways to spoil a configuration; the fields in question where it is a set. */
typedef void spoil_fn(struct cell_config *);

#define	SPOIL(name, statement)						\
static void								\
name(struct cell_config *cf)						\
{									\
	statement;							\
}

SPOIL(profile_zero, cf->cf_profile = 0)
SPOIL(profile_four, cf->cf_profile = 4)
SPOIL(profile_huge, cf->cf_profile = UINT32_MAX)
SPOIL(mode_zero, cf->cf_mode = 0)
SPOIL(mode_three, cf->cf_mode = 3)
SPOIL(allow_unknown, cf->cf_allow |= 1U << CELL_EXC_COUNT)
SPOIL(allow_high, cf->cf_allow |= 1U << 31)
SPOIL(ports_many, cf->cf_nports = CELL_MAXPORTS + 1)
SPOIL(ports_huge, cf->cf_nports = UINT32_MAX)
SPOIL(port_zero, cf->cf_ports[1] = 0)
SPOIL(port_missing, cf->cf_nports = 3)
SPOIL(port_twice, cf->cf_ports[1] = cf->cf_ports[0])
SPOIL(addrs_many, cf->cf_naddrs = CELL_MAXADDRS + 1)
SPOIL(addrs_huge, cf->cf_naddrs = UINT32_MAX)
SPOIL(addr_family_zero, cf->cf_addrs[1].ca_family = 0)
SPOIL(addr_family_five, cf->cf_addrs[1].ca_family = 5)
SPOIL(addr_family_netbsd, cf->cf_addrs[1].ca_family = 24)
SPOIL(addr_pad, cf->cf_addrs[1].ca_pad[2] = 1)
SPOIL(addr_tail, cf->cf_addrs[0].ca_addr[4] = 1)
SPOIL(addr_tail_end, cf->cf_addrs[0].ca_addr[15] = 1)
SPOIL(addr_scope, cf->cf_addrs[0].ca_scope = 1)
SPOIL(addr_scope_global, cf->cf_addrs[1].ca_scope = 1)
SPOIL(addr_scope_inside, memcpy(cf->cf_addrs[1].ca_addr,
    "\xfe\x80\0\2\0\0\0\0\0\0\0\0\0\0\0\1", 16))
SPOIL(ports_beyond, cf->cf_ports[cf->cf_nports] = 7)
SPOIL(ports_far_beyond, cf->cf_ports[CELL_MAXPORTS - 1] = 7)
SPOIL(addrs_beyond, cf->cf_addrs[cf->cf_naddrs] = cf->cf_addrs[0])
SPOIL(addrs_far_beyond, cf->cf_addrs[CELL_MAXADDRS - 1].ca_addr[15] = 1)
SPOIL(tag_beyond, cf->cf_tag[strlen(cf->cf_tag) + 1] = 'x')
SPOIL(tag_far_beyond, cf->cf_tag[CELL_TAGLEN - 1] = 'x')
SPOIL(addr_wild4, memset(cf->cf_addrs[0].ca_addr, 0, 16))
SPOIL(addr_wild6, memset(cf->cf_addrs[1].ca_addr, 0, 16))
SPOIL(addr_mapped, memcpy(cf->cf_addrs[1].ca_addr, addr_7_mapped, 16))
SPOIL(addr_twice, config_addr4(cf, addr_8))
SPOIL(tag_unterminated, memset(cf->cf_tag, 'x', CELL_TAGLEN))
SPOIL(tag_long, memset(cf->cf_tag, 'x', CELL_TAGMAX + 1))
SPOIL(tag_newline, strcpy(cf->cf_tag, "a\nb"))
SPOIL(tag_escape, strcpy(cf->cf_tag, "\033[2J"))
SPOIL(tag_delete, strcpy(cf->cf_tag, "a\177"))

static const struct {
	const char	*name;
	uint32_t	field;
	spoil_fn	*spoil;
} spoils[] = {
#define	S(name, field)	{ #name, CELL_SET_##field, name }
	S(profile_zero, PROFILE), S(profile_four, PROFILE),
	S(profile_huge, PROFILE), S(mode_zero, MODE), S(mode_three, MODE),
	S(allow_unknown, ALLOW), S(allow_high, ALLOW), S(ports_many, PORTS),
	S(ports_huge, PORTS), S(port_zero, PORTS), S(port_missing, PORTS),
	S(port_twice, PORTS), S(addrs_many, ADDRS), S(addrs_huge, ADDRS),
	S(addr_family_zero, ADDRS), S(addr_family_five, ADDRS),
	S(addr_family_netbsd, ADDRS), S(addr_pad, ADDRS),
	S(addr_tail, ADDRS), S(addr_tail_end, ADDRS), S(addr_scope, ADDRS),
	S(addr_scope_global, ADDRS), S(addr_scope_inside, ADDRS),
	S(ports_beyond, PORTS), S(ports_far_beyond, PORTS),
	S(addrs_beyond, ADDRS), S(addrs_far_beyond, ADDRS),
	S(tag_beyond, TAG), S(tag_far_beyond, TAG), S(addr_wild4, ADDRS), S(addr_wild6, ADDRS), S(addr_mapped, ADDRS),
	S(addr_twice, ADDRS), S(tag_unterminated, TAG), S(tag_long, TAG),
	S(tag_newline, TAG), S(tag_escape, TAG), S(tag_delete, TAG),
};
#define	NSPOILS	(sizeof(spoils) / sizeof(spoils[0]))

ATF_TC_WITHOUT_HEAD(spoiled_set);
ATF_TC_BODY(spoiled_set, tc)
{
	struct cell_result cr;
	struct cell_set cs;
	struct state before;
	uint32_t id;
	size_t i;

	boot();
	id = cell_before();
	for (i = 0; i < NSPOILS; i++) {
		before = state_take();
		change_everything(&cs);
		(*spoils[i].spoil)(&cs.cs_config);
		ATF_CHECK_EQ_MSG(call_set(root, id, &cs, &cr), EINVAL, "%s",
		    spoils[i].name);
		ATF_CHECK_EQ(cr.cr_id, 0);
		state_same(before, state_take(), spoils[i].name);
		/* Alone, too. */
		cs.cs_fields = spoils[i].field;
		cs.cs_grant = cs.cs_revoke = cs.cs_seconds = 0;
		ATF_CHECK_EQ_MSG(call_set(root, id, &cs, NULL), EINVAL, "%s",
		    spoils[i].name);
	}
	/* The ports that stood in the refused ones are free. */
	OK(bind4(host(USER), 8080));
	/* And without anything spoiled it is fine. */
	change_everything(&cs);
	OK(call_set(root, id, &cs, &cr));
	ATF_CHECK_EQ(cr.cr_id, id);
	done();
}

/* What no field names is not looked at, and not taken. */
ATF_TC_WITHOUT_HEAD(unnamed_is_ignored);
ATF_TC_BODY(unnamed_is_ignored, tc)
{
	struct cell_set cs;
	struct state before;
	uint32_t id;
	size_t i;

	boot();
	id = cell_before();
	for (i = 0; i < NSPOILS; i++) {
		before = state_take();
		change_everything(&cs);
		(*spoils[i].spoil)(&cs.cs_config);
		cs.cs_fields = 0;
		cs.cs_grant = cs.cs_revoke = cs.cs_seconds = 0;
		OK(call_set(root, id, &cs, NULL));
		state_same(before, state_take(), spoils[i].name);
	}
	/* Name and root never change. */
	change_everything(&cs);
	strcpy(cs.cs_config.cf_name, "other");
	strcpy(cs.cs_config.cf_root, "/other");
	OK(call_set(root, id, &cs, NULL));
	ATF_CHECK_STREQ(info(id).ci_config.cf_name, "web");
	ATF_CHECK_STREQ(info(id).ci_config.cf_root, "/");
	done();
}

ATF_TC_WITHOUT_HEAD(spoiled_request);
ATF_TC_BODY(spoiled_request, tc)
{
	static const struct {
		uint32_t fields, grant, revoke, seconds;
	} bad[] = {
		{ CELL_SET_MASK + 1, 0, 0, 0 },
		{ 1U << 31, 0, 0, 0 },
		{ CELL_SET_GRANT, 1U << CELL_EXC_COUNT, 0, 0 },
		{ CELL_SET_GRANT, 1U << 31 | 1, 0, 60 },
		{ CELL_SET_REVOKE, 0, 1U << CELL_EXC_COUNT, 0 },
		{ 0, 1, 0, 0 },
		{ 0, 0, 1, 0 },
		{ 0, 0, 0, 1 },
		{ CELL_SET_REVOKE, 1, 1, 0 },
		{ CELL_SET_REVOKE, 0, 1, 60 },
		{ CELL_SET_GRANT, 1, 1, 60 },
	};
	struct cell_set cs;
	struct state before;
	uint32_t id;
	size_t i;

	boot();
	id = cell_before();
	before = state_take();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_init(&cs);
		cs.cs_fields = bad[i].fields;
		cs.cs_grant = bad[i].grant;
		cs.cs_revoke = bad[i].revoke;
		cs.cs_seconds = bad[i].seconds;
		ATF_CHECK_EQ_MSG(call_set(root, id, &cs, NULL), EINVAL,
		    "case %zu", i);
	}
	change_everything(&cs);
	FAILS(ESRCH, call_set(root, id + 1, &cs, NULL));
	FAILS(ESRCH, call_set(root, 0, &cs, NULL));
	state_same(before, state_take(), "spoiled requests");
	done();
}

ATF_TC_WITHOUT_HEAD(everything);
ATF_TC_BODY(everything, tc)
{
	struct cell_set cs;
	struct cell_info ci;
	uint32_t id;

	boot();
	id = cell_before();
	change_everything(&cs);
	OK(call_set(root, id, &cs, NULL));
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_config.cf_profile, CELL_PROFILE_LOW);
	ATF_CHECK_EQ(ci.ci_config.cf_mode, CELL_MODE_LEARN);
	ATF_CHECK_EQ(ci.ci_config.cf_allow, 1U << CELL_EXC_ROUTE);
	ATF_CHECK_EQ(ci.ci_config.cf_maxproc, 7);
	ATF_CHECK_EQ(ci.ci_config.cf_nports, 2);
	ATF_CHECK_EQ(memcmp(ci.ci_config.cf_ports, cs.cs_config.cf_ports,
	    sizeof(ci.ci_config.cf_ports)), 0);
	ATF_CHECK_EQ(ci.ci_config.cf_naddrs, 2);
	ATF_CHECK_EQ(memcmp(ci.ci_config.cf_addrs, cs.cs_config.cf_addrs,
	    sizeof(ci.ci_config.cf_addrs)), 0);
	ATF_CHECK_STREQ(ci.ci_config.cf_tag, "new");
	ATF_CHECK(ci.ci_left[CELL_EXC_MOUNT] > 0);
	done();
}

/* One field at a time leaves all others as they were. */
ATF_TC_WITHOUT_HEAD(one_field);
ATF_TC_BODY(one_field, tc)
{
	struct cell_config want;
	struct cell_set cs;
	uint32_t field, id;

	boot();
	for (field = 1; field <= CELL_SET_TAG; field <<= 1) {
		id = cell_before();
		want = info(id).ci_config;
		change_everything(&cs);
		cs.cs_fields = field;
		cs.cs_grant = cs.cs_revoke = cs.cs_seconds = 0;
		OK(call_set(root, id, &cs, NULL));
		switch (field) {
		case CELL_SET_PROFILE:
			want.cf_profile = CELL_PROFILE_LOW;
			break;
		case CELL_SET_MODE:
			want.cf_mode = CELL_MODE_LEARN;
			break;
		case CELL_SET_ALLOW:
			want.cf_allow = 1U << CELL_EXC_ROUTE;
			break;
		case CELL_SET_MAXPROC:
			want.cf_maxproc = 7;
			break;
		case CELL_SET_PORTS:
			want.cf_ports[0] = 8080;
			break;
		case CELL_SET_ADDRS:
			want.cf_naddrs = 2;
			memcpy(want.cf_addrs, cs.cs_config.cf_addrs,
			    sizeof(want.cf_addrs));
			break;
		case CELL_SET_TAG:
			strcpy(want.cf_tag, "new");
			break;
		}
		ATF_CHECK_MSG(has_config(id, &want), "field %#x", field);
		OK(call_destroy(root, id));
	}
	done();
}

SPOIL(name_empty, cf->cf_name[0] = '\0')
SPOIL(name_dot, strcpy(cf->cf_name, ".web"))
SPOIL(name_dash, strcpy(cf->cf_name, "-web"))
SPOIL(name_slash, strcpy(cf->cf_name, "a/b"))
SPOIL(name_blank, strcpy(cf->cf_name, "a b"))
SPOIL(name_latin, strcpy(cf->cf_name, "caf\351"))
SPOIL(name_newline, strcpy(cf->cf_name, "web\n"))
SPOIL(name_unterminated, memset(cf->cf_name, 'a', CELL_NAMELEN))
SPOIL(root_empty, cf->cf_root[0] = '\0')
SPOIL(root_relative, strcpy(cf->cf_root, "var/cells"))
SPOIL(root_newline, strcpy(cf->cf_root, "/a\nb"))
SPOIL(root_unterminated, memset(cf->cf_root, '/', CELL_ROOTLEN))
SPOIL(name_beyond, cf->cf_name[CELL_NAMELEN - 1] = 'x')
SPOIL(root_beyond, cf->cf_root[strlen(cf->cf_root) + 1] = 'x')

static spoil_fn *const create_spoils[] = {
	name_empty, name_dot, name_dash, name_slash, name_blank, name_latin,
	name_newline, name_unterminated, root_empty, root_relative,
	root_newline, root_unterminated, name_beyond, root_beyond
};

static void
create_config(struct cell_config *cf)
{
	struct cell_set cs;

	change_everything(&cs);
	*cf = cs.cs_config;
	strcpy(cf->cf_name, "new");
	strcpy(cf->cf_root, "/");
}

ATF_TC_WITHOUT_HEAD(spoiled_create);
ATF_TC_BODY(spoiled_create, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	struct state before;
	size_t i;

	boot();
	(void)cell("web");
	before = state_take();
	for (i = 0; i < NSPOILS; i++) {
		create_config(&cf);
		(*spoils[i].spoil)(&cf);
		ATF_CHECK_EQ_MSG(call_create(root, &cf, &cr), EINVAL, "%s",
		    spoils[i].name);
	}
	for (i = 0; i < sizeof(create_spoils) / sizeof(create_spoils[0]);
	    i++) {
		create_config(&cf);
		(*create_spoils[i])(&cf);
		ATF_CHECK_EQ_MSG(call_create(root, &cf, &cr), EINVAL,
		    "case %zu", i);
	}
	state_same(before, state_take(), "spoiled creates");
	OK(bind4(host(USER), 8080));
	create_config(&cf);
	OK(call_create(root, &cf, &cr));
	done();
}

ATF_TC_WITHOUT_HEAD(longest);
ATF_TC_BODY(longest, tc)
{
	struct cell_config cf;
	struct cell_result cr;
	int i;

	boot();
	config_init(&cf, "");
	memset(cf.cf_name, 'a', CELL_NAMEMAX);
	memset(cf.cf_root, '/', CELL_ROOTLEN - 1);
	memset(cf.cf_tag, '~', CELL_TAGMAX);
	for (i = 0; i < CELL_MAXPORTS; i++)
		config_port(&cf, (uint16_t)(65535 - i));
	for (i = 0; i < CELL_MAXADDRS; i++)
		config_addr4(&cf, (uint8_t[]){ 192, 0, 2, (uint8_t)(i + 1) });
	cf.cf_maxproc = UINT32_MAX;
	cf.cf_allow = CELL_EXC_ALL;
	OK(call_create(root, &cf, &cr));
	ATF_CHECK(has_config(cr.cr_id, &cf));
	FAILS(EEXIST, call_create(root, &cf, &cr));
	ATF_CHECK_EQ(strlen(cr.cr_name), CELL_NAMEMAX);
	done();
}

/* The same link-local address on two interfaces is two addresses. */
ATF_TC_WITHOUT_HEAD(link_local_twice);
ATF_TC_BODY(link_local_twice, tc)
{
	static const uint8_t ll[16] = { 0xfe, 0x80, [15] = 1 };
	struct cell_config cf;
	struct cell_result cr;

	boot();
	config_init(&cf, "web");
	config_addr6(&cf, ll, 1);
	config_addr6(&cf, ll, 2);
	OK(call_create(root, &cf, &cr));
	config_init(&cf, "db");
	config_addr6(&cf, ll, 1);
	config_addr6(&cf, ll, 1);
	FAILS(EINVAL, call_create(root, &cf, &cr));
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, spoiled_set);
	ATF_TP_ADD_TC(tp, unnamed_is_ignored);
	ATF_TP_ADD_TC(tp, spoiled_request);
	ATF_TP_ADD_TC(tp, everything);
	ATF_TP_ADD_TC(tp, one_field);
	ATF_TP_ADD_TC(tp, spoiled_create);
	ATF_TP_ADD_TC(tp, longest);
	ATF_TP_ADD_TC(tp, link_local_twice);
	return atf_no_error();
}
