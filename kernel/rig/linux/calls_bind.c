/*
 * calls_bind.c -- bind(2) of IP sockets.
 *
 * The address is read once, asked about, and bound by us on a duplicate of
 * the caller's socket: nobody can change it in between, and a cell can have
 * its declared privileged port as any user, where we have that right.
 */

#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/sys/kauth.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

#define	TRIES	256		/* ephemeral ports that are looked at */

union sa {
	struct sockaddr		sa;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
	char			buf[sizeof(struct sockaddr_storage)];
};

static uint16_t
sa_port(const union sa *sa)
{
	return ntohs(sa->sa.sa_family == AF_INET ? sa->in.sin_port :
	    sa->in6.sin6_port);
}

static void
sa_set_port(union sa *sa, uint16_t port)
{
	if (sa->sa.sa_family == AF_INET)
		sa->in.sin_port = htons(port);
	else
		sa->in6.sin6_port = htons(port);
}

static const void *
sa_addr(const union sa *sa)
{
	return sa->sa.sa_family == AF_INET ? (const void *)&sa->in.sin_addr :
	    (const void *)&sa->in6.sin6_addr;
}

/* bind(2) there, as it would be here; errno or 0. */
static int
bind_for(int fd, const union sa *sa, socklen_t len)
{
	return bind(fd, &sa->sa, len) == -1 ? errno : 0;
}

static int
bind_explicit(struct trap *t, struct socket *so, int fd, const union sa *sa,
    socklen_t len)
{
	int error = rig_bind(t->h->proc, so, sa_addr(sa), sa_port(sa));

	if (error != 0)
		return error;
	return fd == -1 ? TRAP_CONTINUE : bind_for(fd, sa, len);
}

/*
 * Any port.  The kernel's own choice will do unless cells have declared some
 * of the range: then we choose, from those that are nobody else's.
 */
static int
bind_any(struct trap *t, struct socket *so, int fd, union sa *sa,
    socklen_t len)
{
	int error, i, off = 0, reuse = 0;
	socklen_t rlen = sizeof(reuse);
	uint16_t port;

	if (fd == -1 || !rig_peek_ephemeral_declared()) {
		error = rig_bind_any(t->h->proc, so, sa_addr(sa),
		    (uint16_t)random(), &port);
		return error == 0 ? TRAP_CONTINUE : error;
	}
	/* A port that is shared would not be one of its own. */
	(void)getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, &rlen);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off));
	for (i = 0, error = EADDRINUSE; error == EADDRINUSE && i < TRIES; i++) {
		error = rig_bind_any(t->h->proc, so, sa_addr(sa),
		    (uint16_t)random(), &port);
		if (error == 0) {
			sa_set_port(sa, port);
			error = bind_for(fd, sa, len);
		}
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
	return error;
}

/* Is it really what the address says?  Then it is ours to bind. */
static int
get_socket(struct trap *t, int family, int *type)
{
	int fd = trap_getfd(t, (int)trap_arg(t, 0)), domain;
	socklen_t len = sizeof(domain);

	*type = SOCK_STREAM;
	if (fd == -1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == -1 ||
	    domain != family) {
		close(fd);
		return -1;
	}
	len = sizeof(*type);
	(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &len);
	return fd;
}

int
trap_bind(struct trap *t)
{
	uint64_t len = trap_arg(t, 2);
	struct socket *so;
	int fd, type, what;
	union sa sa;

	memset(&sa, 0, sizeof(sa));
	if (len > sizeof(sa) || len < sizeof(sa.sa.sa_family))
		return TRAP_CONTINUE;
	if (trap_read(t, trap_arg(t, 1), &sa, len) != 0)
		return EFAULT;
	if (!(sa.sa.sa_family == AF_INET && len >= sizeof(sa.in)) &&
	    !(sa.sa.sa_family == AF_INET6 && len >= sizeof(sa.in6)))
		return TRAP_CONTINUE;
	fd = get_socket(t, sa.sa.sa_family, &type);
	so = rig_real_socket(t->h->proc, sa.sa.sa_family == AF_INET ? 4 : 6,
	    type);
	what = sa_port(&sa) != 0 ?
	    bind_explicit(t, so, fd, &sa, (socklen_t)len) :
	    bind_any(t, so, fd, &sa, (socklen_t)len);
	rig_close(so);
	if (fd != -1)
		close(fd);
	return what;
}
