/*
 * abi_test.c -- sizes, versions, padding and short buffers of every node.
 */

#include <stdio.h>
#include <stdlib.h>

#include "net.h"

#define	FILL	0xa5		/* what no answer is made of */

/* A well-formed request of every node that takes one, about cell `id'. */
static struct cell_create create;
static struct cell_set set;
static struct cell_op op;
static struct cell_select sel;

static const struct {
	const char	*name;
	void		*new;
	size_t		newlen;
} nodes[] = {
	{ "create", &create, sizeof(create) },
	{ "set", &set, sizeof(set) },
	{ "attach", &op, sizeof(op) },
	{ "kill", &op, sizeof(op) },
	{ "destroy", &op, sizeof(op) },
	{ "list", &sel, sizeof(sel) },
	{ "counters", &sel, sizeof(sel) },
	{ "denials", &sel, sizeof(sel) },
};
#define	NNODES	(sizeof(nodes) / sizeof(nodes[0]))

static uint32_t id;

static void
requests(void)
{
	memset(&create, 0, sizeof(create));
	memset(&set, 0, sizeof(set));
	memset(&op, 0, sizeof(op));
	memset(&sel, 0, sizeof(sel));
	create.cc_version = set.cs_version = op.co_version =
	    sel.sl_version = CELL_ABI_VERSION;
	set.cs_id = op.co_id = sel.sl_id = id;
	config_init(&create.cc_config, "new");
	set.cs_fields = CELL_SET_MAXPROC;
	set.cs_config.cf_maxproc = 9;
}

/* Two cells, one with a denial. */
static void
begin(void)
{
	boot();
	id = cell("web");
	(void)cell("db");
	FAILS(EPERM, rig_chroot(member(id, 0)));
	requests();
}

static int
call(const char *name, const void *new, size_t newlen)
{
	static char old[1 << 16];
	size_t len = sizeof(old);

	return rig_sysctl(root, name, old, &len, new, newlen);
}

ATF_TC_WITHOUT_HEAD(request_size);
ATF_TC_BODY(request_size, tc)
{
	static char big[1 << 16];
	struct state before;
	size_t i, k, len;

	begin();
	before = state_take();
	for (i = 0; i < NNODES; i++) {
		const size_t sizes[] = { 0, 1, 4, nodes[i].newlen - 1,
		    nodes[i].newlen + 1, nodes[i].newlen * 2, sizeof(big) };

		memcpy(big, nodes[i].new, nodes[i].newlen);
		for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			len = sizes[k];
			ATF_CHECK_EQ_MSG(call(nodes[i].name, big, len),
			    EINVAL, "%s with %zu bytes", nodes[i].name, len);
		}
		memset(big, 0, nodes[i].newlen);
	}
	/* No request at all: only where all cells may be meant. */
	for (i = 0; i < 5; i++)
		ATF_CHECK_EQ_MSG(call(nodes[i].name, NULL, 0), EINVAL, "%s",
		    nodes[i].name);
	FAILS(EINVAL, call("counters", NULL, 0));
	OK(call("list", NULL, 0));
	OK(call("denials", NULL, 0));
	state_same(before, state_take(), "wrong sizes");
	done();
}

ATF_TC_WITHOUT_HEAD(version_word);
ATF_TC_BODY(version_word, tc)
{
	static const uint32_t wrong[] = {
		0, CELL_ABI_VERSION + 1, 0x01000000, UINT32_MAX
	};
	struct state before;
	size_t i, k;

	begin();
	before = state_take();
	for (i = 0; i < NNODES; i++) {
		for (k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
			requests();
			memcpy(nodes[i].new, &wrong[k], sizeof(wrong[k]));
			ATF_CHECK_EQ_MSG(call(nodes[i].name, nodes[i].new,
			    nodes[i].newlen), EINVAL, "%s version %#x",
			    nodes[i].name, wrong[k]);
		}
	}
	state_same(before, state_take(), "wrong versions");
	done();
}

ATF_TC_WITHOUT_HEAD(flags_and_padding);
ATF_TC_BODY(flags_and_padding, tc)
{
	struct state before;
	uint32_t bit;
	size_t i;

	begin();
	before = state_take();
	for (bit = 1; bit != 0; bit <<= 1) {
		requests();
		create.cc_flags = bit;
		FAILS(EINVAL, call("create", &create, sizeof(create)));
		for (i = 2; i < 5; i++) {
			requests();
			op.co_flags = bit;
			FAILS(EINVAL, call(nodes[i].name, &op, sizeof(op)));
			requests();
			op.co_pad = bit;
			FAILS(EINVAL, call(nodes[i].name, &op, sizeof(op)));
		}
	}
	state_same(before, state_take(), "flags and padding");
	done();
}

