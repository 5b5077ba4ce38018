/* enforce.h -- the rig's own nodes: how a member comes under a filter. */

#ifndef ENFORCE_H
#define	ENFORCE_H

struct rig_host;
struct work;

/* Before any thread: tries whether this machine can, and says so once. */
void	enforce_init(void);

/*
 *	rig.filter	old: struct sock_filter[], for seccomp(2)
 *	rig.listener	with the descriptor that installing it gave
 *
 * ENOENT: nobody enforces here.  EPERM: not a member of a cell.  EBUSY: the
 * process is under a filter already.  EINVAL: not a listener.
 */
int	enforce_call(struct work *, struct rig_host *);

#endif	/* !ENFORCE_H */
