/* sys/sched.h -- scheduling classes. */

#ifndef _SYS_SCHED_H_
#define	_SYS_SCHED_H_

#define	SCHED_NONE	(-1)
#define	SCHED_OTHER	0
#define	SCHED_FIFO	1
#define	SCHED_RR	2
#define	PRI_NONE	(-1)

#endif	/* !_SYS_SCHED_H_ */
