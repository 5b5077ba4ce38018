/*
 * policy.h -- what secmodel_cell(9) is expected to answer, written from its
 * documentation and not from its table.
 *
 * One row is one request of kauth(9), or a variant of one that is told apart
 * by its arguments.  The rows stand in policy_*.c by scope; policy_engine.c
 * asks every row of every profile, mode, exception, actor and object.
 */

#ifndef POLICY_H
#define	POLICY_H

#include <sys/cell.h>
#include <stddef.h>
#include <stdint.h>

#include "rig.h"
#include "include/sys/kauth.h"

/* What the request is about. */
enum about {
	ABOUT_HOST,		/* the host: only who acts counts */
	ABOUT_OTHER,		/* a process, or one's socket, that has a cell:
				   across cells the answer is always no */
	ABOUT_PEER		/* the same, but a user who asks it of another
				   user's process gets the kernel's own no */
};

struct row {
	const char	*action_name;
	const char	*request_name;	/* NULL: the action has none */
	uint64_t	action;
	uint32_t	request;
	uint8_t		scope;		/* CELL_SCOPE_* */
	uint8_t		tier;		/* CELL_TIER_*, within a cell */
	uint8_t		exception;	/* CELL_EXC_* */
	uint8_t		about;
	/* Not NULL: asks the variant.  0: permitted. */
	int		(*ask)(struct proc *actor, struct proc *object);
};

struct rows {
	const struct row *row;
	size_t		n;
};
extern const struct rows *const policy_rows[];	/* ends with NULL */
extern const struct rows rows_system, rows_process, rows_network, rows_device,
    rows_vnode;

/* An action without requests; one with; a variant of either. */
#define	ACTION(scope, name, tier, exc, about)				\
	{ "KAUTH_" #scope "_" #name, NULL, KAUTH_##scope##_##name, 0,	\
	    CELL_SCOPE_##scope, CELL_TIER_##tier, CELL_EXC_##exc,	\
	    ABOUT_##about, NULL }
#define	REQUEST(scope, name, req, tier, exc, about)			\
	{ "KAUTH_" #scope "_" #name, "KAUTH_REQ_" #scope "_" #req,	\
	    KAUTH_##scope##_##name, KAUTH_REQ_##scope##_##req,		\
	    CELL_SCOPE_##scope, CELL_TIER_##tier, CELL_EXC_##exc,	\
	    ABOUT_##about, NULL }
#define	VARIANT(what, scope, tier, exc, about, ask)			\
	{ what, NULL, 0, 0, CELL_SCOPE_##scope, CELL_TIER_##tier,	\
	    CELL_EXC_##exc, ABOUT_##about, ask }
/* Numbers that nobody has thought of. */
#define	UNKNOWN(scope, action, req, tier, about)			\
	{ "unknown " #scope " " #action, NULL, action, req,		\
	    CELL_SCOPE_##scope, CELL_TIER_##tier, CELL_EXC_NONE,	\
	    ABOUT_##about, NULL }
#define	ROWS(name)							\
	const struct rows name = {					\
		name##_table, sizeof(name##_table) / sizeof(struct row)	\
	}

/* "action request", in a buffer of the function's own. */
const char *row_name(const struct row *);

/*
 * Asks all of it.  Answers how many questions it asked; each wrong answer is
 * a failed check of the running test.  ENFORCE or LEARN: CELL_MODE_*.
 */
unsigned int policy_check(uint32_t profile, uint32_t mode);

/*
 * The rules of the kernel's own table that no row has met since the program
 * started, but for those that never deny and those that are named; prints
 * each.
 */
unsigned int policy_unmet(const char *const *elsewhere);

/* policy_bind.c */
int	bind_undeclared(struct proc *, struct proc *);
int	bind_undeclared_privileged(struct proc *, struct proc *);
int	bind_ephemeral(struct proc *, struct proc *);
int	bind_any_port(struct proc *, struct proc *);

#endif	/* !POLICY_H */
