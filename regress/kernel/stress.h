/*
 * stress.h -- many threads on the rig, each with processes of its own.
 *
 *	stress.c	the threads, and what has to hold when they are done
 *	stress_work.c	members of cells: births, deaths, questions
 *	stress_admin.c	cells: created, changed, read, killed, destroyed
 */

#ifndef STRESS_H
#define	STRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rig.h"
#include "cellcall.h"
#include "include/sys/kauth.h"

#define	NWORKERS	4
#define	NADMINS		2
#define	NFORKERS	3		/* in the cell with a limit */
#define	NSLOTS		6		/* processes of one worker */
#define	LIMIT		8

/* Why it was wrong, and the end. */
void	fail(const char *fmt, ...) __attribute__((__format__(printf, 1, 2),
	    __noreturn__));
#define	REQUIRE(what)							\
	do {								\
		if (!(what))						\
			fail("%s:%d: %s", __FILE__, __LINE__, #what);	\
	} while (0)

bool	over(void);

/* Chance, a stream for each thread. */
struct chance {
	uint64_t	state;
};
uint32_t chance(struct chance *, uint32_t n);

/* One thread's: its host root, and where its chances come from. */
struct thread {
	pthread_t	t;
	struct chance	c;
	struct proc	*root;
	unsigned int	index;
	uint64_t	steps;
};

/*
 * A process that its owner may end with the lock held for writing, and
 * everybody else may ask about with it held for reading.
 */
struct slot {
	pthread_rwlock_t lock;
	struct proc	*p;		/* NULL: none */
	uint32_t	cell;		/* its owner's to know */
};
extern struct slot slots[NWORKERS][NSLOTS];
extern uint32_t limit_cell, toggle_cell;

/* How often each cell was attached to, by id. */
void	attached(uint32_t id);

/* Thread bodies. */
void	*work(void *);
void	*fork_at_the_limit(void *);
void	*admin(void *);
void	*toggle(void *);
void	*decide(void *);
void	*observe(void *);

#endif	/* !STRESS_H */
