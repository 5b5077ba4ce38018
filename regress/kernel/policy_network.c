/* policy_network.c -- the network scope. */

#include <sys/socket.h>
#include <errno.h>

#include "policy.h"

#define	A(name, tier, exc)	ACTION(NETWORK, name, tier, exc, HOST)
#define	R(name, req, tier, exc)	REQUEST(NETWORK, name, req, tier, exc, HOST)

/* NetBSD's numbers. */
#define	NB_PF_ROUTE	34
#define	NB_PF_OROUTE	17
#define	NB_SOCK_RAW	3
#define	NB_RTM_ADD	1
#define	NB_RTM_GET	4

static int
open_socket(struct proc *p, int family, int type)
{
	struct socket *so;
	int error = rig_socket(p, family, type, 0, &so);

	if (error == 0)
		rig_close(so);
	return error;
}

static int
open_raw4(struct proc *p, struct proc *object)
{
	(void)object;
	return open_socket(p, 4, NB_SOCK_RAW);
}

static int
open_raw6(struct proc *p, struct proc *object)
{
	(void)object;
	return open_socket(p, 6, NB_SOCK_RAW);
}

static int
open_route(struct proc *p, struct proc *object)
{
	(void)object;
	return open_socket(p, NB_PF_ROUTE, NB_SOCK_RAW);
}

static int
open_oroute(struct proc *p, struct proc *object)
{
	(void)object;
	return open_socket(p, NB_PF_OROUTE, NB_SOCK_RAW);
}

static int
route_get(struct proc *p, struct proc *object)
{
	(void)object;
	return rig_route(p, NB_RTM_GET);
}

static int
route_add(struct proc *p, struct proc *object)
{
	(void)object;
	return rig_route(p, NB_RTM_ADD);
}

static const struct row rows_network_table[] = {
	/* Sockets have owners. */
	REQUEST(NETWORK, SOCKET, SOCKET_CANSEE, NEVER, NONE, OTHER),
	REQUEST(NETWORK, SOCKET, SOCKET_DROP, NEVER, NONE, OTHER),
	R(SOCKET, SOCKET_OPEN, NEVER, NONE),
	R(SOCKET, SOCKET_RAWSOCK, MEDIUM, RAWSOCK),
	VARIANT("a raw socket, v4", NETWORK, MEDIUM, RAWSOCK, HOST, open_raw4),
	VARIANT("a raw socket, v6", NETWORK, MEDIUM, RAWSOCK, HOST, open_raw6),
	/* Raw by name alone: they report. */
	VARIANT("a routing socket", NETWORK, NEVER, NONE, HOST, open_route),
	VARIANT("an old routing socket", NETWORK, NEVER, NONE, HOST,
	    open_oroute),
	R(IPV6, IPV6_HOPBYHOP, MEDIUM, RAWSOCK),
	R(BIND, BIND_ANYADDR, MEDIUM, RAWSOCK),
	R(IPV6, IPV6_JOIN_MULTICAST, HIGH, MULTICAST),

	/* Ports; what other cells declare is in ports_test.c. */
	REQUEST(NETWORK, BIND, BIND_PORT, HIGH, NONE, HOST),
	REQUEST(NETWORK, BIND, BIND_PRIVPORT, HIGH, NONE, HOST),
	VARIANT("an undeclared port", NETWORK, HIGH, NONE, HOST,
	    bind_undeclared),
	VARIANT("an undeclared privileged port", NETWORK, HIGH, NONE, HOST,
	    bind_undeclared_privileged),
	VARIANT("an ephemeral port", NETWORK, NEVER, NONE, HOST,
	    bind_ephemeral),
	VARIANT("any port", NETWORK, NEVER, NONE, HOST, bind_any_port),

	/* Interfaces.  Anybody may look at them. */
	R(INTERFACE, INTERFACE_GET, NEVER, NONE),
	R(INTERFACE, INTERFACE_GETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE, INTERFACE_SET, MEDIUM, IFCONFIG),
	R(INTERFACE, INTERFACE_SETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE, INTERFACE_FIRMWARE, MEDIUM, IFCONFIG),
	/* in6_control() asks so when an address is added. */
	R(SOCKET, SOCKET_SETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE_PPP, INTERFACE_PPP_ADD, MEDIUM, IFCONFIG),
	R(INTERFACE_SLIP, INTERFACE_SLIP_ADD, MEDIUM, IFCONFIG),
	R(INTERFACE_STRIP, INTERFACE_STRIP_ADD, MEDIUM, IFCONFIG),
	R(INTERFACE_TUN, INTERFACE_TUN_ADD, MEDIUM, IFCONFIG),
	R(INTERFACE_BRIDGE, INTERFACE_BRIDGE_GETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE_BRIDGE, INTERFACE_BRIDGE_SETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE_PVC, INTERFACE_PVC_ADD, MEDIUM, IFCONFIG),
	R(INTERFACE_WG, INTERFACE_WG_GETPRIV, MEDIUM, IFCONFIG),
	R(INTERFACE_WG, INTERFACE_WG_SETPRIV, MEDIUM, IFCONFIG),

	/* Routes. */
	A(ROUTE, MEDIUM, ROUTE),
	VARIANT("changing a route", NETWORK, MEDIUM, ROUTE, HOST, route_add),
	VARIANT("looking up a route", NETWORK, NEVER, NONE, HOST, route_get),
	A(FORWSRCRT, MEDIUM, ROUTE),

	/* The firewall and its queues. */
	R(FIREWALL, FIREWALL_FW, MEDIUM, FIREWALL),
	R(FIREWALL, FIREWALL_NAT, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_AFMAP, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_BLUE, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_CBQ, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_CDNR, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_CONF, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_FIFOQ, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_HFSC, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_JOBS, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_PRIQ, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_RED, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_RIO, MEDIUM, FIREWALL),
	R(ALTQ, ALTQ_WFQ, MEDIUM, FIREWALL),
	R(IPSEC, IPSEC_BYPASS, MEDIUM, FIREWALL),

	/* Serving and mounting over the network. */
	R(NFS, NFS_EXPORT, MEDIUM, NFS),
	R(NFS, NFS_SVC, MEDIUM, NFS),
	R(SMB, SMB_SHARE_ACCESS, MEDIUM, MOUNT),
	R(SMB, SMB_SHARE_CREATE, MEDIUM, MOUNT),
	R(SMB, SMB_VC_ACCESS, MEDIUM, MOUNT),
	R(SMB, SMB_VC_CREATE, MEDIUM, MOUNT),

	UNKNOWN(NETWORK, 19, 0, MEDIUM, HOST),
	UNKNOWN(NETWORK, 64, 0, MEDIUM, HOST),
	UNKNOWN(NETWORK, KAUTH_NETWORK_SOCKET, 46, MEDIUM, HOST),
	UNKNOWN(NETWORK, KAUTH_NETWORK_INTERFACE, 46, MEDIUM, HOST),
	UNKNOWN(NETWORK, KAUTH_NETWORK_INTERFACE,
	    KAUTH_REQ_NETWORK_SOCKET_OPEN, MEDIUM, HOST),
	UNKNOWN(NETWORK, KAUTH_NETWORK_FIREWALL, 99, MEDIUM, HOST),
};
ROWS(rows_network);
