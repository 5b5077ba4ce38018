/* netinet6/ip6_var.h -- the ephemeral ranges, sysctls on NetBSD. */

#ifndef _NETINET6_IP6_VAR_H_
#define	_NETINET6_IP6_VAR_H_

extern int	ip6_anonportmin;
extern int	ip6_anonportmax;
extern int	ip6_lowportmin;
extern int	ip6_lowportmax;

#endif	/* !_NETINET6_IP6_VAR_H_ */
