/* fuzz_check.c -- what has to hold after every call. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define	MAXIDS		4096		/* remembered, by id */

/* What is known of a cell from calls that went before. */
static struct memory {
	bool			known;
	uint32_t		attached;
	struct cell_counters	*ct;
} memories[MAXIDS];

static struct cell_rule *rules;
static size_t nrules;
static uint32_t highest;		/* id */

struct cell_info *listing;
size_t nlisting;

static struct memory *
memory_of(uint32_t id)
{
	return &memories[id % MAXIDS];
}

static void
forget(struct memory *m)
{
	free(m->ct);
	memset(m, 0, sizeof(*m));
}

void
check_forget(void)
{
	size_t i;

	for (i = 0; i < MAXIDS; i++)
		forget(&memories[i]);
	free(rules);
	free(listing);
	rules = NULL;
	listing = NULL;
	nlisting = 0;
	check_init();
}

void
check_init(void)
{
	if (call_policy(root, &rules, &nrules) != 0 ||
	    call_list(root, 0, &listing, &nlisting) != 0)
		fail("cannot read");
}

void
check_attached(uint32_t id)
{
	memory_of(id)->attached++;
}

/* Well-formed, by rules of its own. */
static void
check_config(const struct cell_config *cf)
{
	uint32_t i, k;

	if (memchr(cf->cf_name, '\0', CELL_NAMELEN) == NULL ||
	    cf->cf_name[0] == '\0' || strspn(cf->cf_name, "abcdefghijklm"
	    "nopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
	    strlen(cf->cf_name))
		fail("name");
	if (memchr(cf->cf_root, '\0', CELL_ROOTLEN) == NULL ||
	    cf->cf_root[0] != '/')
		fail("root");
	if (memchr(cf->cf_tag, '\0', CELL_TAGMAX + 1) == NULL)
		fail("tag");
	if (cf->cf_profile - 1 > 2 || cf->cf_mode - 1 > 1 ||
	    cf->cf_allow > CELL_EXC_ALL)
		fail("policy %u/%u/%#x", cf->cf_profile, cf->cf_mode,
		    cf->cf_allow);
	if (cf->cf_nports > CELL_MAXPORTS || cf->cf_naddrs > CELL_MAXADDRS)
		fail("%u ports, %u addresses", cf->cf_nports, cf->cf_naddrs);
	for (i = 0; i < cf->cf_nports; i++)
		for (k = 0; k <= i; k++)
			if (cf->cf_ports[i] == (k == i ? 0 : cf->cf_ports[k]))
				fail("port %u twice, or 0", cf->cf_ports[i]);
	for (i = 0; i < cf->cf_naddrs; i++)
		if (cf->cf_addrs[i].ca_family != 4 &&
		    cf->cf_addrs[i].ca_family != 6)
			fail("family %u", cf->cf_addrs[i].ca_family);
}

/* As many as the process table has, each where it is meant to be. */
static void
check_members(const struct cell_info *ci)
{
	const struct memory *m = memory_of(ci->ci_id);
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < nactors; i++)
		n += actors[i].cell == ci->ci_id;
	if (ci->ci_nproc != n)
		fail("cell %u: %u processes, not %u", ci->ci_id, ci->ci_nproc,
		    n);
	if (ci->ci_nproc > ci->ci_npeak)
		fail("cell %u: peak %u, now %u", ci->ci_id, ci->ci_npeak,
		    ci->ci_nproc);
	if (ci->ci_nproc != m->attached + ci->ci_forks - ci->ci_exits)
		fail("cell %u: %u attached, %llu forks, %llu exits, %u left",
		    ci->ci_id, m->attached, (unsigned long long)ci->ci_forks,
		    (unsigned long long)ci->ci_exits, ci->ci_nproc);
	if (ci->ci_nproc != 0 && ci->ci_refs == 0)
		fail("cell %u: nobody names it", ci->ci_id);
	if (ci->ci_nproc == 0 && (ci->ci_rss != 0 || ci->ci_vsz != 0))
		fail("cell %u: memory of nobody", ci->ci_id);
}

static void
check_grow(const char *what, const uint64_t *was, const uint64_t *is, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (is[i] < was[i])
			fail("%s[%zu] went from %llu to %llu", what, i,
			    (unsigned long long)was[i],
			    (unsigned long long)is[i]);
}

