/*
 * sys/condvar.h -- condvar(9).  Included by files of the host as well.
 */

#ifndef _SYS_CONDVAR_H_
#define	_SYS_CONDVAR_H_

#include <sys/types.h>

struct kmutex;

typedef struct kcondvar {
	const char	*cv_wmesg;
	unsigned int	cv_waiters;
	unsigned int	cv_magic;
	unsigned long	cv_host[8];	/* pthread_cond_t */
} kcondvar_t;

void	cv_init(kcondvar_t *, const char *);
void	cv_destroy(kcondvar_t *);
void	cv_wait(kcondvar_t *, struct kmutex *);
int	cv_wait_sig(kcondvar_t *, struct kmutex *);
int	cv_timedwait(kcondvar_t *, struct kmutex *, int);
int	cv_timedwait_sig(kcondvar_t *, struct kmutex *, int);
void	cv_signal(kcondvar_t *);
void	cv_broadcast(kcondvar_t *);

#endif	/* !_SYS_CONDVAR_H_ */
