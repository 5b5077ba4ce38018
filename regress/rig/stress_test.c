/*
 * stress_test.c -- the model under many threads: decisions, forks and exits
 * while policies change and cells come and go.  It asserts what must hold at
 * any moment; ThreadSanitizer (make tsan) sees the rest.
 */

#include <atf-c.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/cell.h>

#include "rig.h"
#include "include/sys/kauth.h"

#define	NCELLS		4
#define	ROUNDS		400

static int stop;
static struct proc *root;
static uint32_t cells[NCELLS];
static struct proc *leaders[NCELLS];

static void
fill(struct cell_config *cf, const char *name, uint32_t profile)
{
	memset(cf, 0, sizeof(*cf));
	strncpy(cf->cf_name, name, CELL_NAMEMAX);
	strcpy(cf->cf_root, "/");
	cf->cf_profile = profile;
	cf->cf_mode = CELL_MODE_ENFORCE;
}

static int
create(struct proc *p, const char *name, uint32_t *id)
{
	struct cell_create cc = { .cc_version = CELL_ABI_VERSION };
	struct cell_result cr;
	size_t len = sizeof(cr);
	int error;

	fill(&cc.cc_config, name, CELL_PROFILE_HIGH);
	error = rig_sysctl(p, "create", &cr, &len, &cc, sizeof(cc));
	*id = error == 0 ? cr.cr_id : 0;
	return error;
}

static int
operate(struct proc *p, const char *node, uint32_t id)
{
	struct cell_op co = { .co_version = CELL_ABI_VERSION, .co_id = id };

	return rig_sysctl(p, node, NULL, NULL, &co, sizeof(co));
}

static void
require(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

/* A member: may do to its own cell what it may not to the next. */
static void *
member(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;
	struct proc *me = leaders[i], *other = leaders[(i + 1) % NCELLS];
	struct proc *child;
	struct lwp *l = rig_thread(me);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		require(rig_kill(me, other, 0) == EPERM, "signal across");
		require(rig_kill(me, me, 0) == 0, "signal within");
		require(rig_cansee(me, other,
		    KAUTH_REQ_PROCESS_CANSEE_ENTRY) != 0, "sight across");
		require(rig_sched_setparam(me, other, 0, 0) == EPERM,
		    "scheduling across");
		(void)rig_ask(me, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,
		    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL);
		require(operate(me, "attach", cells[(i + 1) % NCELLS]) == EPERM,
		    "attach from within");
		if (rig_fork(me, &child) == 0)
			rig_exit(child);
	}
	rig_thread_end(l);
	return NULL;
}

/* Policies change under them. */
static void *
changer(void *arg)
{
	struct proc *me = arg;
	struct lwp *l = rig_thread(me);
	struct cell_set cs;
	struct cell_result cr;
	size_t len;
	unsigned int n = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		memset(&cs, 0, sizeof(cs));
		cs.cs_version = CELL_ABI_VERSION;
		cs.cs_id = cells[n % NCELLS];
		cs.cs_fields = CELL_SET_PROFILE | CELL_SET_GRANT;
		cs.cs_grant = 1U << (n % CELL_EXC_COUNT);
		cs.cs_seconds = 1;
		fill(&cs.cs_config, "", 1 + n % 3);
		memset(cs.cs_config.cf_root, 0, sizeof(cs.cs_config.cf_root));
		cs.cs_config.cf_mode = 0;
		len = sizeof(cr);
		require(rig_sysctl(me, "set", &cr, &len, &cs, sizeof(cs)) == 0,
		    "set");
		n++;
	}
	rig_thread_end(l);
	return NULL;
}

/* Reads everything there is to read. */
static void *
lister(void *arg)
{
	struct proc *me = arg;
	struct lwp *l = rig_thread(me);
	size_t len;
	char *buf = malloc(1 << 20);

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		len = 1 << 20;
		require(rig_sysctl(me, "list", buf, &len, NULL, 0) == 0, "list");
		len = 1 << 20;
		require(rig_sysctl(me, "denials", buf, &len, NULL, 0) == 0,
		    "denials");
	}
	free(buf);
	rig_thread_end(l);
	return NULL;
}

/* Cells come, are entered, and go. */
static void
come_and_go(void)
{
	struct proc *p, *child;
	uint32_t id;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		require(create(root, "passing", &id) == 0, "create");
		p = rig_proc_create(0);
		require(operate(p, "attach", id) == 0, "attach");
		require(rig_fork(p, &child) == 0, "fork");
		require(operate(root, "destroy", id) == EBUSY, "destroy");
		rig_exit(child);
		rig_exit(p);
		require(operate(root, "destroy", id) == 0, "destroy empty");
	}
}

ATF_TC_WITHOUT_HEAD(everything_at_once);
ATF_TC_BODY(everything_at_once, tc)
{
	pthread_t t[NCELLS + 2];
	struct proc *changing, *listing;
	char name[16];
	size_t i;

	rig_boot();
	root = rig_proc_create(0);
	changing = rig_proc_create(0);
	listing = rig_proc_create(0);
	for (i = 0; i < NCELLS; i++) {
		snprintf(name, sizeof(name), "cell%zu", i);
		ATF_REQUIRE_EQ(create(root, name, &cells[i]), 0);
		leaders[i] = rig_proc_create(0);
		ATF_REQUIRE_EQ(operate(leaders[i], "attach", cells[i]), 0);
	}
	for (i = 0; i < NCELLS; i++)
		pthread_create(&t[i], NULL, member, (void *)(uintptr_t)i);
	pthread_create(&t[NCELLS], NULL, changer, changing);
	pthread_create(&t[NCELLS + 1], NULL, lister, listing);
	come_and_go();
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < NCELLS + 2; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < NCELLS; i++) {
		rig_exit(leaders[i]);
		ATF_CHECK_EQ(operate(root, "destroy", cells[i]), 0);
	}
	ATF_CHECK_EQ(rig_halt(), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, everything_at_once);
	return atf_no_error();
}
