/* conn.h -- one connection and what it is in the middle of. */

#ifndef CONN_H
#define	CONN_H

#include <sys/types.h>
#include <stdint.h>
#include <time.h>

#include "server/server.h"

enum conn_state {
	CONN_HEAD,		/* reading struct rig_request */
	CONN_BODY,		/* reading the new value */
	CONN_SKIP,		/* reading past one that nobody can want */
	CONN_BUSY,		/* a worker has it */
	CONN_REPLY		/* writing */
};

struct conn {
	struct conn		*next;
	int			fd;	/* -1: hung up while busy */
	enum conn_state		state;
	pid_t			pid;
	uid_t			uid;
	time_t			since;	/* monotonic: a request began */
	struct rig_request	req;
	struct rig_reply	reply;
	size_t			got;	/* bytes, of what the state is about */
	size_t			skip;
	struct work		*work;
	short			events;	/* for poll(2) */
	short			revents;
};

/* NULL: no memory, or the peer is not one we can know; the fd is closed. */
struct conn *conn_new(int fd);
void	conn_free(struct conn *);

/* Reads or writes what there is; false: the connection is over. */
bool	conn_ready(struct conn *);
/* A worker is done: the reply begins. */
bool	conn_finish(struct work *);
/* Did the peer stop in the middle of a request, SECONDS ago? */
bool	conn_stuck(const struct conn *, time_t now, int seconds);

#endif	/* !CONN_H */
