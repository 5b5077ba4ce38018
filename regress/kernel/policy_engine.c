/*
 * policy_engine.c -- asks every row, of everybody about everybody.
 *
 * There are the host and three cells: A, whose policy is what is tested; B,
 * which stays low and enforces; D, with A's policy, which is dying.  Each has
 * a root and a user, and all users have the same number, so that nothing but
 * the cell tells them apart.  What the other models say was asked first,
 * while secmodel_cell was not loaded.
 */

#include <atf-c.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cellcall.h"
#include "policy.h"

#define	MAXROWS		320
#define	USER		100
#define	LOUD		2	/* wrong answers to a row that are printed */

enum { HOST, A, B, D, NCELLS };
enum who {
	H_ROOT, H_USER, A_ROOT, A_USER, A_PEER, B_ROOT, B_USER, D_ROOT, D_USER,
	NWHO
};
static const struct {
	const char	*name;
	int		cell;
	unsigned int	uid;
} whos[NWHO] = {
	{ "host root", HOST, 0 },	{ "host user", HOST, USER },
	{ "root of A", A, 0 },		{ "user of A", A, USER },
	{ "peer of A", A, USER },
	{ "root of B", B, 0 },		{ "user of B", B, USER },
	{ "root of dying D", D, 0 },	{ "user of dying D", D, USER },
};

enum outcome { DEFER, DENY, LEARN, EXCEPT };

const struct rows *const policy_rows[] = {
	&rows_system, &rows_process, &rows_network, &rows_device, &rows_vnode,
	NULL
};

struct policy {
	uint32_t	profile, mode, allow;
};

static struct proc *procs[NWHO];
static struct policy policies[NCELLS];
static uint32_t ids[NCELLS];
static struct cell_rule *rules;
static size_t nrules;
static bool refused_without[MAXROWS][NWHO][NWHO];
static bool met[CELL_MAXRULES];
static unsigned int wrong;	/* answers to the row at hand */

const char *
row_name(const struct row *r)
{
	static char buf[120];

	snprintf(buf, sizeof(buf), "%s%s%s", r->action_name,
	    r->request_name != NULL ? " " : "",
	    r->request_name != NULL ? r->request_name : "");
	return buf;
}

static int
ask(const struct row *r, enum who actor, enum who object)
{
	if (r->ask != NULL)
		return (*r->ask)(procs[actor], procs[object]);
	return rig_ask(procs[actor], r->scope, r->action, r->request,
	    procs[object]);
}

static void
complain(const struct row *r, enum who actor, enum who object, const char *fmt,
    int a, int b)
{
	char what[120];

	if (wrong++ >= LOUD)
		return;
	snprintf(what, sizeof(what), fmt, a, b);
	atf_tc_fail_nonfatal("%s: %s on %s, A is %u/%u/%#x: %s", row_name(r),
	    whos[actor].name, whos[object].name, policies[A].profile,
	    policies[A].mode, policies[A].allow, what);
}

/* What a cell's policy makes of a tier. */
static enum outcome
judge(const struct policy *po, uint8_t tier, uint8_t exception)
{
	if (tier == CELL_TIER_NEVER || tier > po->profile)
		return DEFER;
	if (exception != CELL_EXC_NONE && (po->allow & (1U << exception)) != 0)
		return EXCEPT;
	return po->mode == CELL_MODE_LEARN ? LEARN : DENY;
}

static enum outcome
expect(const struct row *r, enum who actor, enum who object, uint8_t *tierp)
{
	const int ca = whos[actor].cell, co = whos[object].cell;

	*tierp = CELL_TIER_ALWAYS;
	if (r->about != ABOUT_HOST && ca != co)
		return actor == H_ROOT ? DEFER : DENY;
	if (ca == D && r->scope == CELL_SCOPE_PROCESS &&
	    r->action == KAUTH_PROCESS_FORK)
		return DENY;
	if (ca == HOST)
		return DEFER;
	*tierp = r->tier;
	return judge(&policies[ca], r->tier, r->exception);
}

