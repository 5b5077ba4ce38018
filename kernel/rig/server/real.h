/*
 * real.h -- real processes and what stands in for them.
 *
 * A process is known by number and start time, and held by a pidfd, so that
 * a number that is used again is another process.  All of it is under
 * real_lock, apart from the queue of kills.
 */

#ifndef REAL_H
#define	REAL_H

#include <sys/types.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "rig_real.h"

struct notify;			/* linux/notify.h: who answers for it */
struct procinfo;
struct procstatus;

struct rig_host {
	struct rig_host	*hash;		/* next of the same bucket */
	pid_t		pid;		/* 0: a child not seen yet */
	uint64_t	start;
	int		pidfd;
	struct proc	*proc;		/* held */
	unsigned int	busy;		/* requests that are under way */
	bool		gone;		/* it exited while busy */
	struct notify	*notify;	/* NULL: nobody enforces */
	uint64_t	utime, stime;	/* microseconds, last seen */
	uint64_t	ctime_seen;	/* of its children, already counted */
	/* A child that is not seen yet: linux/fork.c. */
	struct rig_host	*fork_next;
	struct rig_host	*fork_parent;	/* NULL: gone, too */
	pid_t		fork_tid;	/* the thread that forked */
	uint64_t	fork_since;	/* milliseconds, monotonic */
	uint64_t	fork_tick;	/* as in /proc, no later than `start' */
	uint64_t	fork_root[2];	/* the parent's: device, inode */
	unsigned int	fork_round;	/* of looking */
	/* The queue of kills, kill_lock: */
	struct rig_host	*kill_next;
	bool		kill_queued;
};

extern pthread_mutex_t real_lock;

int	real_init(void);

/* The process behind a connection, busy until real_put(); NULL: gone. */
struct rig_host *real_get(pid_t);
void	real_put(struct rig_host *);

/* --- real_lock held from here on --- */

struct rig_host *real_lookup(pid_t);
/* It was known, and has ended: what is there is a zombie. */
bool	real_ended(const struct procinfo *);
/* Some member that this listener answers for; NULL: none is known. */
struct rig_host *real_under(const struct notify *);
/* One that is known and still the same, else NULL. */
struct rig_host *real_current(pid_t);
/* ... and one that is not becomes known; NULL: there is no such process. */
struct rig_host *real_known(pid_t);
/* A child of PARENT that exists already; asks nobody. */
struct rig_host *real_adopt(struct rig_host *parent, pid_t,
	    const struct procinfo *);
/* Fills in number, start, pidfd; puts it into the table. */
int	real_bind(struct rig_host *, const struct procinfo *);
struct rig_host *real_alloc(void);
void	real_free(struct rig_host *);
/* A user of the host as the model knows him. */
uid_t	real_map_uid(uid_t);
/* It exited, or never was. */
void	real_gone(struct rig_host *);
/* Name, ids and nice value as they are now. */
void	real_refresh(struct rig_host *);
/* ... or as one of its threads was just seen. */
void	real_follow(struct rig_host *, pid_t tid, const struct procstatus *);
/* Time and memory. */
void	real_usage(struct rig_host *);
void	real_last_usage(struct rig_host *);
/* Children that nobody told about, and theirs. */
void	real_discover(struct rig_host *);

/* --- real_lock not held --- */

/* All members: find their children and (USAGE) what they use. */
void	real_survey(bool usage);
/* Every process that a listener answers for: SIGKILL. */
void	real_kill_enforced(void);

/* --- linux/watch.c --- */

int	watch_init(void);
void	watch_fini(void);
int	watch_add(int fd, uint64_t key);	/* 0 or errno */
void	watch_remove(int fd);
void	watch_wake(void);
/* What there is to do is done now, by the caller or by whoever is at it. */
void	watch_now(void);
/* Handles the exits that have happened by now.  real_lock held. */
void	watch_exits(void);

#define	WATCH_PID	(UINT64_C(1) << 32)	/* key of a pidfd: | pid */
#define	WATCH_WAKE	(UINT64_C(2) << 32)

/* --- kills.c --- */

/* With the stand-in's locks held: queues it, and the watcher does it. */
void	kills_queue(struct rig_host *);
void	kills_forget(struct rig_host *);
/* real_lock held. */
void	kills_run(void);

#endif	/* !REAL_H */
