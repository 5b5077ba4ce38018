/*
 * sys/rwlock.h -- rwlock(9).  Included by files of the host as well.
 */

#ifndef _SYS_RWLOCK_H_
#define	_SYS_RWLOCK_H_

#include <sys/types.h>

typedef enum krw_t {
	RW_READER = 0,
	RW_WRITER = 1
} krw_t;

typedef struct krwlock {
	const void	*rw_owner;	/* the writer's thread, or NULL */
	unsigned int	rw_readers;
	unsigned int	rw_magic;
	unsigned long	rw_host[8];	/* pthread_rwlock_t */
} krwlock_t;

void	rw_init(krwlock_t *);
void	rw_destroy(krwlock_t *);
void	rw_enter(krwlock_t *, const krw_t);
void	rw_exit(krwlock_t *);
int	rw_tryenter(krwlock_t *, const krw_t);
int	rw_read_held(krwlock_t *);
int	rw_write_held(krwlock_t *);
int	rw_lock_held(krwlock_t *);

#endif	/* !_SYS_RWLOCK_H_ */
