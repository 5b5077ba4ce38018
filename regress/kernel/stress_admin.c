/* stress_admin.c -- cells: created, changed, read, killed, destroyed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

#define	NNAMES		8		/* cells there may be of each admin */
#define	NKINDS		1000
#define	PAUSE		2000		/* microseconds; others want in, too */

/*
 * Every configuration is made from one number, so that a listing shows
 * whether it is whole.
 */
static void
make_config(struct cell_config *cf, const char *name, uint32_t k)
{
	uint32_t i;

	config_init(cf, name);
	cf->cf_profile = 1 + k % 3;
	cf->cf_mode = 1 + k % 2;
	cf->cf_allow = k & CELL_EXC_ALL;
	cf->cf_maxproc = 1000 + k;
	snprintf(cf->cf_tag, sizeof(cf->cf_tag), "%u", k);
	/* Few enough that one admin's are in another's way now and then. */
	for (i = 0; i < k % 5; i++)
		config_port(cf, (uint16_t)(2000 + k % 200 + i * 7));
	for (i = 0; i < k % 4; i++)
		config_addr4(cf, (uint8_t[]){ 192, 0, (uint8_t)k,
		    (uint8_t)(1 + i) });
}

static void
check_whole(const struct cell_info *ci)
{
	struct cell_config want;

	if (ci->ci_id == limit_cell || ci->ci_id == toggle_cell)
		return;
	make_config(&want, ci->ci_config.cf_name,
	    ci->ci_config.cf_maxproc - 1000);
	if (memcmp(&want, &ci->ci_config, sizeof(want)) != 0)
		fail("cell %u is half changed: %s, %u", ci->ci_id,
		    ci->ci_config.cf_tag, ci->ci_config.cf_maxproc);
}

static void
check_pair(const struct cell_info *a, const struct cell_info *b)
{
	uint32_t i, k;

	REQUIRE(a->ci_id < b->ci_id);
	REQUIRE(strcmp(a->ci_config.cf_name, b->ci_config.cf_name) != 0);
	for (i = 0; i < a->ci_config.cf_nports; i++)
		for (k = 0; k < b->ci_config.cf_nports; k++)
			REQUIRE(a->ci_config.cf_ports[i] !=
			    b->ci_config.cf_ports[k]);
}

static void
read_list(struct thread *t)
{
	struct cell_info *ci;
	size_t i, k, n;

	REQUIRE(call_list(t->root, 0, &ci, &n) == 0);
	for (i = 0; i < n; i++) {
		check_whole(&ci[i]);
		for (k = 0; k < i; k++)
			check_pair(&ci[k], &ci[i]);
		if (ci[i].ci_id == limit_cell)
			REQUIRE(ci[i].ci_npeak <= LIMIT + NFORKERS - 1);
	}
	free(ci);
}

static void
read_others(struct thread *t, uint32_t id)
{
	struct cell_counters ct;
	struct cell_denial *dn;
	struct cell_version cv;
	size_t i, n;
	int error;

	error = call_counters(t->root, id, &ct);
	REQUIRE(error == 0 || error == ESRCH);
	REQUIRE(call_denials(t->root, 0, 0, &dn, &n) == 0);
	for (i = 0; i < n; i++)
		REQUIRE(dn[i].dn_count > 0 && dn[i].dn_seq > 0 &&
		    dn[i].dn_rule < CELL_MAXRULES);
	free(dn);
	REQUIRE(call_version(t->root, &cv) == 0);
}

static void
create(struct thread *t, const char *name, uint32_t k, uint32_t *idp)
{
	struct cell_config cf;
	struct cell_result cr;
	int error;

	make_config(&cf, name, k);
	error = call_create(t->root, &cf, &cr);
	REQUIRE(error == 0 || error == EADDRINUSE);
	if (error == EADDRINUSE)
		REQUIRE(cr.cr_holder != 0 && cr.cr_name[0] != '\0' &&
		    cr.cr_port != 0);
	*idp = cr.cr_id;
}

