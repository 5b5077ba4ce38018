/*
 * stress.c -- secmodel_cell(9) on the rig with many threads.
 *
 *	stress [-s seed] [-t seconds]
 *
 * Without -t STRESS_SECONDS of the environment count.  Exit status 0: every
 * check held, and in the end everything that was allocated is given back.
 */

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define	MAXIDS		(1 << 20)

uint32_t limit_cell, toggle_cell;

static volatile int over_now;
static uint64_t seed;
static unsigned int attaches[MAXIDS];

/* A process asks itself without a lock whether it was sent a signal. */
const char *__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
	return "race:rig_was_killed\n";
}

void
fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "stress: seed %llu: ", (unsigned long long)seed);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	abort();
}

bool
over(void)
{
	return __atomic_load_n(&over_now, __ATOMIC_RELAXED) != 0;
}

void
attached(uint32_t id)
{
	REQUIRE(id < MAXIDS);
	__atomic_fetch_add(&attaches[id], 1, __ATOMIC_RELAXED);
}

/* splitmix64, by Sebastiano Vigna. */
uint32_t
chance(struct chance *c, uint32_t n)
{
	uint64_t z = (c->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (uint32_t)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

static const struct {
	const char	*name;
	void		*(*body)(void *);
	unsigned int	n;
} kinds[] = {
	{ "work", work, NWORKERS }, { "fork", fork_at_the_limit, NFORKERS },
	{ "admin", admin, NADMINS }, { "toggle", toggle, 1 },
	{ "decide", decide, 1 }, { "observe", observe, 1 },
};
#define	NTHREADS	(NWORKERS + NFORKERS + NADMINS + 3)

static void
run(struct thread *threads, double seconds)
{
	struct timespec ts = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)
	};
	unsigned int i, k, n = 0;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (i = 0; i < kinds[k].n; i++, n++) {
			threads[n].index = i;
			threads[n].c.state = seed + n;
			REQUIRE(pthread_create(&threads[n].t, NULL,
			    kinds[k].body, &threads[n]) == 0);
		}
	nanosleep(&ts, NULL);
	__atomic_store_n(&over_now, 1, __ATOMIC_RELAXED);
	for (i = 0; i < n; i++)
		REQUIRE(pthread_join(threads[i].t, NULL) == 0);
}

static void
report(const struct thread *threads)
{
	unsigned int i, k, n = 0;
	uint64_t steps;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (steps = i = 0; i < kinds[k].n; i++, n++)
			steps += threads[n].steps;
		REQUIRE(steps > 0);
		printf("%s %llu ", kinds[k].name, (unsigned long long)steps);
	}
	printf("\n");
}

/* Empty cells that nobody names any more. */
static void
check_and_destroy(struct proc *root)
{
	struct cell_info *ci;
	size_t i, n;

	REQUIRE(call_list(root, 0, &ci, &n) == 0);
	for (i = 0; i < n; i++) {
		REQUIRE(ci[i].ci_nproc == 0);
		REQUIRE(ci[i].ci_refs == 0);
		REQUIRE(ci[i].ci_rss == 0 && ci[i].ci_vsz == 0);
		REQUIRE(attaches[ci[i].ci_id] + ci[i].ci_forks ==
		    ci[i].ci_exits);
		REQUIRE(call_destroy(root, ci[i].ci_id) == 0);
	}
	free(ci);
}

static void
setup(struct proc *root, struct thread *threads)
{
	struct cell_config cf;
	struct cell_result cr;
	unsigned int i, k;

	for (i = 0; i < NTHREADS; i++)
		REQUIRE(rig_fork(root, &threads[i].root) == 0);
	for (i = 0; i < NWORKERS; i++)
		for (k = 0; k < NSLOTS; k++)
			pthread_rwlock_init(&slots[i][k].lock, NULL);
	config_init(&cf, "limit");
	cf.cf_maxproc = LIMIT;
	REQUIRE(call_create(root, &cf, &cr) == 0);
	limit_cell = cr.cr_id;
	REQUIRE(call_create_as(root, "toggle", CELL_PROFILE_LOW,
	    CELL_MODE_ENFORCE, 0, &toggle_cell) == 0);
}

int
main(int argc, char **argv)
{
	const char *env = getenv("STRESS_SECONDS");
	double seconds = env != NULL ? atof(env) : 3;
	static struct thread threads[NTHREADS];
	unsigned long bytes, creds;
	struct cell_info ci;
	struct proc *root;
	unsigned int i;
	uint32_t first;
	int ch;

	seed = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();
	while ((ch = getopt(argc, argv, "s:t:")) != -1) {
		switch (ch) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			seconds = atof(optarg);
			break;
		default:
			errx(2, "usage: stress [-s seed] [-t seconds]");
		}
	}
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	rig_boot();
	root = rig_proc_create(0);
	/* The first cell has the model make what it keeps until it goes. */
	REQUIRE(call_create_as(root, "first", CELL_PROFILE_LOW,
	    CELL_MODE_ENFORCE, 0, &first) == 0);
	REQUIRE(call_destroy(root, first) == 0);
	bytes = rig_kmem_bytes();
	creds = rig_cred_count();
	setup(root, threads);
	run(threads, seconds);
	report(threads);
	REQUIRE(call_info(root, limit_cell, &ci) == 0);
	printf("%llu forks at a limit of %d, never more than %u\n",
	    (unsigned long long)ci.ci_forks, LIMIT, ci.ci_npeak);
	check_and_destroy(root);
	for (i = 0; i < NTHREADS; i++)
		rig_exit(threads[i].root);
	REQUIRE(rig_cred_count() == creds);
	REQUIRE(rig_kmem_bytes() == bytes);
	rig_exit(root);
	REQUIRE(rig_halt() == 0);
	return 0;
}