ATF_TC_WITHOUT_HEAD(selections);
ATF_TC_BODY(selections, tc)
{
	size_t i;

	begin();
	for (i = 5; i < NNODES; i++) {
		requests();
		memset(sel.sl_name, 'a', sizeof(sel.sl_name));
		ATF_CHECK_EQ_MSG(call(nodes[i].name, &sel, sizeof(sel)),
		    EINVAL, "%s: unterminated", nodes[i].name);
		requests();
		sel.sl_id = 999;
		ATF_CHECK_EQ_MSG(call(nodes[i].name, &sel, sizeof(sel)),
		    ESRCH, "%s: no such id", nodes[i].name);
		requests();
		sel.sl_id = 0;
		strcpy(sel.sl_name, "nobody");
		ATF_CHECK_EQ_MSG(call(nodes[i].name, &sel, sizeof(sel)),
		    ESRCH, "%s: no such name", nodes[i].name);
		strcpy(sel.sl_name, "web");
		ATF_CHECK_EQ_MSG(call(nodes[i].name, &sel, sizeof(sel)), 0,
		    "%s: by name", nodes[i].name);
	}
	done();
}

/*
 * Every answer with buffers of every interesting size.  ELEM is what an
 * answer is cut into.
 */
static void
check_answer(const char *name, const void *new, size_t newlen, size_t elem)
{
	char *whole, *part;
	size_t need = 0, len, size;

	OK(rig_sysctl(root, name, NULL, &need, new, newlen));
	ATF_REQUIRE_MSG(need > 0 && need % elem == 0, "%s: %zu", name, need);
	whole = malloc(need);
	part = malloc(need + 64);
	len = need;
	OK(rig_sysctl(root, name, whole, &len, new, newlen));
	ATF_CHECK_EQ(len, need);
	for (size = 0; size <= need + 64;
	    size += size < need - 8 && size > 8 ? need / 16 + 1 : 1) {
		memset(part, FILL, need + 64);
		len = size;
		ATF_CHECK_EQ_MSG(rig_sysctl(root, name, part, &len, new,
		    newlen), size < need ? ENOMEM : 0, "%s: %zu of %zu bytes",
		    name, size, need);
		ATF_CHECK_EQ_MSG(len, need, "%s: %zu, not %zu", name, len,
		    need);
		/* What fits, and not a byte more. */
		len = size < need ? size / elem * elem : need;
		ATF_CHECK_MSG(memcmp(part, whole, len) == 0,
		    "%s: %zu bytes differ", name, len);
		for (len = size; len < need + 64; len++)
			ATF_REQUIRE_MSG((uint8_t)part[len] == FILL,
			    "%s: wrote at %zu of %zu", name, len, size);
	}
	/* No place for the length: nothing to be told. */
	OK(rig_sysctl(root, name, NULL, NULL, new, newlen));
	free(whole);
	free(part);
}

ATF_TC_WITHOUT_HEAD(answers);
ATF_TC_BODY(answers, tc)
{
	begin();
	check_answer("version", NULL, 0, 1);
	check_answer("id", NULL, 0, 1);
	check_answer("policy", NULL, 0, 1);
	check_answer("counters", &sel, sizeof(sel), 1);
	check_answer("list", NULL, 0, sizeof(struct cell_info));
	check_answer("list", &sel, sizeof(sel), sizeof(struct cell_info));
	check_answer("denials", NULL, 0, sizeof(struct cell_denial));
	done();
}

/* Nothing of the kernel's memory where there is nothing to tell. */
ATF_TC_WITHOUT_HEAD(nothing_to_tell);
ATF_TC_BODY(nothing_to_tell, tc)
{
	char buf[64];
	size_t len, i;

	boot();
	memset(buf, FILL, sizeof(buf));
	len = sizeof(buf);
	OK(rig_sysctl(root, "list", buf, &len, NULL, 0));
	ATF_CHECK_EQ(len, 0);
	len = sizeof(buf);
	OK(rig_sysctl(root, "denials", buf, &len, NULL, 0));
	ATF_CHECK_EQ(len, 0);
	for (i = 0; i < sizeof(buf); i++)
		ATF_CHECK_EQ((uint8_t)buf[i], FILL);
	done();
}

/*
 * create and set answer who they made or changed.  A buffer that is too small
 * for that must not leave one guessing whether it was done.
 */
