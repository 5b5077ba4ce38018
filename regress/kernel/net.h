/* net.h -- sockets and addresses for tests of what may be bound. */

#ifndef NET_H
#define	NET_H

#include "kit.h"

#define	TCP	1
#define	UDP	2
#define	ANON_MIN	49152		/* the default range */
#define	ANON_MAX	65535

extern const uint8_t addr_7[4], addr_8[4];		/* 192.0.2.7, .8 */
extern const uint8_t addr_7_mapped[16], addr_8_mapped[16];
extern const uint8_t addr6_7[16], addr6_8[16];		/* 2001:db8::7, ::8 */

/* A socket that lives for this question. */
int	bind_to(struct proc *, int family, int type, const void *addr,
	    uint16_t port);
int	bind4(struct proc *, uint16_t port);
int	bind6(struct proc *, uint16_t port);
/* As the kernel picks one; *PORTP is untouched where it finds none. */
int	bind_picked(struct proc *, int family, const void *addr,
	    uint16_t first, uint16_t *portp);
int	connect_picked(struct proc *, int family, uint16_t first,
	    uint16_t *portp);

/* A cell that declares these ports, up to a 0. */
uint32_t cell_ports(const char *name, uint32_t profile, uint32_t mode,
    const uint16_t *ports);
/* What a cell declares from now on. */
int	set_ports(uint32_t id, const uint16_t *ports, struct cell_result *);

#define	PORTS(...)	((const uint16_t[]){ __VA_ARGS__, 0 })

#endif	/* !NET_H */