struct tally {
	struct cell_counters	ct[NCELLS];	/* but for the host's */
	uint64_t		seq;		/* of the last denial */
};

static void
take(struct tally *t)
{
	struct cell_denial *dn;
	size_t i, n;
	int c;

	for (c = A; c < NCELLS; c++)
		ATF_REQUIRE_EQ(call_counters(procs[H_ROOT], ids[c], &t->ct[c]),
		    0);
	ATF_REQUIRE_EQ(call_denials(procs[H_ROOT], 0, t->seq, &dn, &n), 0);
	for (i = 0; i < n; i++)
		if (dn[i].dn_seq > t->seq)
			t->seq = dn[i].dn_seq;
	free(dn);
}

/*
 * By how much one array moved in all, and where it did last.
 */
static uint64_t
moved(const uint64_t *before, const uint64_t *after, int *rule)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i < CELL_MAXRULES; i++)
		if (after[i] != before[i]) {
			n += after[i] - before[i];
			*rule = i;
		}
	return n;
}

/*
 * All that changed in a cell's counters must be one, in one place, of the
 * kind expected; answers the rule, or -1.
 */
static int
check_counters(const struct row *r, enum who actor, enum who object, int c,
    enum outcome want, const struct cell_counters *before,
    const struct cell_counters *after)
{
	uint64_t n[4] = { 0 };
	int rule = -1, i;

	n[DENY] = moved(before->ct_denied, after->ct_denied, &rule);
	n[LEARN] = moved(before->ct_learned, after->ct_learned, &rule);
	n[EXCEPT] = moved(before->ct_excepted, after->ct_excepted, &rule);
	for (i = DENY; i <= EXCEPT; i++) {
		if (n[i] == (want == (enum outcome)i))
			continue;
		if (c == whos[actor].cell)
			complain(r, actor, object, i == DENY ?
			    "denied moved by %d (rule %d)" : i == LEARN ?
			    "learned moved by %d (rule %d)" :
			    "excepted moved by %d (rule %d)", (int)n[i], rule);
		else
			complain(r, actor, object,
			    "counters of cell %d moved by %d", c, (int)n[i]);
	}
	return rule;
}

/* The rule says of itself what the row says. */
static void
check_rule(const struct row *r, enum who actor, enum who object, int rule,
    uint8_t tier)
{
	const struct cell_rule *ru = &rules[rule];
	const uint8_t exc = tier == CELL_TIER_ALWAYS ? CELL_EXC_NONE :
	    r->exception;

	met[rule] = true;
	if (ru->ru_scope != r->scope)
		complain(r, actor, object, "rule %d is of scope %d", rule,
		    ru->ru_scope);
	if (ru->ru_tier != tier)
		complain(r, actor, object, "rule %d is of tier %d", rule,
		    ru->ru_tier);
	if (ru->ru_exception != exc)
		complain(r, actor, object, "rule %d is lifted by %d", rule,
		    ru->ru_exception);
}

/* What ps(1), ls(1) of /proc and netstat(1) ask all the time. */
static bool
is_quiet(const struct row *r)
{
	return strstr(row_name(r), "CANSEE") != NULL ||
	    strstr(row_name(r), "PROCFS") != NULL ||
	    strstr(row_name(r), "/proc/") != NULL;
}

