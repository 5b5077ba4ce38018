/*
 * rig_calls_net.c -- sockets: making, binding, connecting and seeing them,
 * after in_pcb.c, in6_pcb.c and portalgo.c.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet6/ip6_var.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"
#include "rig_real.h"

/* What each socket has, where the kernel's are shared tables. */
struct rig_so {
	struct socket	so;
	struct protosw	proto;
	struct domain	domain;
};

union rig_sa {
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
};

/* Whatever a kernel stack holds. */
#define	GARBAGE	0xd7

static struct socket *
make_socket(struct lwp *l, int dom, int type, int protocol)
{
	struct rig_so *rs = kmem_zalloc(sizeof(*rs), KM_SLEEP);

	rs->domain.dom_family = dom;
	rs->proto.pr_type = type;
	rs->proto.pr_protocol = (short)protocol;
	rs->proto.pr_domain = &rs->domain;
	rs->so.so_type = (short)type;
	rs->so.so_proto = &rs->proto;
	rs->so.so_cred = kauth_cred_hold(l->l_cred);
	rs->so.so_cpid = l->l_proc->p_pid;
	return &rs->so;
}

struct socket *
rig_real_socket(struct proc *p, int family, int type)
{
	struct socket *so;
	RIG_AS(p);

	so = make_socket(l, family == 4 ? PF_INET : PF_INET6, type, 0);
	RIG_DONE();
	return so;
}

int
rig_socket(struct proc *p, int family, int type, int protocol,
    struct socket **sop)
{
	int dom = family == 4 ? PF_INET : family == 6 ? PF_INET6 : family;
	int error;
	RIG_AS(p);

	*sop = NULL;
	error = kauth_authorize_network(l->l_cred, KAUTH_NETWORK_SOCKET,
	    KAUTH_REQ_NETWORK_SOCKET_OPEN, KAUTH_ARG(dom), KAUTH_ARG(type),
	    KAUTH_ARG(protocol));
	if (error == 0)
		*sop = make_socket(l, dom, type, protocol);
	RIG_DONE();
	return error;
}

void
rig_close(struct socket *so)
{
	struct rig_so *rs = (struct rig_so *)so;

	kauth_cred_free(so->so_cred);
	kmem_free(rs, sizeof(*rs));
}

static bool
so_is_v4(const struct socket *so)
{
	return so->so_proto->pr_domain->dom_family == AF_INET;
}

/* As bind(2) copies it in: complete, the port in network order. */
static void
sa_explicit(union rig_sa *sa, bool v4, const void *addr, uint16_t port)
{
	memset(sa, 0, sizeof(*sa));
	if (v4) {
		sa->in.sin_len = sizeof(sa->in);
		sa->in.sin_family = AF_INET;
		sa->in.sin_port = htons(port);
		if (addr != NULL)
			memcpy(&sa->in.sin_addr, addr, 4);
	} else {
		sa->in6.sin6_len = sizeof(sa->in6);
		sa->in6.sin6_family = AF_INET6;
		sa->in6.sin6_port = htons(port);
		if (addr != NULL)
			memcpy(&sa->in6.sin6_addr, addr, 16);
	}
}

/* As portalgo.c leaves it: the port in host order, little else. */
static void
sa_candidate(union rig_sa *sa, bool v4, const void *addr, uint16_t port)
{
	memset(sa, GARBAGE, sizeof(*sa));
	if (v4) {
		sa->in.sin_port = port;
		memset(&sa->in.sin_addr, 0, 4);
		if (addr != NULL)
			memcpy(&sa->in.sin_addr, addr, 4);
	} else {
		sa->in6.sin6_port = port;
		memset(&sa->in6.sin6_addr, 0, 16);
		if (addr != NULL)
			memcpy(&sa->in6.sin6_addr, addr, 16);
	}
}

static int
ask_bind(struct lwp *l, struct socket *so, union rig_sa *sa, bool privileged)
{
	return kauth_authorize_network(l->l_cred, KAUTH_NETWORK_BIND,
	    privileged ? KAUTH_REQ_NETWORK_BIND_PRIVPORT :
	    KAUTH_REQ_NETWORK_BIND_PORT, so, sa, NULL);
}

static int
bind_explicit(struct proc *p, struct socket *so, bool v4, const void *addr,
    uint16_t port)
{
	union rig_sa sa;
	int error;
	RIG_AS(p);

	KASSERT(port != 0);
	sa_explicit(&sa, v4, addr, port);
	error = ask_bind(l, so, &sa, port < IPPORT_RESERVED);
	RIG_DONE();
	return error != 0 ? EACCES : 0;
}

int
rig_bind(struct proc *p, struct socket *so, const void *addr, uint16_t port)
{
	return bind_explicit(p, so, so_is_v4(so), addr, port);
}

/* sctp_inpcb_bind() takes either kind of address for an IPv6 socket. */
int
rig_bind_sctp4(struct proc *p, struct socket *so, const void *addr,
    uint16_t port)
{
	return bind_explicit(p, so, true, addr, port);
}

/* algo_bsd(): downwards, once round. */
static int
pick_port(struct lwp *l, struct socket *so, const void *addr, uint16_t first,
    uint16_t *portp)
{
	const bool v4 = so_is_v4(so);
	const u_int lo = (u_int)(v4 ? anonportmin : ip6_anonportmin);
	const u_int hi = (u_int)(v4 ? anonportmax : ip6_anonportmax);
	union rig_sa sa;
	u_int n, port = first;

	for (n = hi - lo + 1; n > 0; n--, port--) {
		if (port < lo || port > hi)
			port = hi;
		sa_candidate(&sa, v4, addr, (uint16_t)port);
		if (ask_bind(l, so, &sa, false) == 0) {
			*portp = (uint16_t)port;
			return 0;
		}
	}
	return EAGAIN;
}

int
rig_bind_any(struct proc *p, struct socket *so, const void *addr,
    uint16_t first, uint16_t *portp)
{
	union rig_sa sa;
	int error;
	RIG_AS(p);

	sa_explicit(&sa, so_is_v4(so), addr, 0);
	error = ask_bind(l, so, &sa, false) != 0 ? EACCES :
	    pick_port(l, so, addr, first, portp);
	RIG_DONE();
	return error;
}

/* connect(2) of an unbound socket binds it to the wildcard first. */
int
rig_connect(struct proc *p, struct socket *so, uint16_t first,
    uint16_t *portp)
{
	return rig_bind_any(p, so, NULL, first, portp);
}

static int
ask_socket(struct proc *p, enum kauth_network_req req, struct socket *so)
{
	int error;
	RIG_AS(p);

	error = kauth_authorize_network(l->l_cred, KAUTH_NETWORK_SOCKET, req,
	    so, NULL, NULL);
	RIG_DONE();
	return error;
}

int
rig_cansee_socket(struct proc *p, struct socket *so)
{
	return ask_socket(p, KAUTH_REQ_NETWORK_SOCKET_CANSEE, so);
}

int
rig_tcpdrop(struct proc *p, struct socket *so)
{
	return ask_socket(p, KAUTH_REQ_NETWORK_SOCKET_DROP, so);
}

int
rig_route(struct proc *p, int type)
{
	struct rt_msghdr rtm;
	int error;
	RIG_AS(p);

	memset(&rtm, 0, sizeof(rtm));
	rtm.rtm_msglen = sizeof(rtm);
	rtm.rtm_version = RTM_VERSION;
	rtm.rtm_type = (u_char)type;
	error = kauth_authorize_network(l->l_cred, KAUTH_NETWORK_ROUTE, 0,
	    &rtm, NULL, NULL);
	RIG_DONE();
	return error;
}
