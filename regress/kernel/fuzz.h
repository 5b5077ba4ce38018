/*
 * fuzz.h -- random calls to every node by random processes, and what has to
 * hold after each of them.
 *
 *	fuzz.c		the loop
 *	fuzz_request.c	requests, well-formed and spoiled
 *	fuzz_world.c	processes, and what they do besides
 *	fuzz_check.c	the invariants
 */

#ifndef FUZZ_H
#define	FUZZ_H

#include <sys/cell.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rig.h"
#include "cellcall.h"

#define	MAXCELLS	16	/* there are at a time */
#define	MAXPROCS	48
#define	MAXSOCKS	16
#define	USERS		3	/* 0 and two others */

/* --- Chance (fuzz_world.c) --- */

void	chance_seed(uint64_t);
uint64_t chance64(void);
/* Below N. */
uint32_t chance(uint32_t n);
/* N times in a hundred. */
bool	percent(unsigned int n);

/* --- The world (fuzz_world.c) --- */

struct actor {
	struct proc	*p;
	uint32_t	cell;		/* as it is meant to be */
};
extern struct actor actors[MAXPROCS];
extern size_t nactors;
extern struct proc *root, *user;	/* of the host; always there */

void	world_init(void);
void	world_fini(void);
/* Anybody: host's root more often than not. */
struct proc *world_pick(void);
/* The actor that a process is, NULL for root and user. */
struct actor *world_actor(const struct proc *);
/* One thing that is no call of a node. */
void	world_act(void);
/* The members of a cell exit. */
void	world_empty(uint32_t id);
/* It attached. */
void	world_attached(struct proc *, uint32_t id);

/* --- Requests (fuzz_request.c) --- */

struct request {
	const char	*node;
	void		*new;		/* malloc()ed to the byte, or NULL */
	size_t		newlen;
	void		*old;		/* likewise */
	size_t		oldlen;
};
void	request_make(struct request *);
void	request_free(struct request *);

/* --- What has to hold (fuzz_check.c) --- */

/* Says what is wrong and where, and ends the program. */
void	fail(const char *fmt, ...) __attribute__((__format__(printf, 1, 2),
	    __noreturn__));

/*
 * Every cell as it was after the last call; LISTING is by id.  CHECK_TAKE()
 * looks anew, compares with what was, and checks all of it.  UNCHANGED: the
 * call was refused and may not have done a thing.
 */
extern struct cell_info *listing;
extern size_t nlisting;
void	check_init(void);
void	check_take(bool unchanged);
/* After a call that made or changed a cell: it is what was asked for. */
void	check_created(const struct cell_create *, const struct cell_result *);
void	check_set(const struct cell_set *);
/* All 65,535 ports against all declarations. */
void	check_all_ports(void);
/* What was remembered of cells is forgotten: the model was unloaded. */
void	check_forget(void);
void	check_attached(uint32_t id);

#endif	/* !FUZZ_H */
