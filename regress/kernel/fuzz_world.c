/* fuzz_world.c -- processes, and what they do besides calling nodes. */

#include <stdlib.h>

#include "fuzz.h"
#include "include/sys/kauth.h"

static const unsigned int uids[USERS] = { 0, 100, 200 };

struct actor actors[MAXPROCS];
size_t nactors;
struct proc *root, *user;

static struct socket *socks[MAXSOCKS];
static uint64_t state;

void
chance_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64, by Sebastiano Vigna. */
uint64_t
chance64(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

uint32_t
chance(uint32_t n)
{
	return (uint32_t)((chance64() >> 32) * n >> 32);
}

bool
percent(unsigned int n)
{
	return chance(100) < n;
}

void
world_init(void)
{
	root = rig_proc_create(0);
	user = rig_proc_create(uids[1]);
}

static void
add(struct proc *p, uint32_t cell)
{
	actors[nactors].p = p;
	actors[nactors++].cell = cell;
}

static void
end(size_t i)
{
	struct proc *p = actors[i].p;

	actors[i] = actors[--nactors];
	rig_exit(p);
}

static void
close_one(size_t i)
{
	if (socks[i] != NULL)
		rig_close(socks[i]);
	socks[i] = NULL;
}

void
world_fini(void)
{
	size_t i;

	while (nactors > 0)
		end(nactors - 1);
	for (i = 0; i < MAXSOCKS; i++)
		close_one(i);
	rig_exit(user);
	rig_exit(root);
}

struct proc *
world_pick(void)
{
	if (nactors == 0 || percent(50))
		return percent(90) ? root : user;
	return actors[chance((uint32_t)nactors)].p;
}

struct actor *
world_actor(const struct proc *p)
{
	size_t i;

	for (i = 0; i < nactors; i++)
		if (actors[i].p == p)
			return &actors[i];
	return NULL;
}

void
world_empty(uint32_t id)
{
	size_t i;

	for (i = nactors; i-- > 0;)
		if (actors[i].cell == id)
			end(i);
}

void
world_attached(struct proc *p, uint32_t id)
{
	world_actor(p)->cell = id;
	check_attached(id);
}

static void
act_birth(void)
{
	struct proc *p = world_pick(), *c;
	const struct actor *a = world_actor(p);
	const uint32_t cell = a != NULL ? a->cell : 0;

	if (nactors == MAXPROCS)
		return;
	if (a == NULL)
		add(rig_proc_create(uids[chance(USERS)]), 0);
	else if ((percent(50) ? rig_fork : rig_posix_spawn)(p, &c) == 0)
		add(c, cell);
}

static void
act_identity(struct proc *p)
{
	const unsigned int uid = uids[chance(USERS)];

	if (p == root || p == user)
		return;
	switch (chance(6)) {
	case 0:
		(void)rig_setuid(p, uid);
		break;
	case 1:
		(void)rig_seteuid(p, uid);
		break;
	case 2:
		(void)rig_setgid(p, uid);
		break;
	case 3:
		rig_exec_setuid(p, uid);
		break;
	case 4:
		(void)rig_chroot(p);
		break;
	case 5:
		rig_set_usage(p, chance64() >> 30, chance64() >> 30,
		    chance64() >> 30, chance64() >> 30);
		break;
	}
}

static void
act_socket(struct proc *p)
{
	static const int families[] = { 4, 6, 34, 7 };
	const size_t i = chance(MAXSOCKS);
	uint8_t addr[16];
	uint16_t port;
	size_t k;

	for (k = 0; k < sizeof(addr); k++)
		addr[k] = (uint8_t)chance64();
	if (socks[i] == NULL) {
		(void)rig_socket(p, families[chance(4)], (int)chance(4), 0,
		    &socks[i]);
		return;
	}
	switch (chance(6)) {
	case 0:
		close_one(i);
		break;
	case 1:
		(void)rig_bind(p, socks[i], percent(50) ? addr : NULL,
		    (uint16_t)(1 + chance(65535)));
		break;
	case 2:
		(void)rig_bind_any(p, socks[i], percent(50) ? addr : NULL,
		    (uint16_t)(49152 + chance(16384)), &port);
		break;
	case 3:
		(void)rig_cansee_socket(p, socks[i]);
		break;
	case 4:
		(void)rig_tcpdrop(p, socks[i]);
		break;
	case 5:
		(void)rig_route(p, (int)chance(8));
		break;
	}
}

/* Any question, of numbers that are known and of some that are not. */
static void
act_ask(struct proc *p)
{
	struct proc *target = world_pick();
	const unsigned int scope = chance(CELL_SCOPE_VNODE + 1);
	uint64_t action = chance(40);

	if (scope == CELL_SCOPE_VNODE)
		action = percent(80) ? 1ULL << chance(40) : chance64();
	else if (percent(5))
		action = chance64();
	if (scope == CELL_SCOPE_PROCESS && percent(20))
		(void)rig_setrlimit(p, target, chance(14), chance(100),
		    chance(200));
	else if (scope == CELL_SCOPE_PROCESS && percent(20))
		(void)rig_setpriority(p, target, (int)chance(41) - 20);
	else if (action != 0)
		(void)rig_ask(p, scope, action, percent(90) ? chance(50) :
		    (uint32_t)chance64(), target);
}

/* Only the last cell lets it go; then it comes back, knowing nobody. */
static void
act_unload(void)
{
	if (rig_model_unload() != 0)
		return;
	if (nlisting != 0)
		fail("unloaded with %zu cells", nlisting);
	if (rig_model_load() != 0)
		fail("not loaded again");
	check_forget();
}

void
world_act(void)
{
	switch (chance(12)) {
	case 0:
	case 1:
		act_birth();
		break;
	case 2:
		if (nactors > 0)
			end(chance((uint32_t)nactors));
		break;
	case 3:
	case 4:
		act_identity(world_pick());
		break;
	case 5:
	case 6:
		act_socket(world_pick());
		break;
	case 7:
		if (percent(10))
			act_unload();
		else
			rig_clock_advance(chance(100));
		break;
	default:
		act_ask(world_pick());
		break;
	}
}
