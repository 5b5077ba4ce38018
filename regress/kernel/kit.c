/* kit.c -- what tests of secmodel_cell(9) on the rig begin and end with. */

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "kit.h"

#define	MAXPROCS	512

struct proc *root;

static struct proc *procs[MAXPROCS];
static size_t nprocs;
static struct cell_rule *rules;
static size_t nrules;

static struct proc *
keep(struct proc *p)
{
	ATF_REQUIRE(nprocs < MAXPROCS);
	procs[nprocs++] = p;
	return p;
}

void
boot(void)
{
	rig_boot();
	root = rig_proc_create(0);
	MUST(call_policy(root, &rules, &nrules));
}

void
gone(struct proc *p)
{
	size_t i;

	for (i = 0; i < nprocs && procs[i] != p; i++)
		continue;
	ATF_REQUIRE(i < nprocs);
	procs[i] = procs[--nprocs];
	rig_exit(p);
}

void
done(void)
{
	struct cell_info *ci;
	size_t i, n;

	while (nprocs > 0)
		gone(procs[nprocs - 1]);
	MUST(call_list(root, 0, &ci, &n));
	for (i = 0; i < n; i++)
		OK(call_destroy(root, ci[i].ci_id));
	free(ci);
	free(rules);
	rig_exit(root);
	MUST(rig_halt());
}

struct proc *
host(unsigned int uid)
{
	return keep(rig_proc_create(uid));
}

struct proc *
member(uint32_t id, unsigned int uid)
{
	return keep(member_create(id, uid));
}

struct proc *
child(struct proc *p)
{
	struct proc *c;

	MUST(rig_fork(p, &c));
	return keep(c);
}

uint32_t
cell_as(const char *name, uint32_t profile, uint32_t mode, uint32_t allow)
{
	uint32_t id;

	MUST(call_create_as(root, name, profile, mode, allow, &id));
	return id;
}

uint32_t
cell(const char *name)
{
	return cell_as(name, CELL_PROFILE_HIGH, CELL_MODE_ENFORCE, 0);
}

uint32_t
cell_of(struct proc *p)
{
	uint32_t id;

	MUST(call_id(p, &id));
	return id;
}

struct cell_info
info(uint32_t id)
{
	struct cell_info ci;

	MUST(call_info(root, id, &ci));
	return ci;
}

struct cell_counters
counters(uint32_t id)
{
	struct cell_counters ct;

	MUST(call_counters(root, id, &ct));
	return ct;
}

unsigned int
rule(const char *name)
{
	size_t i;

	for (i = 0; i < nrules; i++)
		if (strcmp(rules[i].ru_name, name) == 0)
			return (unsigned int)i;
	atf_tc_fail("there is no rule %s", name);
}

uint64_t
denied(uint32_t id, const char *name)
{
	return counters(id).ct_denied[rule(name)];
}

uint64_t
learned(uint32_t id, const char *name)
{
	return counters(id).ct_learned[rule(name)];
}

uint64_t
excepted(uint32_t id, const char *name)
{
	return counters(id).ct_excepted[rule(name)];
}

static pthread_t killer;
static uint32_t killed;

static void *
kill_slowly(void *p)
{
	struct lwp *l = rig_thread(p);

	(void)call_kill(p, killed);
	rig_thread_end(l);
	return NULL;
}

void
dying(uint32_t id)
{
	killed = id;
	MUST(pthread_create(&killer, NULL, kill_slowly, host(0)));
	while (info(id).ci_state != CELL_STATE_DYING)
		usleep(100);
}

void
dead(void)
{
	size_t i;

	for (i = nprocs; i-- > 0;)
		if (cell_of(procs[i]) == killed)
			gone(procs[i]);
	MUST(pthread_join(killer, NULL));
}

struct state
state_take(void)
{
	struct state st;
	size_t i;

	MUST(call_list(root, 0, &st.ci, &st.n));
	for (i = 0; i < st.n; i++)
		st.ci[i].ci_uptime = 0;
	return st;
}

void
state_same(struct state before, struct state after, const char *what)
{
	ATF_CHECK_EQ_MSG(before.n, after.n, "%s: cells", what);
	ATF_CHECK_MSG(before.n == after.n && memcmp(before.ci, after.ci,
	    before.n * sizeof(*before.ci)) == 0, "%s: something changed", what);
	free(before.ci);
	free(after.ci);
}
