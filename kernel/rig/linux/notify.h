/* notify.h -- listeners of seccomp_unotify(2) and who answers them. */

#ifndef NOTIFY_H
#define	NOTIFY_H

#include <sys/types.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#include "receive.h"

struct rig_host;

struct notify {
	struct notify	*next;
	uint32_t	number;
	int		fd;		/* -1: nobody is under it any more */
	struct inbox	inbox;
	unsigned int	hosts;		/* processes that refer to it */
	uint32_t	cell;
	bool		marked;		/* so are all under it: mark.h */
};

/* --- real_lock held --- */

/* A listener for H and what comes of it; errno.  Takes FD over. */
int	notify_add(struct rig_host *h, int fd);
void	notify_hold(struct notify *);
void	notify_drop(struct notify *);

/* By its number; NULL: not, or not any more. */
struct notify *notify_find(uint32_t number);
bool	notify_any(void);

/* Answers some of what was received; true: there is more. */
bool	notify_serve(void);

/* --- */

/* Can this machine do it?  WHY where not. */
bool	notify_available(const char **why);

/* The caller still waits for an answer to this notification. */
bool	notify_valid(int fd, uint64_t id);

#endif	/* !NOTIFY_H */
