/* net/route.h -- the head of a routing message. */

#ifndef _NET_ROUTE_H_
#define	_NET_ROUTE_H_

#include <sys/types.h>

#define	RTM_VERSION	4
#define	RTM_ADD		0x1
#define	RTM_DELETE	0x2
#define	RTM_CHANGE	0x3
#define	RTM_GET		0x4

struct rt_msghdr {
	u_short	rtm_msglen;
	u_char	rtm_version;
	u_char	rtm_type;
	u_short	rtm_index;
	int	rtm_flags;
	int	rtm_addrs;
	pid_t	rtm_pid;
	int	rtm_seq;
	int	rtm_errno;
};

#endif	/* !_NET_ROUTE_H_ */
