/*
 * kernel_bench.c -- what a decision of secmodel_cell(9) costs, on the rig.
 *
 *	kernel_bench [-r rounds] [-u microseconds]
 *
 * Five rigs stand side by side, each a process: without the model, with it
 * and no cell, and with 1, 100 and 10,000 cells, each with a process and as
 * many ports as there are for it.  In each round each question is put to all
 * of them in turn, for so many microseconds of processor time each, so that
 * what slows the machine down slows all of them.  A figure is the median over
 * the rounds of the ratio within a round.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "cellcall.h"
#include "kernel_questions.h"

#define	MAXROUNDS	1001
#define	MAXQUESTIONS	32
#define	USER		100
#define	PORTS		59999	/* below what bind_picked() asks for */

enum { BARE, EMPTY, ONE, HUNDRED, MANY, NRIGS };
static const struct {
	const char	*name;
	unsigned int	cells;
} setups[NRIGS] = {
	[BARE] = { "no model", 0 },
	[EMPTY] = { "0", 0 },
	[ONE] = { "1", 1 },
	[HUNDRED] = { "100", 100 },
	[MANY] = { "10000", 10000 },
};

enum { HOST_ROOT, HOST_USER, MEMBER, NASKERS };
static const char *const asker_names[NASKERS] = {
	"host root", "host user", "cell user"
};

struct order {
	unsigned int	question;	/* nquestions: kauth_cred_getdata */
	unsigned int	asker;
	unsigned long	n;
};

static struct {
	int	to, from;
} rigs[NRIGS];

/* Nanoseconds a question, by round. */
static double took[NASKERS][MAXQUESTIONS][NRIGS][MAXROUNDS];
static unsigned int rounds = 25;
static double budget = 700;		/* microseconds */

/* --- One rig --- */

static uint32_t
make_cell(struct proc *root, unsigned int i, unsigned int cells)
{
	struct cell_config cf;
	struct cell_result cr;
	unsigned int each = PORTS / cells, p;
	char name[16];

	snprintf(name, sizeof(name), "c%u", i);
	config_init(&cf, name);
	if (each > CELL_MAXPORTS)
		each = CELL_MAXPORTS;
	for (p = 0; p < each; p++)
		config_port(&cf, (uint16_t)(1 + i * each + p));
	if (call_create(root, &cf, &cr) != 0)
		errx(1, "cell %u of %u", i, cells);
	return cr.cr_id;
}

static void
open_sockets(struct asked *a)
{
	if (rig_socket(a->actor, 4, 1, 0, &a->so) != 0 ||
	    rig_socket(a->stranger, 4, 1, 0, &a->so_stranger) != 0)
		errx(1, "no socket");
}

static void
setup(unsigned int rig, struct asked *askers)
{
	struct proc *root, *stranger;
	uint32_t id, own = 0;
	unsigned int i;

	rig == BARE ? rig_boot_bare() : rig_boot();
	questions_init();
	root = rig_proc_create(0);
	stranger = rig_proc_create(USER);
	for (i = 0; i < setups[rig].cells; i++) {
		id = make_cell(root, i, setups[rig].cells);
		stranger = member_create(id, USER);
		/* Somewhere in the middle. */
		if (i == setups[rig].cells / 2)
			own = id;
	}
	for (i = 0; i < NASKERS; i++) {
		const unsigned int uid = i == HOST_ROOT ? 0 : USER;

		askers[i].actor = i == MEMBER && own != 0 ?
		    member_create(own, uid) : rig_proc_create(uid);
		if (rig_fork(askers[i].actor, &askers[i].peer) != 0)
			errx(1, "fork");
		askers[i].stranger = stranger;
		open_sockets(&askers[i]);
	}
}

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
serve(unsigned int rig, int in, int out)
{
	struct asked askers[NASKERS];
	struct order o;
	double begin, ns = 0;

	setup(rig, askers);
	(void)!write(out, &ns, sizeof(ns));
	while (read(in, &o, sizeof(o)) == sizeof(o)) {
		begin = now();
		(void)(o.question == nquestions ? question_getdata :
		    questions[o.question].ask)(&askers[o.asker], o.n);
		ns = (now() - begin) / (double)o.n;
		if (write(out, &ns, sizeof(ns)) != sizeof(ns))
			break;
	}
	_exit(0);
}

/* --- All of them --- */

static double
reply(unsigned int rig)
{
	double ns;

	if (read(rigs[rig].from, &ns, sizeof(ns)) != sizeof(ns))
		errx(1, "the rig with %s cells is gone", setups[rig].name);
	return ns;
}

