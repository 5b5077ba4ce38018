/*
 * policy_world.c -- the host and three cells: A, whose policy is what is
 * tested; B, which stays low and enforces; D, with A's policy, which is
 * dying.  Each has a root and a user, and all users have the same number, so
 * that nothing but the cell tells them apart.  What the other models say was
 * asked first, while secmodel_cell was not loaded.
 */

#include <atf-c.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy_engine.h"

#define	USER		100

const struct whois whos[NWHO] = {
	{ "host root", HOST, 0 },	{ "host user", HOST, USER },
	{ "root of A", A, 0 },		{ "user of A", A, USER },
	{ "peer of A", A, USER },
	{ "root of B", B, 0 },		{ "user of B", B, USER },
	{ "root of dying D", D, 0 },	{ "user of dying D", D, USER },
};

struct proc *procs[NWHO];
struct policy policies[NCELLS];
uint32_t ids[NCELLS];
struct cell_rule *rules;
size_t nrules;
bool refused_without[MAXROWS][NWHO][NWHO];

static struct proc *killer;
static pthread_t killing;

int
ask(const struct row *r, enum who actor, enum who object)
{
	if (r->ask != NULL)
		return (*r->ask)(procs[actor], procs[object]);
	return rig_ask(procs[actor], r->scope, r->action, r->request,
	    procs[object]);
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

static void
let_d_die(void)
{
	struct cell_info ci;

	killer = rig_proc_create(0);
	ATF_REQUIRE_EQ(pthread_create(&killing, NULL, kill_d, killer), 0);
	do {
		usleep(100);
		ATF_REQUIRE_EQ(call_info(procs[H_ROOT], ids[D], &ci), 0);
	} while (ci.ci_state != CELL_STATE_DYING);
}

void
world_begin(uint32_t profile, uint32_t mode)
{
	int w;

	rig_boot_bare();
	for (w = 0; w < NWHO; w++)
		make_proc(w);
	ask_without();
	ATF_REQUIRE_EQ(rig_model_load(), 0);
	free(rules);
	ATF_REQUIRE_EQ(call_policy(procs[H_ROOT], &rules, &nrules), 0);
	make_cells(profile, mode);
	let_d_die();
}

void
world_end(void)
{
	int i;

	ATF_CHECK_EQ(rig_reap_killed(), 2);
	ATF_REQUIRE_EQ(pthread_join(killing, NULL), 0);
	for (i = A_ROOT; i <= B_USER; i++)
		rig_exit(procs[i]);
	for (i = A; i < NCELLS; i++)
		ATF_CHECK_EQ(call_destroy(procs[H_ROOT], ids[i]), 0);
	ATF_REQUIRE_EQ(rig_model_unload(), 0);
	ATF_REQUIRE_EQ(rig_halt(), 0);
}
