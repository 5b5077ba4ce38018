/*
 * fuzz.c -- random calls to every node of secmodel_cell(9) on the rig.
 *
 *	fuzz [-s seed] [-n calls] [-t seconds]
 *
 * Ends after so many calls or seconds, whichever comes first, and without
 * either after FUZZ_SECONDS of the environment.  Prints the seed first: the
 * same seed makes the same calls.  Exit status 0: everything held; else what
 * did not is on standard error, after the calls that led there.
 */

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define	LAST		20	/* calls that are remembered */
#define	SCAN		2000	/* calls between looks at all ports */

static uint64_t seed, calls;
static struct call {
	const char	*node;
	int		error;
	uint32_t	word[8];
} last[LAST];

void
fail(const char *fmt, ...)
{
	const struct call *c;
	va_list ap;
	unsigned int i, k;

	for (i = 0; i < LAST; i++) {
		c = &last[(calls + i) % LAST];
		if (c->node == NULL)
			continue;
		fprintf(stderr, "%-10s error %2d:", c->node, c->error);
		for (k = 0; k < 8; k++)
			fprintf(stderr, " %x", c->word[k]);
		fprintf(stderr, "\n");
	}
	fprintf(stderr, "fuzz: seed %llu, call %llu: ",
	    (unsigned long long)seed, (unsigned long long)calls);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	abort();
}

static void
remember(const struct request *rq)
{
	struct call *c = &last[calls % LAST];
	size_t len = rq->newlen;

	c->node = rq->node;
	c->error = -1;
	memset(c->word, 0, sizeof(c->word));
	if (rq->new != NULL)
		memcpy(c->word, rq->new, len < sizeof(c->word) ? len :
		    sizeof(c->word));
}

static bool
is(const struct request *rq, const char *node)
{
	return strcmp(rq->node, node) == 0;
}

/* Errors that a node may answer with. */
static void
check_error(const struct request *rq, int error)
{
	switch (error) {
	case 0:
	case EPERM:
	case EINVAL:
	case ENOMEM:
		return;
	case ESRCH:
		if (rq->newlen != 0)
			return;
		break;
	case EEXIST:
		if (is(rq, "create"))
			return;
		break;
	case EADDRINUSE:
		if (is(rq, "create") || is(rq, "set"))
			return;
		break;
	case EBUSY:
		if (is(rq, "set") || is(rq, "attach") || is(rq, "destroy"))
			return;
		break;
	case EAGAIN:
		if (is(rq, "attach"))
			return;
		break;
	}
	fail("%s: %s", rq->node, strerror(error));
}

/* Nobody reaps who was killed, so that they end before. */
static void
before_call(struct proc **pp, const struct request *rq)
{
	const struct cell_op *co = rq->new;

	if (is(rq, "kill") && rq->newlen == sizeof(*co)) {
		world_empty(co->co_id);
		*pp = root;
	}
	/* The two that are always there stay where they are. */
	if (is(rq, "attach") && (*pp == root || *pp == user)) {
		*pp = nactors != 0 ? actors[chance((uint32_t)nactors)].p :
		    user;
	}
}

static void
after_call(struct proc *p, const struct request *rq, int error)
{
	const struct cell_op *co = rq->new;
	const bool reads = is(rq, "list") || is(rq, "denials") ||
	    is(rq, "counters") || is(rq, "policy") || is(rq, "version") ||
	    is(rq, "id");

	if (error == 0 && is(rq, "attach"))
		world_attached(p, co->co_id);
	check_take(error != 0 || reads);
	if (error == 0 && is(rq, "create") &&
	    rq->oldlen >= sizeof(struct cell_result) && rq->old != NULL)
		check_created(rq->new, rq->old);
	if (error == 0 && is(rq, "set"))
		check_set(rq->new);
}

static void
one_call(void)
{
	struct proc *p = world_pick();
	struct request rq;
	size_t len;
	int error;

	request_make(&rq);
	if (is(&rq, "create") && nlisting >= MAXCELLS)
		goto out;
	before_call(&p, &rq);
	check_take(false);
	remember(&rq);
	len = rq.oldlen;
	error = rig_sysctl(p, rq.node, rq.old, &len, rq.new, rq.newlen);
	last[calls % LAST].error = error;
	check_error(&rq, error);
	after_call(p, &rq, error);
	calls++;
 out:
	request_free(&rq);
}

/* Everything is given back, and the rig finds nothing left. */
static void
finish(void)
{
	size_t i;

	world_fini();
	for (i = 0; i < nlisting; i++) {
		struct proc *p = rig_proc_create(0);

		if (call_destroy(p, listing[i].ci_id) != 0)
			fail("cell %u stays", listing[i].ci_id);
		rig_exit(p);
	}
	if (rig_halt() != 0)
		fail("the rig does not halt");
}

int
main(int argc, char **argv)
{
	const char *env = getenv("FUZZ_SECONDS");
	uint64_t limit = UINT64_MAX;
	double seconds = env != NULL ? atof(env) : 3;
	struct timespec begin, now;
	int ch;

	seed = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();
	while ((ch = getopt(argc, argv, "n:s:t:")) != -1) {
		switch (ch) {
		case 'n':
			limit = strtoull(optarg, NULL, 0);
			seconds = 1e9;
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = atof(optarg);
			break;
		default:
			errx(2, "usage: fuzz [-s seed] [-n calls] "
			    "[-t seconds]");
		}
	}
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	chance_seed(seed);
	rig_boot();
	world_init();
	check_init();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		if (percent(40))
			world_act();
		else
			one_call();
		if (calls % SCAN == SCAN - 1)
			check_all_ports();
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (calls < limit && (double)(now.tv_sec - begin.tv_sec) +
	    (double)(now.tv_nsec - begin.tv_nsec) / 1e9 < seconds);
	check_take(false);
	finish();
	printf("%llu calls\n", (unsigned long long)calls);
	return 0;
}
