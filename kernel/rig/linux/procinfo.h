/* procinfo.h -- what the host's /proc says about a process. */

#ifndef PROCINFO_H
#define	PROCINFO_H

#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "rig_real.h"

#define	PROCINFO_COMMLEN	17

struct procinfo {
	pid_t		pid;
	pid_t		ppid;
	char		state;		/* R S D Z T ... */
	char		comm[PROCINFO_COMMLEN];
	int		nice;
	uint64_t	start;		/* with pid: an identity */
	uint64_t	utime;		/* microseconds, as all times here */
	uint64_t	stime;
	uint64_t	ctime;		/* of children waited for, both */
	uint64_t	vsz;		/* bytes */
	uint64_t	rss;
};

/* What is asked about often, and of a thread. */
struct procstatus {
	pid_t		tgid;
	pid_t		ppid;		/* of the thread group */
	char		comm[PROCINFO_COMMLEN];	/* the thread's */
	struct rig_ids	ids;
	bool		filtered;	/* by seccomp(2) */
};

/* 0, ESRCH, or why /proc cannot be read. */
int	procinfo_read(pid_t, struct procinfo *);
int	procinfo_status(pid_t tid, struct procstatus *);

/* The thread group of a thread; 0: it is gone. */
pid_t	procinfo_tgid(pid_t tid);

/* Which directory its root is; false: not to be known. */
bool	procinfo_root(pid_t, dev_t *, ino_t *);

/* Calls back with each child; stops where that answers false. */
void	procinfo_children(pid_t, bool (*)(pid_t, void *), void *);
/* ... with every process there is. */
void	procinfo_all(bool (*)(pid_t, void *), void *);

#endif	/* !PROCINFO_H */
