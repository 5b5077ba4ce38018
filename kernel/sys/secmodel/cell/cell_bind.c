/*-
 * Copyright (c) 2026 The Cells Project
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions
 * are met:
 * 1. Redistributions of source code must retain the above copyright
 *    notice, this list of conditions and the following disclaimer.
 * 2. Redistributions in binary form must reproduce the above copyright
 *    notice, this list of conditions and the following disclaimer in the
 *    documentation and/or other materials provided with the distribution.
 *
 * THIS SOFTWARE IS PROVIDED BY THE AUTHORS AND CONTRIBUTORS ``AS IS'' AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
 * IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE
 * ARE DISCLAIMED.  IN NO EVENT SHALL THE AUTHORS OR CONTRIBUTORS BE LIABLE
 * FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
 * DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS
 * OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION)
 * HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT
 * LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY
 * OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF
 * SUCH DAMAGE.
 */


/*
 * What may be bound.
 *
 * The kernel asks KAUTH_NETWORK_BIND in three ways:
 *
 *   - For the address that a program gave to bind(2): a complete sockaddr,
 *     with the port in network order.  sctp(4) also takes an IPv4 one for an
 *     IPv6 socket.
 *   - Before it picks a port itself, because bind(2) gave port 0 or because
 *     connect(2) needs one: port 0.
 *   - For each candidate that it picked (netinet/portalgo.c): the address
 *     and the port in host order; length and family were never set.  What
 *     bind(2) gives was checked for both, so whatever lacks them is a
 *     candidate.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#ifdef _KERNEL_OPT
#include "opt_inet.h"
#endif

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/domain.h>
#include <sys/protosw.h>
#include <sys/pserialize.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>

#include <net/if.h>

#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/ip.h>
#include <netinet/in_pcb.h>
#include <netinet/ip_var.h>
#ifdef INET6
#include <netinet/ip6.h>
#include <netinet6/ip6_var.h>
#endif

#include <secmodel/cell/cell_impl.h>

struct cell_want {
	uint16_t	port;		/* host order; 0 any */
	bool		picked;		/* by the kernel */
	bool		wild;
	bool		ephemeral;
	struct cell_addr addr;
};

static bool
cell_port_within(uint16_t port, int lo, int hi)
{

	return port >= lo && port <= hi;
}

static bool
cell_sa_is_v4(const void *sa)
{
	const struct sockaddr *s = sa;

	return s->sa_len == sizeof(struct sockaddr_in) &&
	    s->sa_family == AF_INET;
}

static void
cell_want_v4(struct cell_want *w, const struct sockaddr_in *sin)
{

	w->picked = !cell_sa_is_v4(sin);
	w->port = w->picked ? sin->sin_port : ntohs(sin->sin_port);
	w->ephemeral = cell_port_within(w->port, anonportmin, anonportmax);
	w->addr.ca_family = 4;
	memcpy(w->addr.ca_addr, &sin->sin_addr, sizeof(sin->sin_addr));
}

#ifdef INET6
/*
 * The kernel keeps the interface within the address, where its own question
 * may have left it: take it out.
 */
static void
cell_want_scope(struct cell_addr *ca, uint32_t scope_id)
{

	ca->ca_scope = scope_id != 0 ? scope_id :
	    (uint32_t)(ca->ca_addr[2] << 8 | ca->ca_addr[3]);
	ca->ca_addr[2] = ca->ca_addr[3] = 0;
}

static void
cell_want_v6(struct cell_want *w, const struct sockaddr_in6 *sin6)
{

	w->picked = sin6->sin6_len != sizeof(*sin6) ||
	    sin6->sin6_family != AF_INET6;
	w->port = w->picked ? sin6->sin6_port : ntohs(sin6->sin6_port);
	w->ephemeral = cell_port_within(w->port, ip6_anonportmin,
	    ip6_anonportmax);
	if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
		w->addr.ca_family = 4;
		memcpy(w->addr.ca_addr, &sin6->sin6_addr.s6_addr[12], 4);
		return;
	}
	w->addr.ca_family = 6;
	memcpy(w->addr.ca_addr, &sin6->sin6_addr, sizeof(w->addr.ca_addr));
	if (cell_addr_scoped(&w->addr))
		cell_want_scope(&w->addr, w->picked ? 0 : sin6->sin6_scope_id);
}
#endif

/* What is asked for; false where it is neither IPv4 nor IPv6. */
static bool
cell_want_parse(struct cell_want *w, const struct socket *so, const void *sa)
{

	memset(w, 0, sizeof(*w));
	if (so == NULL)
		return false;
	switch (so->so_proto->pr_domain->dom_family) {
	case AF_INET:
		w->addr.ca_family = 4;
		if (sa != NULL)
			cell_want_v4(w, sa);
		break;
#ifdef INET6
	case AF_INET6:
		w->addr.ca_family = 6;
		if (sa != NULL && cell_sa_is_v4(sa))
			cell_want_v4(w, sa);
		else if (sa != NULL)
			cell_want_v6(w, sa);
		break;
#endif
	default:
		return false;
	}
	w->wild = cell_addr_wild(&w->addr);
	return true;
}

/*
 * Whether the cell's addresses permit this one.  With any port, the
 * wildcard is what connect(2) asks for, and the port then picked was
 * preceded by a question about the address.
 */
static bool
cell_addr_permitted(struct cell *c, const struct cell_want *w)
{
	const struct cell_policy *cp;
	bool ok;
	int s;

	if (w->picked || (w->wild && w->port == 0))
		return true;
	s = pserialize_read_enter();
	cp = atomic_load_consume(&c->c_policy);
	ok = cp->cp_naddrs == 0 || cell_policy_has_addr(cp, &w->addr);
	pserialize_read_exit(s);
	return ok;
}

/*
 * A port that belongs to somebody else.  The host's root may have it by
 * asking for it, but nobody is handed it by chance.
 */
static int
cell_bind_other(struct cell *c, kauth_cred_t cred, const struct cell_want *w)
{

	if (w->picked)
		return cell_judge(c, cred, CELL_R_BIND_HANDOUT, 0, w->port,
		    &w->addr);
	if (c == NULL && kauth_cred_geteuid(cred) == 0)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, CELL_R_BIND_OTHER, 0, w->port, &w->addr);
}

/*
 * KAUTH_NETWORK_BIND for a port.  `c' is NULL for the host.  `sa' may be
 * NULL where the kernel is about to pick a port.
 */
int
cell_bind(struct cell *c, kauth_cred_t cred, enum kauth_network_req req,
    struct socket *so, const void *sa)
{
	struct cell_want w;
	uint32_t owner;

	if (!cell_want_parse(&w, so, sa)) {
		if (c == NULL)
			return KAUTH_RESULT_DEFER;
		return cell_judge(c, cred, CELL_R_NETWORK_UNKNOWN, 0, 0,
		    NULL);
	}
	owner = cell_ports_owner(w.port);
	if (owner != 0 && (c == NULL || owner != c->c_id))
		return cell_bind_other(c, cred, &w);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;

	if (!cell_addr_permitted(c, &w) &&
	    cell_judge(c, cred, CELL_R_BIND_ADDRESS, 0, w.port, &w.addr) ==
	    KAUTH_RESULT_DENY)
		return KAUTH_RESULT_DENY;
	if (owner != 0)
		return req == KAUTH_REQ_NETWORK_BIND_PRIVPORT ?
		    KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
	if (w.port == 0 || w.picked || w.ephemeral)
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, CELL_R_BIND_UNDECLARED, 0, w.port,
	    &w.addr);
}
