/* notify.h -- listeners of seccomp_unotify(2) and who answers them. */

#ifndef NOTIFY_H
#define	NOTIFY_H

#include <stdint.h>

/* A listener has something to say.  real_lock held; the watcher's. */
void	notify_event(uint32_t number);

#endif	/* !NOTIFY_H */
