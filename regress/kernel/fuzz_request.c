/*
 * fuzz_request.c -- requests: well-formed ones, of which some are spoiled in
 * one place, in many, or in size.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char *const names[] = { "a", "b", "web", "db", "c.1", "d_2",
    "e-3", "Z" };

/* Ids that there are, were, and were never. */
static uint32_t
some_id(void)
{
	if (nlisting > 0 && percent(85))
		return listing[chance((uint32_t)nlisting)].ci_id;
	return percent(50) ? chance(20) : (uint32_t)chance64();
}

static uint32_t
odd_number(void)
{
	static const uint32_t odd[] = { 0, 1, 2, 3, 4, 15, 16, 17, 63, 64, 65,
	    127, 128, 255, 256, 1023, 1024, 0x7fff, 0x8000, 0xffff, 0x10000,
	    0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

	return percent(80) ? odd[chance(sizeof(odd) / sizeof(odd[0]))] :
	    (uint32_t)chance64();
}

static void
some_addr(struct cell_addr *ca)
{
	size_t i;

	ca->ca_family = percent(50) ? 4 : 6;
	for (i = 0; i < (ca->ca_family == 4 ? 4U : 16U); i++)
		ca->ca_addr[i] = (uint8_t)chance64();
	if (ca->ca_family == 6 && percent(30)) {
		ca->ca_addr[0] = 0xfe;
		ca->ca_addr[1] = 0x80;
		ca->ca_scope = chance(4);
	}
}

/* Few ports, so that they collide; now and then as many as may be. */
static void
some_config(struct cell_config *cf)
{
	uint32_t i, n, first = 1 + chance(65535);

	config_init(cf, names[chance(sizeof(names) / sizeof(names[0]))]);
	cf->cf_profile = 1 + chance(3);
	cf->cf_mode = 1 + chance(2);
	cf->cf_allow = percent(50) ? 0 : (uint32_t)chance64() & CELL_EXC_ALL;
	cf->cf_maxproc = percent(70) ? 0 : 1 + chance(8);
	n = percent(10) ? CELL_MAXPORTS : chance(4);
	for (i = 0; i < n; i++)
		config_port(cf, (uint16_t)(n == CELL_MAXPORTS ?
		    1 + (first + i) % 65535 : 1 + i * 10 + chance(10)));
	n = percent(10) ? CELL_MAXADDRS : chance(2);
	for (i = 0; i < n; i++)
		some_addr(&cf->cf_addrs[cf->cf_naddrs++]);
	if (percent(50))
		snprintf(cf->cf_tag, sizeof(cf->cf_tag), "tag %u",
		    chance(1000));
}

static void
some_set(struct cell_set *cs)
{
	some_config(&cs->cs_config);
	cs->cs_fields = (uint32_t)chance64() & CELL_SET_MASK;
	if (cs->cs_fields & CELL_SET_GRANT) {
		cs->cs_grant = (uint32_t)chance64() & CELL_EXC_ALL;
		cs->cs_seconds = percent(30) ? 0 : chance(200);
	}
	if (cs->cs_fields & CELL_SET_REVOKE)
		cs->cs_revoke = (uint32_t)chance64() & CELL_EXC_ALL;
	cs->cs_id = some_id();
}

/* A few words or bytes are replaced. */
static void
spoil(void *new, size_t len)
{
	uint32_t word, i, n = percent(70) ? 1 : 1 + chance(8);

	for (i = 0; i < n && len >= sizeof(word); i++) {
		if (percent(60)) {
			word = odd_number();
			memcpy((char *)new +
			    chance((uint32_t)(len / 4)) * 4, &word, 4);
		} else
			((char *)new)[chance((uint32_t)len)] =
			    (char)chance64();
	}
	/* Often nobody would look at the place: aim at the counts. */
	if (len == sizeof(struct cell_set) && percent(20))
		((struct cell_set *)new)->cs_config.cf_nports = odd_number();
	if (len == sizeof(struct cell_create) && percent(20))
		((struct cell_create *)new)->cc_config.cf_naddrs =
		    odd_number();
	if (len == sizeof(struct cell_select) && percent(20))
		memset(((struct cell_select *)new)->sl_name, 'a',
		    CELL_NAMELEN);
}

static const struct {
	const char	*node;
	size_t		newlen;
	size_t		oldlen;
	unsigned int	weight;
} kinds[] = {
	{ "create", sizeof(struct cell_create), sizeof(struct cell_result),
	    14 },
	{ "set", sizeof(struct cell_set), sizeof(struct cell_result), 24 },
	{ "attach", sizeof(struct cell_op), 0, 16 },
	{ "kill", sizeof(struct cell_op), 0, 3 },
	{ "destroy", sizeof(struct cell_op), 0, 8 },
	{ "list", sizeof(struct cell_select), 0, 10 },
	{ "denials", sizeof(struct cell_select), 0, 10 },
	{ "counters", sizeof(struct cell_select),
	    sizeof(struct cell_counters), 7 },
	{ "policy", 0, 1 << 15, 2 },
	{ "version", 0, sizeof(struct cell_version), 3 },
	{ "id", 0, sizeof(uint32_t), 3 },
};

static void
fill(const char *node, void *new)
{
	struct cell_create *cc = new;
	struct cell_op *co = new;
	struct cell_select *sl = new;

	/* The version is where every request has it. */
	*(uint32_t *)new = CELL_ABI_VERSION;
	if (strcmp(node, "create") == 0)
		some_config(&cc->cc_config);
	else if (strcmp(node, "set") == 0)
		some_set(new);
	else if (strcmp(node, "attach") == 0 || strcmp(node, "kill") == 0 ||
	    strcmp(node, "destroy") == 0)
		co->co_id = some_id();
	else {
		sl->sl_id = percent(50) ? some_id() : 0;
		sl->sl_since = percent(70) ? 0 : chance64();
		if (percent(30))
			strcpy(sl->sl_name, names[chance(8)]);
	}
}

/* As much as there is, nothing, or something in between. */
static size_t
some_room(const char *node, size_t oldlen)
{
	if (oldlen == 0 && strcmp(node, "list") == 0)
		oldlen = nlisting * sizeof(struct cell_info);
	else if (oldlen == 0 && strcmp(node, "denials") == 0)
		oldlen = chance(64) * sizeof(struct cell_denial);
	switch (chance(10)) {
	case 0:
		return 0;
	case 1:
		return oldlen > 0 ? oldlen - 1 : 0;
	case 2:
		return oldlen + 1 + chance(100);
	case 3:
		return chance((uint32_t)oldlen + 1);
	default:
		return oldlen;
	}
}

static size_t
some_size(size_t newlen)
{
	switch (chance(5)) {
	case 0:
		return newlen - 1;
	case 1:
		return newlen + 1;
	case 2:
		return 0;
	case 3:
		return chance(64);
	default:
		return chance(4096);
	}
}

void
request_make(struct request *rq)
{
	unsigned int n = chance(100), i = 0, sum = 0;
	size_t full;

	while ((sum += kinds[i].weight) <= n)
		i++;
	memset(rq, 0, sizeof(*rq));
	rq->node = kinds[i].node;
	full = kinds[i].newlen;
	if (full != 0 && !percent(5)) {
		rq->new = calloc(1, full);
		rq->newlen = full;
		fill(rq->node, rq->new);
		if (percent(25))
			spoil(rq->new, full);
		if (percent(5)) {
			rq->newlen = some_size(full);
			/* malloc(0) is a place, too. */
			rq->new = realloc(rq->new,
			    rq->newlen != 0 ? rq->newlen : 1);
			if (rq->newlen > full)
				memset((char *)rq->new + full, 0,
				    rq->newlen - full);
		}
	} else if (percent(5)) {
		rq->newlen = chance(64);
		rq->new = calloc(1, rq->newlen + 1);
	}
	if (percent(90)) {
		rq->oldlen = some_room(rq->node, kinds[i].oldlen);
		rq->old = malloc(rq->oldlen != 0 ? rq->oldlen : 1);
		memset(rq->old, 0xa5, rq->oldlen);
	} else
		rq->oldlen = percent(50) ? 0 : chance(100000);
}

void
request_free(struct request *rq)
{
	free(rq->new);
	free(rq->old);
}
