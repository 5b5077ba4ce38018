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
#include <stddef.h>
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

	return error != 0 ? error : bind_for(fd, sa, len);
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

	if (!rig_peek_ephemeral_declared()) {
		error = rig_bind_any(t->h->proc, so, sa_addr(sa),
		    (uint16_t)random(), &port);
		return error == 0 ? bind_for(fd, sa, len) : error;
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

/* The caller's socket, and what it is; -1 with errno. */
static int
get_socket(struct trap *t, int *domain, int *type)
{
	int fd = trap_getfd(t, (int)trap_arg(t, 0));
	socklen_t len = sizeof(*domain);

	*type = SOCK_STREAM;
	if (fd == -1)
		return -1;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, &len) == -1) {
		close(fd);
		errno = ENOTSOCK;
		return -1;
	}
	len = sizeof(*type);
	(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &len);
	return fd;
}

static int
bind_ip(struct trap *t, int fd, int domain, int type, union sa *sa,
    socklen_t len)
{
	struct socket *so;
	int what;

	/* As inet_bind() of the host takes it. */
	if (domain == AF_INET && sa->sa.sa_family == AF_UNSPEC &&
	    len >= sizeof(sa->in) && sa->in.sin_addr.s_addr == 0)
		sa->sa.sa_family = AF_INET;
	/* What is no address of such a socket is the host's to refuse. */
	if (sa->sa.sa_family != domain || len < (domain == AF_INET ?
	    sizeof(sa->in) : offsetof(struct sockaddr_in6, sin6_scope_id)))
		return sa->sa.sa_family == AF_UNSPEC ? EAFNOSUPPORT :
		    bind_for(fd, sa, len);
	so = rig_real_socket(t->h->proc, domain == AF_INET ? 4 : 6, type);
	what = sa_port(sa) != 0 ? bind_explicit(t, so, fd, sa, len) :
	    bind_any(t, so, fd, sa, len);
	rig_close(so);
	return what;
}

/*
 * What kind of socket it is decides, not what the address says it is, and an
 * IP socket is always bound here.  Others go on: a path is the caller's.
 */
int
trap_bind(struct trap *t)
{
	uint64_t len = (uint32_t)trap_arg(t, 2);
	int fd, domain, type, what;
	union sa sa;

	memset(&sa, 0, sizeof(sa));
	if (len > sizeof(sa) || len < sizeof(sa.sa.sa_family))
		return EINVAL;
	if (trap_read(t, trap_arg(t, 1), &sa, len) != 0)
		return EFAULT;
	fd = get_socket(t, &domain, &type);
	if (fd == -1)
		return errno;
	what = domain == AF_INET || domain == AF_INET6 ?
	    bind_ip(t, fd, domain, type, &sa, (socklen_t)len) :
	    TRAP_CONTINUE;
	close(fd);
	return what;
}
