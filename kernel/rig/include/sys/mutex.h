/*
 * sys/mutex.h -- mutex(9).  Recursion, foreign unlock, destroying a held
 * lock, and sleeping with a spin lock or in a pserialize(9) section end the
 * program with a line that says so, as LOCKDEBUG would.
 *
 * Included by files of the host as well: only <sys/types.h> above.
 */

#ifndef _SYS_MUTEX_H_
#define	_SYS_MUTEX_H_

#include <sys/types.h>
#include <stdbool.h>

typedef enum kmutex_type_t {
	MUTEX_SPIN = 0,
	MUTEX_ADAPTIVE = 1,
	MUTEX_DEFAULT = 2,
	MUTEX_DRIVER = 3
} kmutex_type_t;

typedef struct kmutex {
	const void	*km_owner;	/* thread, or NULL */
	int		km_ipl;		/* above IPL_SOFTSERIAL: a spin lock */
	unsigned int	km_magic;
	unsigned int	km_obj;		/* references of mutex_obj(9) */
	unsigned long	km_host[8];	/* pthread_mutex_t */
} kmutex_t;

void	mutex_init(kmutex_t *, kmutex_type_t, int);
void	mutex_destroy(kmutex_t *);
void	mutex_enter(kmutex_t *);
void	mutex_exit(kmutex_t *);
void	mutex_spin_enter(kmutex_t *);
void	mutex_spin_exit(kmutex_t *);
int	mutex_tryenter(kmutex_t *);
int	mutex_owned(const kmutex_t *);
int	mutex_ownable(const kmutex_t *);

kmutex_t *mutex_obj_alloc(kmutex_type_t, int);
void	mutex_obj_hold(kmutex_t *);
bool	mutex_obj_free(kmutex_t *);

#endif	/* !_SYS_MUTEX_H_ */