ATF_TC_WITHOUT_HEAD(short_result);
ATF_TC_BODY(short_result, tc)
{
	struct cell_result cr;
	struct state before;
	size_t len, size;

	begin();
	before = state_take();
	for (size = 0; size < sizeof(cr); size++) {
		len = size;
		FAILS(EINVAL, rig_sysctl(root, "create", &cr, &len, &create,
		    sizeof(create)));
		len = size;
		FAILS(EINVAL, rig_sysctl(root, "set", &cr, &len, &set,
		    sizeof(set)));
	}
	state_same(before, state_take(), "short results");
	/* None is fine, and so is a large one. */
	OK(rig_sysctl(root, "set", NULL, NULL, &set, sizeof(set)));
	OK(call("create", &create, sizeof(create)));
	done();
}

/* With an error, too, the result says who is in the way; or nobody. */
ATF_TC_WITHOUT_HEAD(result_with_error);
ATF_TC_BODY(result_with_error, tc)
{
	static const struct cell_result none;
	struct cell_result cr;
	struct cell_config cf;

	begin();
	config_init(&cf, "web");
	FAILS(EEXIST, call_create(root, &cf, &cr));
	ATF_CHECK_STREQ(cr.cr_name, "web");
	config_init(&cf, "a b");
	FAILS(EINVAL, call_create(root, &cf, &cr));
	ATF_CHECK_EQ(memcmp(&cr, &none, sizeof(cr)), 0);
	FAILS(ESRCH, call_set(root, 999, &set, &cr));
	ATF_CHECK_EQ(memcmp(&cr, &none, sizeof(cr)), 0);
	done();
}

/* Unused parts of every answer are zero. */
ATF_TC_WITHOUT_HEAD(no_garbage);
ATF_TC_BODY(no_garbage, tc)
{
	struct cell_version cv;
	struct cell_counters ct;
	struct cell_denial *dn;
	struct cell_info ci;
	size_t i, n;

	begin();
	MUST(call_version(root, &cv));
	for (i = strlen(cv.cv_banner); i < sizeof(cv.cv_banner); i++)
		ATF_CHECK_EQ(cv.cv_banner[i], '\0');
	ct = counters(id);
	for (i = ct.ct_nrules; i < CELL_MAXRULES; i++)
		ATF_CHECK_EQ(ct.ct_denied[i] | ct.ct_learned[i] |
		    ct.ct_excepted[i], 0);
	for (i = 0; i < CELL_MAXPORTS; i++)
		ATF_CHECK_EQ(ct.ct_ports[i], 0);
	ci = info(id);
	ATF_CHECK_EQ(ci.ci_pad, 0);
	for (i = CELL_EXC_COUNT; i < CELL_NEXCEPTION; i++)
		ATF_CHECK_EQ(ci.ci_left[i], 0);
	ATF_CHECK_EQ(ci.ci_denied[CELL_NSCOPE - 1], 0);
	MUST(call_denials(root, 0, 0, &dn, &n));
	ATF_REQUIRE_EQ(n, 1);
	for (i = strlen(dn->dn_prog); i < sizeof(dn->dn_prog); i++)
		ATF_CHECK_EQ(dn->dn_prog[i], '\0');
	for (i = 0; i < sizeof(dn->dn_addr); i++)
		ATF_CHECK_EQ(((uint8_t *)&dn->dn_addr)[i], 0);
	done();
}

/* A program's name as long as they get. */
ATF_TC_WITHOUT_HEAD(long_name);
ATF_TC_BODY(long_name, tc)
{
	struct cell_denial *dn;
	struct proc *p;
	size_t n;

	begin();
	p = member(id, 0);
	rig_set_name(p, "abcdefghijklmnopqrstuvwxyz0123456789");
	FAILS(EPERM, rig_chroot(p));
	MUST(call_denials(root, id, 0, &dn, &n));
	ATF_REQUIRE_EQ(n, 2);
	for (; n > 0; n--, dn++)
		ATF_CHECK(strnlen(dn->dn_prog, CELL_PROGLEN) < CELL_PROGLEN);
	done();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, request_size);
	ATF_TP_ADD_TC(tp, version_word);
	ATF_TP_ADD_TC(tp, flags_and_padding);
	ATF_TP_ADD_TC(tp, selections);
	ATF_TP_ADD_TC(tp, answers);
	ATF_TP_ADD_TC(tp, nothing_to_tell);
	ATF_TP_ADD_TC(tp, short_result);
	ATF_TP_ADD_TC(tp, result_with_error);
	ATF_TP_ADD_TC(tp, no_garbage);
	ATF_TP_ADD_TC(tp, long_name);
	return atf_no_error();
}
