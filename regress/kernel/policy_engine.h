/*
 * policy_engine.h -- what the files of the engine share.
 *
 *	policy_world.c	the host and three cells, and what the others say
 *	policy_engine.c	who is asked what, and what is to be expected
 *	policy_answer.c	whether counters and records tell the same
 */

#ifndef POLICY_ENGINE_H
#define	POLICY_ENGINE_H

#include <stdbool.h>

#include "cellcall.h"
#include "policy.h"

#define	MAXROWS		320

enum { HOST, A, B, D, NCELLS };
enum who {
	H_ROOT, H_USER, A_ROOT, A_USER, A_PEER, B_ROOT, B_USER, D_ROOT, D_USER,
	NWHO
};

/* Who there is; all users have one number. */
struct whois {
	const char	*name;
	int		cell;
	unsigned int	uid;
};
extern const struct whois whos[NWHO];

enum outcome { DEFER, DENY, LEARN, EXCEPT };

struct policy {
	uint32_t	profile, mode, allow;
};

extern struct proc *procs[NWHO];
extern struct policy policies[NCELLS];
extern uint32_t ids[NCELLS];
extern struct cell_rule *rules;
extern size_t nrules;
/* By row, actor and object: what the other models answer. */
extern bool refused_without[MAXROWS][NWHO][NWHO];

/* policy_world.c */
int	ask(const struct row *, enum who actor, enum who object);
void	world_begin(uint32_t profile, uint32_t mode);
void	world_end(void);

/* policy_answer.c */
struct tally {
	struct cell_counters	ct[NCELLS];	/* but for the host's */
	uint64_t		seq;		/* of the last denial */
};
void	take(struct tally *);
/* Everything that came of one question. */
void	check_answer(const struct row *, enum who actor, enum who object,
	    enum outcome want, uint8_t tier, const struct tally *before,
	    const struct tally *after);
void	complain(const struct row *, enum who actor, enum who object,
	    const char *fmt, int a, int b);
/* The next row may have its own few wrong answers printed. */
void	complain_anew(void);

#endif	/* !POLICY_ENGINE_H */
