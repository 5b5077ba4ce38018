/*
 * server.h -- the parts of cellrig.
 *
 * The main thread polls the socket, its connections and a pipe that wakes it
 * (loop.c, conn.c).  Complete requests go to worker threads (work.c), since
 * one may wait for seconds.  Another thread watches real processes (real.c,
 * and linux/).
 *
 * Locks: real_lock, then those of the stand-in kernel.  The queue of kills
 * and the queue of work have locks that nothing is taken below.
 */

#ifndef SERVER_H
#define	SERVER_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rig_proto.h"

struct rig_host;

/* --- paths.c --- */

/*
 * The socket where nobody named one; its directory is made and checked.
 * Answers 0, or errno with a reason in WHY.
 */
int	path_default(char *buf, size_t size, char *why, size_t whysize);
/*
 * Listens.  A pid file beside it is locked as long as the rig runs, so a
 * stale socket is told from a live one.  EWOULDBLOCK: a rig runs already.
 */
int	path_listen(const char *sock, const char *pidfile, int *fdp, char *why,
	    size_t whysize);
/* The process number, once the daemon has its own. */
int	path_write_pid(void);
void	path_remove(void);

/* --- conn.c, loop.c --- */

struct conn;

/* One request, from its arrival until its reply is sent. */
struct work {
	struct conn	*conn;
	struct work	*next;
	char		node[RIG_NODELEN];
	pid_t		pid;		/* the peer's */
	int		fd;		/* came along, or -1 */
	void		*new;
	size_t		newlen;
	void		*old;		/* filled by a worker */
	size_t		oldroom;	/* what the caller has */
	size_t		oldlen;		/* filled */
	size_t		needed;
	int		error;
};

int	loop_run(int listener);
void	loop_wake(void);
void	loop_stop(void);		/* from a signal handler, too */

/* --- work.c --- */

int	work_init(void);
void	work_submit(struct work *);
struct work *work_done(void);		/* NULL: none finished */
void	work_fini(void);

/* --- node.c --- */

void	node_call(struct work *);

#endif	/* !SERVER_H */