static void
change(struct thread *t, uint32_t id, uint32_t k)
{
	struct cell_set cs;
	struct cell_result cr;
	int error;

	set_init(&cs);
	make_config(&cs.cs_config, "", k);
	cs.cs_fields = CELL_SET_PROFILE | CELL_SET_MODE | CELL_SET_ALLOW |
	    CELL_SET_MAXPROC | CELL_SET_PORTS | CELL_SET_ADDRS | CELL_SET_TAG;
	error = call_set(t->root, id, &cs, &cr);
	REQUIRE(error == 0 || error == EADDRINUSE);
	if (chance(&t->c, 2))
		(void)call_grant(t->root, id, CELL_EXC_ALL, 1);
}

/* Kills and destroys one's own; somebody may be entering it. */
static void
end(struct thread *t, uint32_t *idp)
{
	struct cell_info ci;
	int error;

	if (chance(&t->c, 4) == 0) {
		error = call_destroy(t->root, *idp);
		REQUIRE(error == 0 || error == EBUSY);
		if (error == 0)
			*idp = 0;
		return;
	}
	error = call_kill(t->root, *idp);
	REQUIRE(error == 0 || error == EAGAIN);
	if (error != 0)
		return;
	REQUIRE(call_info(t->root, *idp, &ci) == 0);
	REQUIRE(ci.ci_nproc == 0 && ci.ci_state == CELL_STATE_DYING);
	REQUIRE(call_destroy(t->root, *idp) == 0);
	REQUIRE(call_info(t->root, *idp, &ci) == ESRCH);
	*idp = 0;
}

void *
admin(void *arg)
{
	struct thread *t = arg;
	uint32_t ids[NNAMES] = { 0 }, i;
	char name[16];

	for (; !over(); t->steps++) {
		i = chance(&t->c, NNAMES);
		snprintf(name, sizeof(name), "a%u.%u", t->index, i);
		if (ids[i] == 0)
			create(t, name, chance(&t->c, NKINDS), &ids[i]);
		else switch (chance(&t->c, 8)) {
		case 0:
			/* A dying cell is changed by nobody. */
			end(t, &ids[i]);
			break;
		case 1:
		case 2:
		case 3:
			change(t, ids[i], chance(&t->c, NKINDS));
			break;
		case 4:
			read_others(t, ids[i]);
			break;
		default:
			read_list(t);
			break;
		}
	}
	return NULL;
}

/* Between two policies, both of which permit what a mixture would not. */
void *
toggle(void *arg)
{
	struct thread *t = arg;

	for (; !over(); t->steps++) {
		REQUIRE(call_set_policy(t->root, toggle_cell,
		    CELL_PROFILE_LOW, CELL_MODE_ENFORCE, 0) == 0);
		REQUIRE(call_set_policy(t->root, toggle_cell,
		    CELL_PROFILE_HIGH, CELL_MODE_ENFORCE,
		    1U << CELL_EXC_MOUNT) == 0);
		usleep(PAUSE);
	}
	return NULL;
}

void *
decide(void *arg)
{
	struct thread *t = arg;
	struct proc *p;

	REQUIRE(rig_fork(t->root, &p) == 0);
	REQUIRE(call_attach(p, toggle_cell) == 0);
	attached(toggle_cell);
	for (; !over(); t->steps++) {
		REQUIRE(rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_MOUNT,
		    KAUTH_REQ_SYSTEM_MOUNT_NEW, NULL) == 0);
		REQUIRE(rig_ask(p, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_REBOOT, 0,
		    NULL) != 0);
	}
	rig_exit(p);
	return NULL;
}

/* What is told of a cell never goes back. */
void *
observe(void *arg)
{
	struct thread *t = arg;
	struct cell_info was, is;

	REQUIRE(call_info(t->root, limit_cell, &was) == 0);
	for (; !over(); t->steps++) {
		REQUIRE(call_info(t->root, limit_cell, &is) == 0);
		REQUIRE(is.ci_forks >= was.ci_forks);
		REQUIRE(is.ci_exits >= was.ci_exits);
		REQUIRE(is.ci_npeak >= was.ci_npeak);
		REQUIRE(is.ci_cpu >= was.ci_cpu);
		REQUIRE(is.ci_denied[CELL_SCOPE_PROCESS] >=
		    was.ci_denied[CELL_SCOPE_PROCESS]);
		REQUIRE(is.ci_nproc <= LIMIT + NFORKERS - 1);
		was = is;
		usleep(PAUSE);
	}
	return NULL;
}
