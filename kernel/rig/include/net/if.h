/* net/if.h */

#ifndef _NET_IF_H_
#define	_NET_IF_H_

struct ifnet;

#endif	/* !_NET_IF_H_ */