/* Exactly one record, of this actor, unless the rule keeps none. */
static void
check_record(const struct row *r, enum who actor, enum who object, int rule,
    uint64_t since, bool denied)
{
	const int ca = whos[actor].cell, co = whos[object].cell;
	struct cell_denial *dn;
	size_t n;

	ATF_REQUIRE_EQ(call_denials(procs[H_ROOT], 0, since, &dn, &n), 0);
	if (rule >= 0 && (rules[rule].ru_flags & CELL_RULE_QUIET) != 0) {
		if (n != 0)
			complain(r, actor, object,
			    "quiet rule %d has %d records", rule, (int)n);
	} else if (rule < 0 && n == 0 && is_quiet(r)) {
		/* And the host's counters are not to be read. */
	} else if (n != 1) {
		complain(r, actor, object, "rule %d has %d records", rule,
		    (int)n);
	} else {
		if (rule < 0) {
			rule = dn->dn_rule;
			check_rule(r, actor, object, rule, CELL_TIER_ALWAYS);
		}
		if (dn->dn_rule != rule)
			complain(r, actor, object, "record of rule %d, not %d",
			    dn->dn_rule, rule);
		if (dn->dn_cell != ids[ca] || dn->dn_uid != whos[actor].uid ||
		    dn->dn_pid != (uint32_t)rig_pid(procs[actor]))
			complain(r, actor, object,
			    "record of cell %d, user %d", (int)dn->dn_cell,
			    (int)dn->dn_uid);
		if (r->about != ABOUT_HOST && dn->dn_object != ids[co])
			complain(r, actor, object,
			    "record's object is %d, not %d",
			    (int)dn->dn_object, (int)ids[co]);
		if (dn->dn_verdict != (denied ? CELL_VERDICT_DENIED :
		    CELL_VERDICT_LEARNED))
			complain(r, actor, object, "rule %d: verdict %d",
			    rule, dn->dn_verdict);
	}
	free(dn);
}

static void
check_one(const struct row *r, size_t index, enum who actor, enum who object)
{
	static struct tally before, after;
	enum outcome want;
	uint8_t tier;
	bool refused;
	int c, rule = -1, at;

	want = expect(r, actor, object, &tier);
	after.seq = before.seq;
	take(&before);
	refused = ask(r, actor, object) != 0;
	after.seq = before.seq;
	take(&after);

	if (refused != (want == DENY || refused_without[index][actor][object]))
		complain(r, actor, object, refused ?
		    "refused, rule %d of tier %d expected" :
		    "permitted, rule %d of tier %d expected", -1, tier);
	for (c = A; c < NCELLS; c++) {
		at = check_counters(r, actor, object, c,
		    c == whos[actor].cell ? want : DEFER, &before.ct[c],
		    &after.ct[c]);
		if (c == whos[actor].cell)
			rule = at;
	}
	if (want == DEFER)
		return;
	if (rule >= 0)
		check_rule(r, actor, object, rule, tier);
	else if (whos[actor].cell != HOST)
		complain(r, actor, object, "no counter moved, tier %d, %d",
		    tier, want);
	if (want != EXCEPT)
		check_record(r, actor, object, rule, before.seq,
		    want == DENY);
}

static bool
is_asked(const struct row *r, enum who actor, enum who object)
{
	if (r->about == ABOUT_HOST)
		return actor == object;
	return r->about != ABOUT_PEER || whos[actor].uid == 0 ||
	    whos[actor].uid == whos[object].uid;
}

static unsigned int
check_row(const struct row *r, size_t index)
{
	unsigned int n = 0;
	int actor, object;

	for (actor = 0; actor < NWHO; actor++)
		for (object = 0; object < NWHO; object++) {
			if (!is_asked(r, actor, object))
				continue;
			check_one(r, index, actor, object);
			n++;
		}
	return n;
}

/* Without exceptions, with the one that counts, with all others, with all. */
static unsigned int
check_exceptions(const struct row *r, size_t index)
{
	uint32_t bit = r->exception == CELL_EXC_NONE ? 0 : 1U << r->exception;
	uint32_t masks[4] = { 0, CELL_EXC_ALL, bit, CELL_EXC_ALL & ~bit };
	unsigned int n = 0, i;

	wrong = 0;
	for (i = 0; i < (bit != 0 ? 4U : 2U); i++) {
		policies[A].allow = masks[i];
		ATF_REQUIRE_EQ(call_set_policy(procs[H_ROOT], ids[A],
		    policies[A].profile, policies[A].mode, masks[i]), 0);
		n += check_row(r, index);
	}
	return n;
}

/* One process, marked as having changed its user as members are. */
static void
make_proc(enum who w)
{
	procs[w] = rig_proc_create(whos[w].uid);
	ATF_REQUIRE_EQ(rig_setuid(procs[w], whos[w].uid), 0);
}