static void
check_counters(const struct cell_info *ci)
{
	struct memory *m = memory_of(ci->ci_id);
	struct cell_counters *ct = calloc(1, sizeof(*ct));
	uint64_t denied[CELL_NSCOPE] = { 0 }, learned[CELL_NSCOPE] = { 0 },
	    excepted[CELL_NSCOPE] = { 0 };
	size_t i;

	if (call_counters(root, ci->ci_id, ct) != 0)
		fail("cell %u: no counters", ci->ci_id);
	for (i = 0; i < nrules; i++) {
		denied[rules[i].ru_scope] += ct->ct_denied[i];
		learned[rules[i].ru_scope] += ct->ct_learned[i];
		excepted[rules[i].ru_scope] += ct->ct_excepted[i];
	}
	if (memcmp(denied, ci->ci_denied, sizeof(denied)) != 0 ||
	    memcmp(learned, ci->ci_learned, sizeof(learned)) != 0 ||
	    memcmp(excepted, ci->ci_excepted, sizeof(excepted)) != 0)
		fail("cell %u: scopes are no sums", ci->ci_id);
	if (ct->ct_nports > CELL_MAXPORTS || ct->ct_naddrs > CELL_MAXADDRS)
		fail("cell %u: learned too much", ci->ci_id);
	if (m->ct != NULL) {
		check_grow("denied", m->ct->ct_denied, ct->ct_denied,
		    CELL_MAXRULES);
		check_grow("learned", m->ct->ct_learned, ct->ct_learned,
		    CELL_MAXRULES);
		check_grow("excepted", m->ct->ct_excepted, ct->ct_excepted,
		    CELL_MAXRULES);
	}
	free(m->ct);
	m->ct = ct;
}

static const struct cell_info *
find(const struct cell_info *ci, size_t n, uint32_t id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ci[i].ci_id == id)
			return &ci[i];
	return NULL;
}

static void
check_cell(const struct cell_info *ci, const struct cell_info *was)
{
	check_config(&ci->ci_config);
	if (ci->ci_version != CELL_ABI_VERSION || ci->ci_pad != 0 ||
	    (ci->ci_state != CELL_STATE_LIVE &&
	    ci->ci_state != CELL_STATE_DYING))
		fail("cell %u: state %u", ci->ci_id, ci->ci_state);
	check_members(ci);
	check_counters(ci);
	if (was == NULL) {
		if (ci->ci_id <= highest)
			fail("cell %u after %u", ci->ci_id, highest);
		return;
	}
	check_grow("forks", &was->ci_forks, &ci->ci_forks, 1);
	check_grow("exits", &was->ci_exits, &ci->ci_exits, 1);
	check_grow("cpu", &was->ci_cpu, &ci->ci_cpu, 1);
	if (ci->ci_npeak < was->ci_npeak || ci->ci_state < was->ci_state)
		fail("cell %u: peak or state went back", ci->ci_id);
}

/* Names and ports are had by one cell each. */
static void
check_pair(const struct cell_info *a, const struct cell_info *b)
{
	uint32_t i, k;

	if (a->ci_id >= b->ci_id)
		fail("cell %u before %u", a->ci_id, b->ci_id);
	if (strcmp(a->ci_config.cf_name, b->ci_config.cf_name) == 0)
		fail("two cells %s", a->ci_config.cf_name);
	for (i = 0; i < a->ci_config.cf_nports; i++)
		for (k = 0; k < b->ci_config.cf_nports; k++)
			if (a->ci_config.cf_ports[i] ==
			    b->ci_config.cf_ports[k])
				fail("port %u of %u and %u",
				    a->ci_config.cf_ports[i], a->ci_id,
				    b->ci_id);
}

static void
check_denials(void)
{
	struct cell_denial *dn;
	size_t i, k, n, here;

	if (call_denials(root, 0, 0, &dn, &n) != 0)
		fail("no denials");
	for (i = 0; i < n; i++) {
		if (dn[i].dn_rule >= nrules || dn[i].dn_count == 0 ||
		    dn[i].dn_last < dn[i].dn_first ||
		    memchr(dn[i].dn_prog, '\0', CELL_PROGLEN) == NULL ||
		    dn[i].dn_verdict - 1U > 1)
			fail("record of rule %u", dn[i].dn_rule);
		if (dn[i].dn_cell != 0 &&
		    find(listing, nlisting, dn[i].dn_cell) == NULL)
			fail("record of cell %u", dn[i].dn_cell);
		for (here = k = 0; k < n; k++) {
			if (dn[k].dn_cell != dn[i].dn_cell)
				continue;
			here++;
			if (k != i && dn[k].dn_seq == dn[i].dn_seq)
				fail("two records with one number");
		}
		if (here > CELL_RINGLEN)
			fail("cell %u: %zu records", dn[i].dn_cell, here);
	}
	free(dn);
}

/* Every process says of itself what is known of it. */
static void
check_identities(void)
{
	uint32_t id;
	size_t i;

	if (call_id(root, &id) != 0 || id != 0 || call_id(user, &id) != 0 ||
	    id != 0)
		fail("the host is in cell %u", id);
	for (i = 0; i < nactors; i++)
		if (call_id(actors[i].p, &id) != 0 || id != actors[i].cell)
			fail("in cell %u, not %u", id, actors[i].cell);
}

