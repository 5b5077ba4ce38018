/* enforce.h -- the rig's own nodes: how a member comes under a filter. */

#ifndef ENFORCE_H
#define	ENFORCE_H

struct rig_host;
struct work;

/* rig.* nodes; errno. */
int	enforce_call(struct work *, struct rig_host *);

#endif	/* !ENFORCE_H */
