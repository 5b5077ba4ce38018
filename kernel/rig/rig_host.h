/*
 * rig_host.h -- what the stand-ins (kern/, bsd44/) ask of the host (host/,
 * server/, linux/).  The former see no header of the C library and the latter
 * none of the kernel's, so only plain types cross here.
 */

#ifndef RIG_HOST_H
#define	RIG_HOST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory, zeroed on no account.  NULL: none left. */
void	*rig_host_alloc(size_t);
void	rig_host_free(void *);

/* Nanoseconds, of the wall clock or since some start; see rig_clock.c. */
uint64_t rig_host_realtime(void);
uint64_t rig_host_monotonic(void);
void	rig_host_sleep(uint64_t);

/* One line for the log; prio is syslog(3)'s. */
void	rig_host_log(int prio, const char *line);
void	rig_host_abort(const char *why) __attribute__((__noreturn__));

/* The level of this thread, as spl(9) and spin locks raise it. */
int	rig_host_ipl(void);
bool	rig_host_may_sleep(void);

/*
 * What binds a stand-in process to a real one.  The server sets these; with
 * none set processes are only acted.  rh_kill is called with proc_lock and
 * p_lock held.
 */
struct rig_host;
struct rig_host_ops {
	void	(*rh_kill)(struct rig_host *, int signo);
	void	(*rh_gone)(struct rig_host *);	/* the process is reaped */
};
extern const struct rig_host_ops *rig_host_ops;

/* Sizes that the opaque parts of locks must have. */
#define	RIG_HOST_LOCKSIZE	(8 * sizeof(unsigned long))

#endif	/* !RIG_HOST_H */
