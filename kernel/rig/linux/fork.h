/*
 * fork.h -- children of members, from the question on.
 *
 * The stand-in of a child is made, and so counted, before its parent may go
 * on.  It is pending until the real child is seen: by its own first question,
 * among its parent's children, or, where the parent is gone, by the mark of
 * its listener.  Under real_lock.
 */

#ifndef FORK_H
#define	FORK_H

#include <sys/types.h>
#include <stdbool.h>

struct notify;
struct procinfo;
struct rig_host;

/* Who asks; NULL: it is gone, or killed since it came from nowhere. */
struct rig_host *fork_caller(struct notify *, pid_t tid);

/* Looks among the children of H; true: none of them is pending. */
bool	fork_resolve(struct rig_host *h);

/* A process that nobody knows: is it a pending child?  NULL: no. */
struct rig_host *fork_claim(const struct procinfo *);

/* Under the filter of a cell, but nobody knows where from: killed.  NULL. */
struct rig_host *fork_stranger(const struct procinfo *, const struct notify *);

/* Finds members that were missed: stray.c. */
void	fork_strays(void);

/* Looks for this pending child in every way there is. */
void	fork_look(struct rig_host *child);

/* H has ended: its pending children have no parent any more. */
void	fork_orphans(struct rig_host *h);

/* Looks for all.  Milliseconds until it is worth it again, -1: none. */
int	fork_poll(void);

#endif	/* !FORK_H */
