/* receive.h -- notifications that were received and wait to be decided. */

#ifndef RECEIVE_H
#define	RECEIVE_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

struct received {
	struct received	*next;
	struct seccomp_notif req;	/* as long as the host's is */
};

/* Of one listener, in order; closed: nobody is under it any more. */
struct inbox {
	int		fd;
	bool		closed;
	struct received	*head, **tail;
};

/* The threads that receive; SIZE is of the host's struct seccomp_notif.  errno. */
int	receive_init(size_t size);
void	receive_fini(void);

/* From now on; errno.  FD stays the caller's, to be closed once closed is seen. */
int	receive_add(struct inbox *, int fd);

/* The oldest, to be freed by the caller; NULL: none now, and whether ever. */
struct received *receive_take(struct inbox *, bool *closed);

#endif	/* !RECEIVE_H */
