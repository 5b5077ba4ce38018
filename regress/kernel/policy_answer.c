/*
 * policy_answer.c -- what came of a question: one counter of one rule of one
 * cell by one, one record, and nothing else anywhere.
 */

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_engine.h"

#define	LOUD		2	/* wrong answers to a row that are printed */

static bool met[CELL_MAXRULES];
static unsigned int wrong;	/* answers to the row at hand */

void
complain_anew(void)
{
	wrong = 0;
}

void
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

void
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

void
check_answer(const struct row *r, enum who actor, enum who object,
    enum outcome want, uint8_t tier, const struct tally *before,
    const struct tally *after)
{
	int c, rule = -1, at;

	for (c = A; c < NCELLS; c++) {
		at = check_counters(r, actor, object, c,
		    c == whos[actor].cell ? want : DEFER, &before->ct[c],
		    &after->ct[c]);
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
		check_record(r, actor, object, rule, before->seq,
		    want == DENY);
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
