/*
 * mark.h -- what shows whose a process is, where nobody was asked.
 *
 * Every process under a listener bears the listener's mark: the soft limit
 * of RLIMIT_RTTIME, a number of microseconds that nothing reaches.  It is
 * inherited over fork(2) and execve(2), can be read of any process, and can
 * be changed by a system call only that is asked about.  Two rigs on a machine
 * have different marks.
 */

#ifndef MARK_H
#define	MARK_H

#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

/* Marks a process; false: its hard limit or the host does not let us. */
bool	mark_put(pid_t, uint32_t number);

/* The number a process is marked with, by this rig; 0: none. */
uint32_t mark_of(pid_t);

#endif	/* !MARK_H */
