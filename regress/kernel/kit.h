/*
 * kit.h -- what tests of secmodel_cell(9) on the rig begin and end with.
 *
 * boot() gives a host root; done() ends the processes that are left, destroys
 * the cells, and fails where anything stays allocated.
 */

#ifndef KIT_H
#define	KIT_H

#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "rig.h"
#include "cellcall.h"
#include "include/sys/kauth.h"

#define	USER	100
#define	OTHER	200

/* Errors as text, so that a failure can be read. */
#define	OK(call)	FAILS(0, call)
#define	FAILS(want, call)						\
	do {								\
		int fails_error_ = (call);				\
		ATF_CHECK_MSG(fails_error_ == (want), "%s: %s, not %s",	\
		    #call, strerror(fails_error_), strerror(want));	\
	} while (0)
#define	MUST(call)							\
	do {								\
		int must_error_ = (call);				\
		ATF_REQUIRE_MSG(must_error_ == 0, "%s: %s", #call,	\
		    strerror(must_error_));				\
	} while (0)

extern struct proc *root;

void	boot(void);
void	done(void);

/* Processes that done() ends where gone() has not. */
struct proc *host(unsigned int uid);
struct proc *member(uint32_t id, unsigned int uid);
struct proc *child(struct proc *);
void	gone(struct proc *);

/* A cell, high and enforcing; or as it is said. */
uint32_t cell(const char *name);
uint32_t cell_as(const char *name, uint32_t profile, uint32_t mode,
    uint32_t allow);
uint32_t cell_of(struct proc *);
struct cell_info info(uint32_t id);
struct cell_counters counters(uint32_t id);

/* Rules by name; counters of one. */
unsigned int rule(const char *name);
uint64_t denied(uint32_t id, const char *name);
uint64_t learned(uint32_t id, const char *name);
uint64_t excepted(uint32_t id, const char *name);

/* Lets a cell that has members die while nobody reaps them; then ends it. */
void	dying(uint32_t id);
void	dead(void);

/*
 * The whole of what the list says, but for times that go on by themselves.
 */
struct state {
	struct cell_info	*ci;
	size_t			n;
};
struct state state_take(void);
/* Fails the test where it changed; frees both. */
void	state_same(struct state before, struct state after, const char *what);

#endif	/* !KIT_H */