static double
put(unsigned int rig, unsigned int question, unsigned int asker,
    unsigned long n)
{
	struct order o = { question, asker, n };

	if (write(rigs[rig].to, &o, sizeof(o)) != sizeof(o))
		err(1, "write");
	return reply(rig);
}

static void
start(void)
{
	unsigned int i;
	int to[2], from[2];

	for (i = 0; i < NRIGS; i++) {
		if (pipe(to) != 0 || pipe(from) != 0)
			err(1, "pipe");
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			close(to[1]);
			close(from[0]);
			serve(i, to[0], from[1]);
		}
		close(to[0]);
		close(from[1]);
		rigs[i].to = to[1];
		rigs[i].from = from[0];
	}
	for (i = 0; i < NRIGS; i++)
		(void)reply(i);
}

static void
stop(void)
{
	unsigned int i;

	for (i = 0; i < NRIGS; i++)
		close(rigs[i].to);
	while (wait(NULL) > 0)
		continue;
}

static void
measure(unsigned int asker, unsigned int question)
{
	unsigned int round, i;
	unsigned long n;
	double ns;

	ns = put(BARE, question, asker, 1000);
	n = (unsigned long)(budget * 1000 / (ns > 1 ? ns : 1)) + 1;
	for (round = 0; round < rounds; round++)
		for (i = 0; i < NRIGS; i++)
			took[asker][question][(i + round) % NRIGS][round] =
			    put((i + round) % NRIGS, question, asker, n);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double
median(double *v)
{
	qsort(v, rounds, sizeof(*v), by_size);
	return v[rounds / 2];
}

static double
nanoseconds(unsigned int asker, unsigned int q, unsigned int rig)
{
	double v[MAXROUNDS];

	memcpy(v, took[asker][q][rig], sizeof(v));
	return median(v);
}

/* Of one rig to another, or of what one has more to getdata's time. */
static double
ratio(unsigned int asker, unsigned int q, unsigned int rig,
    unsigned int other)
{
	double v[MAXROUNDS];
	unsigned int i;

	for (i = 0; i < rounds; i++)
		v[i] = took[asker][q][rig][i] / took[asker][q][other][i];
	return median(v);
}

static double
getdatas(unsigned int asker, unsigned int q, unsigned int rig)
{
	double v[MAXROUNDS];
	unsigned int i;

	for (i = 0; i < rounds; i++)
		v[i] = (took[asker][q][rig][i] - took[asker][q][BARE][i]) /
		    took[asker][nquestions][rig][i];
	return median(v);
}

static void
print_asker(unsigned int asker)
{
	unsigned int q, i;

	printf("%s\n%-8s %-17s %8s", asker_names[asker], "scope", "question",
	    "ns bare");
	for (i = EMPTY; i < NRIGS; i++)
		printf(" %7s", setups[i].name);
	printf(" %9s %9s\n", "10000:1", "getdata");
	for (q = 0; q < nquestions; q++) {
		printf("%-8s %-17s %8.1f", questions[q].scope,
		    questions[q].what, nanoseconds(asker, q, BARE));
		for (i = EMPTY; i < NRIGS; i++)
			printf(" %7.2f", ratio(asker, q, i, BARE));
		printf(" %9.3f %9.2f\n", ratio(asker, q, MANY, ONE),
		    getdatas(asker, q, MANY));
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	unsigned int asker, q;
	int ch;

	while ((ch = getopt(argc, argv, "r:u:")) != -1) {
		switch (ch) {
		case 'r':
			rounds = (unsigned int)atoi(optarg);
			break;
		case 'u':
			budget = atof(optarg);
			break;
		default:
			errx(2, "usage: kernel_bench [-r rounds] "
			    "[-u microseconds]");
		}
	}
	if (rounds < 1 || rounds > MAXROUNDS || nquestions >= MAXQUESTIONS)
		errx(2, "1 to %d rounds", MAXROUNDS);
	start();
	for (asker = 0; asker < NASKERS; asker++)
		for (q = 0; q <= nquestions; q++)
			measure(asker, q);
	stop();
	printf("Time of a decision: nanoseconds without the model, then by "
	    "number of cells as a\nratio to that; 10,000 cells to one; and "
	    "what 10,000 cells cost more than no\nmodel, in calls of "
	    "kauth_cred_getdata(9) (%.1f ns here).\nMedians of %u rounds.\n\n",
	    nanoseconds(HOST_USER, nquestions, MANY), rounds);
	for (asker = 0; asker < NASKERS; asker++)
		print_asker(asker);
	return 0;
}
