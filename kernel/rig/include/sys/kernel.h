/* sys/kernel.h */

#ifndef _SYS_KERNEL_H_
#define	_SYS_KERNEL_H_

#include <sys/time.h>

extern int	hz;		/* ticks a second */
extern int	cold;

int	getticks(void);

#endif	/* !_SYS_KERNEL_H_ */
