/* netinet/in.h -- addresses with NetBSD's layout, length first. */

#ifndef _NETINET_IN_H_
#define	_NETINET_IN_H_

#include <sys/socket.h>
#include <sys/endian.h>

typedef uint32_t	in_addr_t;
typedef uint16_t	in_port_t;

struct in_addr {
	in_addr_t	s_addr;
} __packed;

struct sockaddr_in {
	uint8_t		sin_len;
	sa_family_t	sin_family;
	in_port_t	sin_port;
	struct in_addr	sin_addr;
	uint8_t		sin_zero[8];
};

struct in6_addr {
	union {
		uint8_t		__u6_addr8[16];
		uint16_t	__u6_addr16[8];
		uint32_t	__u6_addr32[4];
	} __u6_addr;
};
#define	s6_addr		__u6_addr.__u6_addr8
#define	s6_addr8	__u6_addr.__u6_addr8
#define	s6_addr16	__u6_addr.__u6_addr16
#define	s6_addr32	__u6_addr.__u6_addr32

struct sockaddr_in6 {
	uint8_t		sin6_len;
	sa_family_t	sin6_family;
	in_port_t	sin6_port;
	uint32_t	sin6_flowinfo;
	struct in6_addr	sin6_addr;
	uint32_t	sin6_scope_id;
};

#define	IPPORT_RESERVED		1024
#define	IPPORT_ANONMIN		49152
#define	IPPORT_ANONMAX		65535
#define	IPPORT_RESERVEDMIN	600
#define	IPPORT_RESERVEDMAX	(IPPORT_RESERVED - 1)

#define	IPPROTO_IP		0
#define	IPPROTO_ICMP		1
#define	IPPROTO_TCP		6
#define	IPPROTO_UDP		17
#define	IPPROTO_IPV6		41
#define	IPPROTO_ICMPV6		58
#define	IPPROTO_RAW		255

#define	INADDR_ANY		((in_addr_t)0x00000000)
#define	INADDR_LOOPBACK		((in_addr_t)0x7f000001)
#define	IN_MULTICAST(a)		((ntohl(a) & 0xf0000000U) == 0xe0000000U)
#define	in_nullhost(x)		((x).s_addr == INADDR_ANY)

#define	IN6_IS_ADDR_UNSPECIFIED(a)					\
	((a)->s6_addr32[0] == 0 && (a)->s6_addr32[1] == 0 &&		\
	 (a)->s6_addr32[2] == 0 && (a)->s6_addr32[3] == 0)
#define	IN6_IS_ADDR_V4MAPPED(a)						\
	((a)->s6_addr32[0] == 0 && (a)->s6_addr32[1] == 0 &&		\
	 (a)->s6_addr32[2] == htonl(0x0000ffff))
#define	IN6_IS_ADDR_LOOPBACK(a)						\
	((a)->s6_addr32[0] == 0 && (a)->s6_addr32[1] == 0 &&		\
	 (a)->s6_addr32[2] == 0 && (a)->s6_addr32[3] == htonl(1))
#define	IN6_IS_ADDR_MULTICAST(a)	((a)->s6_addr[0] == 0xff)
#define	IN6_IS_ADDR_LINKLOCAL(a)					\
	((a)->s6_addr[0] == 0xfe && ((a)->s6_addr[1] & 0xc0) == 0x80)
#define	IN6_IS_ADDR_MC_LINKLOCAL(a)					\
	(IN6_IS_ADDR_MULTICAST(a) && ((a)->s6_addr[1] & 0x0f) == 0x02)
#define	IN6_IS_SCOPE_LINKLOCAL(a)					\
	(IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MC_LINKLOCAL(a))
#define	IN6_ARE_ADDR_EQUAL(a, b)					\
	(memcmp(&(a)->s6_addr[0], &(b)->s6_addr[0], 16) == 0)

#endif	/* !_NETINET_IN_H_ */