/* Whether somebody of the host, who is no root, may bind it. */
static bool
port_is_free(struct socket *so, uint32_t port)
{
	return rig_bind(user, so, NULL, (uint16_t)port) == 0;
}

static struct socket *
probe(void)
{
	struct socket *so;

	if (rig_socket(user, 4, 1, 0, &so) != 0)
		fail("no socket");
	return so;
}

static void
check_ports(void)
{
	struct socket *so = probe();
	uint32_t i;
	size_t c;

	for (c = 0; c < nlisting; c++)
		for (i = 0; i < listing[c].ci_config.cf_nports; i++)
			if (port_is_free(so, listing[c].ci_config.cf_ports[i]))
				fail("port %u of cell %u is free",
				    listing[c].ci_config.cf_ports[i],
				    listing[c].ci_id);
	rig_close(so);
}

void
check_all_ports(void)
{
	static bool declared[65536];
	struct socket *so = probe();
	uint32_t i;
	size_t c;

	memset(declared, 0, sizeof(declared));
	for (c = 0; c < nlisting; c++)
		for (i = 0; i < listing[c].ci_config.cf_nports; i++)
			declared[listing[c].ci_config.cf_ports[i]] = true;
	/* Privileged ones are refused for another reason. */
	for (i = 1024; i < 65536; i++)
		if (port_is_free(so, i) == declared[i])
			fail("port %u: declared %d", i, declared[i]);
	rig_close(so);
}

/* But for what goes on by itself. */
static bool
same(const struct cell_info *a, const struct cell_info *b)
{
	struct cell_info x = *a, y = *b;

	x.ci_uptime = y.ci_uptime = 0;
	memset(x.ci_left, 0, sizeof(x.ci_left));
	memset(y.ci_left, 0, sizeof(y.ci_left));
	return memcmp(&x, &y, sizeof(x)) == 0;
}

void
check_take(bool unchanged)
{
	struct cell_info *now;
	struct cell_version cv;
	size_t i, k, n;

	if (call_list(root, 0, &now, &n) != 0 ||
	    call_version(root, &cv) != 0 || cv.cv_ncells != n)
		fail("%zu cells are listed", n);
	if (unchanged && n != nlisting)
		fail("%zu cells became %zu", nlisting, n);
	for (i = 0; i < n; i++) {
		if (unchanged && !same(&listing[i], &now[i]))
			fail("cell %u changed", now[i].ci_id);
		check_cell(&now[i], find(listing, nlisting, now[i].ci_id));
		for (k = 0; k < i; k++)
			check_pair(&now[k], &now[i]);
	}
	for (i = 0; i < nlisting; i++)
		if (find(now, n, listing[i].ci_id) == NULL)
			forget(memory_of(listing[i].ci_id));
	if (n > 0 && now[n - 1].ci_id > highest)
		highest = now[n - 1].ci_id;
	free(listing);
	listing = now;
	nlisting = n;
	check_identities();
	check_denials();
	check_ports();
}

void
check_created(const struct cell_create *cc, const struct cell_result *cr)
{
	const struct cell_info *ci = find(listing, nlisting, cr->cr_id);

	if (ci == NULL || cr->cr_holder != 0 || cr->cr_port != 0 ||
	    cr->cr_id != highest)
		fail("created %u", cr->cr_id);
	if (memcmp(&ci->ci_config, &cc->cc_config, sizeof(cc->cc_config)) != 0)
		fail("cell %u is not as it was told", cr->cr_id);
}

void
check_set(const struct cell_set *cs)
{
	const struct cell_info *ci = find(listing, nlisting, cs->cs_id);
	const struct cell_config *cf = &cs->cs_config;

	if (ci == NULL)
		fail("set %u", cs->cs_id);
#define	SAME(field, member)						\
	if ((cs->cs_fields & CELL_SET_##field) != 0 &&			\
	    memcmp(&ci->ci_config.member, &cf->member,			\
	    sizeof(cf->member)) != 0)					\
		fail("cell %u: " #member, cs->cs_id)
	SAME(PROFILE, cf_profile);
	SAME(MODE, cf_mode);
	SAME(MAXPROC, cf_maxproc);
	SAME(PORTS, cf_nports);
	SAME(PORTS, cf_ports);
	SAME(ADDRS, cf_naddrs);
	SAME(ADDRS, cf_addrs);
	SAME(TAG, cf_tag);
	if ((cs->cs_fields & CELL_SET_ALLOW) != 0 &&
	    ci->ci_config.cf_allow != ((cf->cf_allow & ~cs->cs_revoke) |
	    (cs->cs_seconds == 0 ? cs->cs_grant : 0)))
		fail("cell %u: allow %#x", cs->cs_id, ci->ci_config.cf_allow);
}
