/* sys/resourcevar.h -- limits and statistics of a process. */

#ifndef _SYS_RESOURCEVAR_H_
#define	_SYS_RESOURCEVAR_H_

#include <sys/resource.h>
#include <sys/mutex.h>

struct proc;

struct pstats {
	struct rusage	p_ru;		/* own */
	struct rusage	p_cru;		/* of children waited for */
	struct timeval	p_start;	/* since 1970 */
};

struct plimit {
	struct rlimit	pl_rlimit[RLIM_NLIMITS];
	char		*pl_corename;
	u_int		pl_refcnt;
	bool		pl_writeable;
	kmutex_t	pl_lock;
};

/* p->p_lock held, or the process SDEAD.  Any pointer may be NULL. */
void	calcru(struct proc *, struct timeval *, struct timeval *,
	    struct timeval *, struct timeval *);

#endif	/* !_SYS_RESOURCEVAR_H_ */
