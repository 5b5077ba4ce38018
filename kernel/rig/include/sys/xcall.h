/* sys/xcall.h -- of xcall(9), the barrier. */

#ifndef _SYS_XCALL_H_
#define	_SYS_XCALL_H_

#include <sys/types.h>

/*
 * Returns when every thread that was in a pserialize(9) section, which is
 * the only way to keep off a cross call here, has left it.
 */
void	xc_barrier(u_int);

#endif	/* !_SYS_XCALL_H_ */
