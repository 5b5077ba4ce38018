/* stress_work.c -- members of cells: births, deaths, questions. */

#include <errno.h>
#include <stdlib.h>

#include "stress.h"

struct slot slots[NWORKERS][NSLOTS];

static const unsigned int uids[] = { 0, 100, 200 };

static void
set_slot(struct slot *s, struct proc *p, uint32_t cell)
{
	pthread_rwlock_wrlock(&s->lock);
	s->p = p;
	s->cell = cell;
	pthread_rwlock_unlock(&s->lock);
}

static void
end_slot(struct slot *s)
{
	struct proc *p = s->p;

	set_slot(s, NULL, 0);
	rig_exit(p);
}

/* An id that there may be: they are given out in order. */
static uint32_t
some_cell(struct thread *t)
{
	struct cell_info *ci;
	uint32_t id = 0;
	size_t n;

	if (call_list(t->root, 0, &ci, &n) != 0)
		fail("list");
	if (n > 0)
		id = ci[chance(&t->c, (uint32_t)n)].ci_id;
	free(ci);
	return id;
}

/* From the host, and into a cell where one wants it. */
static void
birth(struct thread *t, struct slot *s)
{
	uint32_t id = some_cell(t), own;
	struct proc *p;

	REQUIRE(rig_fork(t->root, &p) == 0);
	/* Limits are tried elsewhere. */
	if (id != limit_cell && call_attach(p, id) == 0)
		attached(id);
	REQUIRE(call_id(p, &own) == 0);
	REQUIRE(own == 0 || own == id);
	set_slot(s, p, own);
}

static void
inherit(struct thread *t, struct slot *from, struct slot *to)
{
	struct proc *p;
	uint32_t own;
	int error;

	error = chance(&t->c, 2) ? rig_fork(from->p, &p) :
	    rig_posix_spawn(from->p, &p);
	REQUIRE(error == 0 || error == EAGAIN);
	if (error != 0)
		return;
	REQUIRE(call_id(p, &own) == 0 && own == from->cell);
	set_slot(to, p, own);
}

static void
change(struct thread *t, struct slot *s)
{
	const unsigned int uid = uids[chance(&t->c, 3)];
	uint32_t own;

	switch (chance(&t->c, 5)) {
	case 0:
		(void)rig_setuid(s->p, uid);
		break;
	case 1:
		(void)rig_seteuid(s->p, uid);
		break;
	case 2:
		rig_exec_setuid(s->p, uid);
		break;
	case 3:
		(void)rig_chroot(s->p);
		break;
	case 4:
		rig_set_usage(s->p, chance(&t->c, 1000), 0, 4096, 8192);
		break;
	}
	REQUIRE(call_id(s->p, &own) == 0 && own == s->cell);
}

static void
sockets(struct thread *t, struct proc *p)
{
	struct socket *so;
	uint16_t port;

	if (rig_socket(p, chance(&t->c, 2) ? 4 : 6, 1, 0, &so) != 0)
		fail("no socket");
	(void)rig_bind(p, so, NULL, (uint16_t)(1 + chance(&t->c, 65535)));
	if (rig_connect(p, so, (uint16_t)(49152 + chance(&t->c, 16384)),
	    &port) != 0)
		fail("no port");
	REQUIRE(rig_cansee_socket(p, so) == 0);
	rig_close(so);
}

/* Of a process that may be anybody's; nobody ends it meanwhile. */
static void
question(struct thread *t, struct slot *s)
{
	struct slot *o = &slots[chance(&t->c, NWORKERS)][chance(&t->c,
	    NSLOTS)];
	const uint32_t scope = chance(&t->c, CELL_SCOPE_VNODE);
	bool across;
	int error;

	if (o == s)
		return;
	pthread_rwlock_rdlock(&o->lock);
	if (o->p != NULL && chance(&t->c, 2) == 0) {
		across = s->cell != 0 && s->cell != o->cell;
		error = rig_kill(s->p, o->p, 0);
		/* Out of a cell, never. */
		REQUIRE(!across || error == EPERM);
		error = rig_cansee(s->p, o->p, KAUTH_REQ_PROCESS_CANSEE_ENTRY);
		REQUIRE(!across || error == EPERM);
		(void)rig_sched_setparam(s->p, o->p, -1, 0);
		(void)rig_setpriority(s->p, o->p, 5);
	} else if (o->p != NULL)
		(void)rig_ask(s->p, scope, 1 + chance(&t->c, 30),
		    chance(&t->c, 46), o->p);
	pthread_rwlock_unlock(&o->lock);
}

static void
one_step(struct thread *t, struct slot *s, struct slot *other)
{
	if (s->p == NULL)
		birth(t, s);
	else if (rig_was_killed(s->p))
		end_slot(s);
	else switch (chance(&t->c, 12)) {
	case 0:
		end_slot(s);
		break;
	case 1:
	case 2:
		if (other->p == NULL)
			inherit(t, s, other);
		break;
	case 3:
		change(t, s);
		break;
	case 4:
		sockets(t, s->p);
		break;
	default:
		question(t, s);
		break;
	}
}

/* Nobody of the killed goes on: each of the rest is looked at in between. */
void *
work(void *arg)
{
	struct thread *t = arg;
	struct slot *mine = slots[t->index];
	unsigned int i;

	for (; !over(); t->steps++) {
		for (i = 0; i < NSLOTS; i++)
			if (mine[i].p != NULL && rig_was_killed(mine[i].p))
				end_slot(&mine[i]);
		i = chance(&t->c, NSLOTS);
		one_step(t, &mine[i], &mine[(i + 1) % NSLOTS]);
	}
	/* Somebody may wait until the last of them is gone. */
	for (i = 0; i < NSLOTS; i++)
		if (mine[i].p != NULL)
			end_slot(&mine[i]);
	return NULL;
}

/*
 * All forks of a cell with a limit: as many too many as there are threads
 * between the question and the count, and not one more.
 */
void *
fork_at_the_limit(void *arg)
{
	struct thread *t = arg;
	struct proc *p, *c[LIMIT + NFORKERS];
	unsigned int n = 0;
	int error;

	REQUIRE(rig_fork(t->root, &p) == 0);
	/* The others may be at the limit already. */
	while ((error = call_attach(p, limit_cell)) == EAGAIN && !over())
		continue;
	REQUIRE(error == 0 || over());
	if (error == 0)
		attached(limit_cell);
	for (; !over(); t->steps++) {
		if (chance(&t->c, 3) != 0 && n < LIMIT) {
			if (rig_fork(p, &c[n]) == 0)
				n++;
		} else if (n > 0)
			rig_exit(c[--n]);
	}
	while (n > 0)
		rig_exit(c[--n]);
	rig_exit(p);
	return NULL;
}
