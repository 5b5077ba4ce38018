/* policy_bind.c -- binding ports that no cell has declared. */

#include <stddef.h>

#include "policy.h"

/* Inside and outside of the default range of ephemeral ports. */
#define	UNDECLARED	8080
#define	PRIVILEGED	81
#define	EPHEMERAL	50000

static int
bind_port(struct proc *p, int family, uint16_t port)
{
	struct socket *so;
	int error;

	error = rig_socket(p, family, 1, 0, &so);
	if (error != 0)
		return error;
	error = rig_bind(p, so, NULL, port);
	rig_close(so);
	return error;
}

int
bind_undeclared(struct proc *p, struct proc *object)
{
	(void)object;
	return bind_port(p, 4, UNDECLARED);
}

int
bind_undeclared_privileged(struct proc *p, struct proc *object)
{
	(void)object;
	return bind_port(p, 6, PRIVILEGED);
}

int
bind_ephemeral(struct proc *p, struct proc *object)
{
	(void)object;
	return bind_port(p, 4, EPHEMERAL);
}

int
bind_any_port(struct proc *p, struct proc *object)
{
	struct socket *so;
	uint16_t port;
	int error;

	(void)object;
	error = rig_socket(p, 6, 1, 0, &so);
	if (error != 0)
		return error;
	error = rig_bind_any(p, so, NULL, EPHEMERAL, &port);
	rig_close(so);
	return error;
}