static void
ask_without(void)
{
	const struct rows *const *rows;
	size_t i, index = 0;
	int actor, object;

	for (rows = policy_rows; *rows != NULL; rows++)
		for (i = 0; i < (*rows)->n; i++, index++) {
			ATF_REQUIRE(index < MAXROWS);
			for (actor = 0; actor < NWHO; actor++)
				for (object = 0; object < NWHO; object++)
					refused_without[index][actor][object] =
					    ask(&(*rows)->row[i], actor, object)
					    != 0;
		}
}

static void
make_cells(uint32_t profile, uint32_t mode)
{
	static const char *const names[NCELLS] = { "", "a", "b", "d" };
	int c, w;

	for (c = A; c < NCELLS; c++) {
		policies[c] = (struct policy){ c == B ? CELL_PROFILE_LOW :
		    profile, c == B ? CELL_MODE_ENFORCE : mode, 0 };
		ATF_REQUIRE_EQ(call_create_as(procs[H_ROOT], names[c],
		    policies[c].profile, policies[c].mode, 0, &ids[c]), 0);
	}
	for (w = 0; w < NWHO; w++) {
		if (whos[w].cell == HOST)
			continue;
		/* Host's root attaches, and then is whoever it is to be. */
		rig_exit(procs[w]);
		procs[w] = member_create(ids[whos[w].cell], whos[w].uid);
		ATF_REQUIRE_EQ(rig_setuid(procs[w], whos[w].uid), 0);
	}
}

/* A kill that waits, since nobody reaps, keeps the cell dying. */
static void *
kill_d(void *arg)
{
	struct lwp *l = rig_thread(arg);

	(void)call_kill(arg, ids[D]);
	rig_thread_end(l);
	return NULL;
}

static pthread_t
let_d_die(struct proc *killer)
{
	struct cell_info ci;
	pthread_t t;

	ATF_REQUIRE_EQ(pthread_create(&t, NULL, kill_d, killer), 0);
	do {
		usleep(100);
		ATF_REQUIRE_EQ(call_info(procs[H_ROOT], ids[D], &ci), 0);
	} while (ci.ci_state != CELL_STATE_DYING);
	return t;
}

unsigned int
policy_check(uint32_t profile, uint32_t mode)
{
	const struct rows *const *rows;
	unsigned int n = 0;
	struct proc *killer;
	pthread_t t;
	size_t i, index = 0;
	int w;

	rig_boot_bare();
	for (w = 0; w < NWHO; w++)
		make_proc(w);
	ask_without();
	ATF_REQUIRE_EQ(rig_model_load(), 0);
	free(rules);
	ATF_REQUIRE_EQ(call_policy(procs[H_ROOT], &rules, &nrules), 0);
	make_cells(profile, mode);
	killer = rig_proc_create(0);
	t = let_d_die(killer);
	for (rows = policy_rows; *rows != NULL; rows++)
		for (i = 0; i < (*rows)->n; i++, index++)
			n += check_exceptions(&(*rows)->row[i], index);

	ATF_CHECK_EQ(rig_reap_killed(), 2);
	ATF_REQUIRE_EQ(pthread_join(t, NULL), 0);
	for (w = A_ROOT; w <= B_USER; w++)
		rig_exit(procs[w]);
	for (w = A; w < NCELLS; w++)
		ATF_CHECK_EQ(call_destroy(procs[H_ROOT], ids[w]), 0);
	ATF_REQUIRE_EQ(rig_model_unload(), 0);
	ATF_REQUIRE_EQ(rig_halt(), 0);
	return n;
}

unsigned int
policy_unmet(const char *const *elsewhere)
{
	const char *const *name;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < nrules; i++) {
		for (name = elsewhere; *name != NULL; name++)
			if (strcmp(*name, rules[i].ru_name) == 0)
				break;
		if (*name != NULL || met[i] ||
		    rules[i].ru_tier == CELL_TIER_NEVER)
			continue;
		printf("no row meets %s\n", rules[i].ru_name);
		n++;
	}
	return n;
}
