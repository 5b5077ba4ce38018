/* range.h -- net.inet{,6}.ip{,6}.anonportmin and anonportmax. */

#ifndef RANGE_H
#define	RANGE_H

void	range_set(int family, int lo, int hi);

#endif	/* !RANGE_H */
