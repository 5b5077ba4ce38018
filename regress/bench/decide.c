/*
 * decide.c -- what a decision of secmodel_cell(9) costs, on the rig.
 *
 *	decide [questions per sample]
 *
 * The same questions are asked without the model, with it and no cell, and
 * with 1, 100 and 10,000 cells whose declared ports fill the table, by a
 * credential of the host and by a member's.  A sample is the processor time
 * of many questions; each figure is the least of several samples.  Printed
 * are nanoseconds a question, and two ratios of interest: a host credential
 * with cells to the same without the model, and 10,000 cells to one.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig.h"
#include "cellcall.h"
#include "include/sys/kauth.h"

#define	SAMPLES		15
#define	PORTS		60000	/* declared by all cells together, at most */

enum { BARE, EMPTY, ONE, HUNDRED, MANY, NPHASE };
static const struct {
	const char *name;
	unsigned int cells;
} phases[NPHASE] = {
	[BARE] = { "no model", 0 },
	[EMPTY] = { "0 cells", 0 },
	[ONE] = { "1", 1 },
	[HUNDRED] = { "100", 100 },
	[MANY] = { "10000", 10000 },
};

/* Who asks, and upon whom where there is somebody. */
struct asker {
	struct proc *who;
	struct proc *peer;
	struct socket *so;
};

static int
ask_see(struct asker *a)
{

	return rig_cansee(a->who, a->peer, KAUTH_REQ_PROCESS_CANSEE_ENTRY);
}

static int
ask_signal(struct asker *a)
{

	return rig_may_signal(a->who, a->peer, 15);
}

static int
ask_bind(struct asker *a)
{
	uint16_t port;

	/* Two questions: about any port, and about the one that is free. */
	return rig_bind_any(a->who, a->so, NULL, 65000, &port);
}

static int
ask_mount(struct asker *a)
{

	return rig_ask(a->who, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,
	    KAUTH_REQ_SYSTEM_MOUNT_GET, NULL);
}

static int
ask_device(struct asker *a)
{

	/* /dev/null */
	return rig_rawio(a->who, KAUTH_REQ_DEVICE_RAWIO_SPEC_RW, false, 2, 2);
}

static int
ask_machdep(struct asker *a)
{

	return rig_ask(a->who, CELL_SCOPE_MACHDEP, KAUTH_MACHDEP_LDT_GET, 0,
	    NULL);
}

static int
ask_vnode(struct asker *a)
{

	return rig_ask(a->who, CELL_SCOPE_VNODE, KAUTH_VNODE_READ_DATA, 0,
	    NULL);
}

static const struct {
	const char *name;
	int (*ask)(struct asker *);
} questions[] = {
	{ "process: see", ask_see },
	{ "process: signal", ask_signal },
	{ "network: bind, any port", ask_bind },
	{ "system: mount, get", ask_mount },
	{ "device: /dev/null", ask_device },
	{ "machdep: ldt, get", ask_machdep },
	{ "vnode: read", ask_vnode },
};
#define	NQUESTION	(sizeof(questions) / sizeof(questions[0]))

/* Results in nanoseconds: by the host, and by a member. */
static double took[2][NQUESTION][NPHASE];

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
asker_open(struct asker *a)
{

	if (rig_socket(a->who, 4, 2, 0, &a->so) != 0)
		errx(1, "no socket");
}

static void
asker_close(struct asker *a)
{

	rig_close(a->so);
	rig_exit(a->who);
	if (a->peer != a->who)
		rig_exit(a->peer);
}

static double
sample(struct asker *a, size_t q, unsigned long count)
{
	double began;

	began = now();
	for (unsigned long i = 0; i < count; i++)
		if (questions[q].ask(a) != 0)
			errx(1, "%s: refused", questions[q].name);
	return (now() - began) / (double)count;
}

static void
measure(struct asker *a, int member, int phase, unsigned long count)
{

	for (size_t q = 0; q < NQUESTION; q++) {
		double least = sample(a, q, count / 10 + 1);

		for (int s = 0; s < SAMPLES; s++) {
			double t = sample(a, q, count);

			if (s == 0 || t < least)
				least = t;
		}
		took[member][q][phase] = least;
	}
}

/* Makes cells with ports of their own until there are so many. */
static void
populate(struct proc *root, unsigned int from, unsigned int to)
{
	static struct cell_config cf;
	struct cell_result result;
	unsigned int each = to == 0 ? 0 : PORTS / to;
	int error;

	if (each > CELL_MAXPORTS)
		each = CELL_MAXPORTS;
	for (unsigned int i = from; i < to; i++) {
		char name[CELL_NAMELEN];

		snprintf(name, sizeof(name), "cell%u", i);
		config_init(&cf, name);
		for (unsigned int p = 0; p < each; p++)
			config_port(&cf, (uint16_t)(1 + i * each + p));
		if ((error = call_create(root, &cf, &result)) != 0)
			errx(1, "%s: %s", name, strerror(error));
	}
}

static void
depopulate(struct proc *root)
{
	struct cell_info *infos;
	size_t n;

	if (call_list(root, 0, &infos, &n) != 0)
		errx(1, "no list of cells");
	for (size_t i = 0; i < n; i++)
		if (call_destroy(root, infos[i].ci_id) != 0)
			errx(1, "cell %u: not destroyed", infos[i].ci_id);
	free(infos);
}

/* The cell in the middle of the list. */
static uint32_t
middle(struct proc *root)
{
	struct cell_info *infos;
	uint32_t id;
	size_t n;

	if (call_list(root, 0, &infos, &n) != 0 || n == 0)
		errx(1, "no list of cells");
	id = infos[n / 2].ci_id;
	free(infos);
	return id;
}

static void
phase_run(int phase, unsigned long count)
{
	struct proc *root = rig_init();
	struct asker host, member;

	populate(root, 0, phases[phase].cells);
	host.who = rig_proc_create(0);
	host.peer = rig_proc_create(0);
	asker_open(&host);
	measure(&host, 0, phase, count);
	asker_close(&host);
	if (phases[phase].cells > 0) {
		uint32_t id = middle(root);

		member.who = member_create(id, 0);
		member.peer = member_create(id, 0);
		asker_open(&member);
		measure(&member, 1, phase, count);
		asker_close(&member);
		depopulate(root);
	}
}

static void
report(void)
{

	printf("ns a decision%*s", 16, "");
	for (int p = 0; p < NPHASE; p++)
		printf("%10s", phases[p].name);
	printf("  10000:none  10000:1\n");
	for (int m = 0; m < 2; m++)
		for (size_t q = 0; q < NQUESTION; q++) {
			double *t = took[m][q];

			printf("%-24s%-6s", questions[q].name,
			    m ? "member" : "host");
			for (int p = 0; p < NPHASE; p++)
				if (t[p] > 0)
					printf("%10.1f", t[p]);
				else
					printf("%10s", "-");
			/* A member is held against the host's baseline. */
			printf("%11.2fx%8.2fx\n",
			    t[MANY] / took[0][q][BARE], t[MANY] / t[ONE]);
		}
}

int
main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;

	rig_boot_bare();
	phase_run(BARE, count);
	if (rig_model_load() != 0)
		errx(1, "the model does not load");
	for (int phase = EMPTY; phase < NPHASE; phase++)
		phase_run(phase, count);
	report();
	return 0;
}
