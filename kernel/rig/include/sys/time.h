/*
 * sys/time.h -- the kernel's clocks.  They run as the host's do, plus what a
 * test has advanced them by (rig_clock_advance in rig.h).
 */

#ifndef _SYS_TIME_H_
#define	_SYS_TIME_H_

#include <sys/types.h>

struct timeval {
	time_t		tv_sec;
	suseconds_t	tv_usec;
};
struct timespec {
	time_t		tv_sec;
	long		tv_nsec;
};
struct bintime {
	time_t		sec;
	uint64_t	frac;
};

#define	timerclear(t)		((t)->tv_sec = 0, (t)->tv_usec = 0)
#define	timerisset(t)		((t)->tv_sec || (t)->tv_usec)
#define	timercmp(t, u, c)						\
	(((t)->tv_sec == (u)->tv_sec) ?					\
	    ((t)->tv_usec c (u)->tv_usec) : ((t)->tv_sec c (u)->tv_sec))
#define	timeradd(t, u, v) do {						\
	(v)->tv_sec = (t)->tv_sec + (u)->tv_sec;			\
	(v)->tv_usec = (t)->tv_usec + (u)->tv_usec;			\
	if ((v)->tv_usec >= 1000000) {					\
		(v)->tv_sec++;						\
		(v)->tv_usec -= 1000000;				\
	}								\
} while (0)
#define	timersub(t, u, v) do {						\
	(v)->tv_sec = (t)->tv_sec - (u)->tv_sec;			\
	(v)->tv_usec = (t)->tv_usec - (u)->tv_usec;			\
	if ((v)->tv_usec < 0) {						\
		(v)->tv_sec--;						\
		(v)->tv_usec += 1000000;				\
	}								\
} while (0)

/* Since 1970, and since boot; the get- variants are as exact here. */
void	nanotime(struct timespec *);
void	microtime(struct timeval *);
void	nanouptime(struct timespec *);
void	microuptime(struct timeval *);
#define	getnanotime	nanotime
#define	getmicrotime	microtime
#define	getnanouptime	nanouptime
#define	getmicrouptime	microuptime

time_t	getrealtime(void);
time_t	getuptime(void);
uint32_t getuptime32(void);
#define	time_second	getrealtime()
#define	time_uptime	getuptime()
#define	time_uptime32	getuptime32()

int	ratecheck(struct timeval *, const struct timeval *);
int	ppsratecheck(struct timeval *, int *, int);

#endif	/* !_SYS_TIME_H_ */
