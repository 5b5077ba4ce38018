/*
 * calls_net.c -- making sockets other than plain ones.
 *
 * A netlink socket is what a routing socket is on NetBSD: anybody may open
 * one and read; who may change anything is asked later there.  Here nobody
 * could ask later, so a member that has the host's rights gets a socket
 * which we made without them: it reads, and changes nothing.  Where the
 * policy would let it change routes or interfaces it gets an ordinary one.
 */

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/cell.h>

#include "include/sys/kauth.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

/* As NetBSD numbers them. */
#define	NB_PF_INET	2
#define	NB_PF_INET6	24
#define	NB_PF_ROUTE	34
#define	NB_PF_BLUETOOTH	31
#define	NB_PF_CAN	35
#define	NB_SOCK_RAW	3

static int
open_socket(struct trap *t, int family, int type, int protocol)
{
	struct socket *so;
	int error;

	error = rig_socket(t->h->proc, family, type, protocol, &so);
	if (error == 0)
		rig_close(so);
	return error == 0 ? TRAP_CONTINUE : error;
}

/* This thread's capability, on or off; answers what it was, or -1. */
static int
net_admin(int on)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct cap[2];
	uint32_t bit = 1U << CAP_NET_ADMIN;
	int was;

	if (syscall(SYS_capget, &head, cap) == -1)
		return -1;
	was = (cap[0].effective & bit) != 0;
	if (on)
		cap[0].effective |= bit;
	else
		cap[0].effective &= ~bit;
	return syscall(SYS_capset, &head, cap) == -1 ? -1 : was;
}

/* Ours would be in our network, not in the caller's. */
static bool
same_network(pid_t tid)
{
	struct stat a, b;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)tid);
	return stat(path, &a) == 0 && stat("/proc/self/ns/net", &b) == 0 &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Gives the caller a descriptor, which is the answer at the same time. */
static int
give(struct trap *t, int fd, int type)
{
	struct seccomp_notif_addfd add = {
		.id = t->req->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)fd,
		.newfd_flags = (type & SOCK_CLOEXEC) != 0 ? O_CLOEXEC : 0
	};
	int n = ioctl(t->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);

	close(fd);
	t->sent = n >= 0;
	return n >= 0 ? 0 : EMFILE;
}

static int
powerless_socket(struct trap *t, int type, int protocol)
{
	int was = net_admin(0), fd;

	/* Without the right ourselves, the caller's is not ours to take. */
	if (was == -1)
		return TRAP_CONTINUE;
	fd = socket(AF_NETLINK, type, protocol);
	if (was)
		(void)net_admin(1);
	return fd == -1 ? TRAP_CONTINUE : give(t, fd, type);
}

static int
netlink(struct trap *t, int type, int protocol)
{
	int what = open_socket(t, NB_PF_ROUTE, NB_SOCK_RAW, 0);

	if (what != TRAP_CONTINUE)
		return what;
	if (protocol == NETLINK_NETFILTER)
		return trap_ask(t, CELL_SCOPE_NETWORK, KAUTH_NETWORK_FIREWALL,
		    KAUTH_REQ_NETWORK_FIREWALL_FW, EPERM);
	if (rig_euid(t->h->proc) != 0 || !same_network(t->tid))
		return TRAP_CONTINUE;
	if (!rig_peek_denied(t->h->proc, CELL_SCOPE_NETWORK,
	    KAUTH_NETWORK_ROUTE, 0) && !rig_peek_denied(t->h->proc,
	    CELL_SCOPE_NETWORK, KAUTH_NETWORK_INTERFACE,
	    KAUTH_REQ_NETWORK_INTERFACE_SETPRIV))
		return TRAP_CONTINUE;
	return powerless_socket(t, type, protocol);
}

/* A multicast router's options, or a packet filter's. */
int
trap_setsockopt(struct trap *t)
{
	if ((uint32_t)trap_arg(t, 2) >= SOCKOPT_ROUTER)
		return trap_ask(t, CELL_SCOPE_NETWORK, KAUTH_NETWORK_ROUTE, 0,
		    EPERM);
	return trap_ask(t, CELL_SCOPE_NETWORK, KAUTH_NETWORK_FIREWALL,
	    KAUTH_REQ_NETWORK_FIREWALL_FW, EPERM);
}

int
trap_socket(struct trap *t)
{
	int family = (int)trap_arg(t, 0), type = (int)trap_arg(t, 1);
	int protocol = (int)trap_arg(t, 2);

	switch (family) {
	case AF_NETLINK:
		return netlink(t, type, protocol);
	case AF_INET6:
		return open_socket(t, NB_PF_INET6, NB_SOCK_RAW, protocol);
	case AF_BLUETOOTH:
		return open_socket(t, NB_PF_BLUETOOTH, type & 0xf, protocol);
	case AF_CAN:
		return open_socket(t, NB_PF_CAN, type & 0xf, protocol);
	case AF_VSOCK:
	case AF_ALG:
		/* Neither raw nor known there. */
		return open_socket(t, family, type & 0xf, protocol);
	default:
		/* Packets as they are on the wire: at least a raw socket. */
		return open_socket(t, NB_PF_INET, NB_SOCK_RAW, protocol);
	}
}
