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
 * The network scope: sockets, ports, and the host's network.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>

#include <net/if.h>
#include <net/route.h>

#include <secmodel/cell/cell_impl.h>

/* Whose a socket is: that of the credential it was created with. */
static struct cell *
cell_of_socket(const struct socket *so)
{

	return so != NULL && so->so_cred != NULL ? cell_of_cred(so->so_cred) :
	    NULL;
}

/* Sockets to see and to drop have an owner. */
static int
cell_socket(struct cell *c, kauth_cred_t cred, enum kauth_network_req req,
    const struct socket *so)
{
	const struct cell *object = cell_of_socket(so);

	if (c == NULL && (object == NULL || kauth_cred_geteuid(cred) == 0))
		return KAUTH_RESULT_DEFER;
	return cell_judge(c, cred, cell_rule_find(CELL_SCOPE_NETWORK,
	    KAUTH_NETWORK_SOCKET, req, c != object)->ru_id,
	    cell_id(object), 0, NULL);
}

/* Anybody may open what only reports on interfaces and routes. */
static bool
cell_socket_is_raw(u_long domain, u_long type)
{

	return type == SOCK_RAW && domain != PF_ROUTE && domain != PF_OROUTE;
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Network
 * Responsibility: Sockets have owners, ports have owners, and the host's
 * network is the host's to configure.
 */
int
cell_judge_network(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	const enum kauth_network_req req =
	    (enum kauth_network_req)(uintptr_t)arg0;
	struct cell *c;
	u_int rule;

	c = cell_of_cred(cred);

	if (action == KAUTH_NETWORK_SOCKET &&
	    (req == KAUTH_REQ_NETWORK_SOCKET_CANSEE ||
	    req == KAUTH_REQ_NETWORK_SOCKET_DROP))
		return cell_socket(c, cred, req, arg1);
	if (action == KAUTH_NETWORK_BIND &&
	    (req == KAUTH_REQ_NETWORK_BIND_PORT ||
	    req == KAUTH_REQ_NETWORK_BIND_PRIVPORT))
		return cell_bind(c, cred, req, arg1, arg2);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;

	rule = cell_rule_find(CELL_SCOPE_NETWORK, action, req, false)->ru_id;
	if (rule == CELL_R_SOCKET_OPEN &&
	    cell_socket_is_raw((u_long)arg1, (u_long)arg2))
		rule = CELL_R_SOCKET_OPENRAW;
	if (rule == CELL_R_ROUTE && arg1 != NULL &&
	    ((const struct rt_msghdr *)arg1)->rtm_type == RTM_GET)
		rule = CELL_R_ROUTE_GET;
	return cell_judge(c, cred, rule, 0, 0, NULL);
}
