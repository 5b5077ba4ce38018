/* host_lock.h -- what the kinds of locks share. */

#ifndef HOST_LOCK_H
#define	HOST_LOCK_H

#include <pthread.h>
#include <stdbool.h>

struct kmutex;

/* The calling thread's identity. */
const void *host_thread(void);
void	host_lock_panic(const char *what, const void *lock);

pthread_mutex_t *host_mutex(const struct kmutex *);
bool	host_mutex_spins(const struct kmutex *);

#endif	/* !HOST_LOCK_H */
