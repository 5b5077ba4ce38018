/* netinet/in_pcb.h -- the ephemeral ranges, sysctls on NetBSD. */

#ifndef _NETINET_IN_PCB_H_
#define	_NETINET_IN_PCB_H_

extern int	anonportmin;
extern int	anonportmax;
extern int	lowportmin;
extern int	lowportmax;

#endif	/* !_NETINET_IN_PCB_H_ */
