/* net.c -- sockets and addresses for tests of what may be bound. */

#include "net.h"

const uint8_t addr_7[4] = { 192, 0, 2, 7 };
const uint8_t addr_8[4] = { 192, 0, 2, 8 };
const uint8_t addr_7_mapped[16] = {
	[10] = 0xff, 0xff, 192, 0, 2, 7
};
const uint8_t addr_8_mapped[16] = {
	[10] = 0xff, 0xff, 192, 0, 2, 8
};
const uint8_t addr6_7[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };
const uint8_t addr6_8[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 8 };

int
bind_to(struct proc *p, int family, int type, const void *addr, uint16_t port)
{
	struct socket *so;
	int error;

	MUST(rig_socket(p, family, type, 0, &so));
	error = rig_bind(p, so, addr, port);
	rig_close(so);
	return error;
}

int
bind4(struct proc *p, uint16_t port)
{
	return bind_to(p, 4, TCP, NULL, port);
}

int
bind6(struct proc *p, uint16_t port)
{
	return bind_to(p, 6, TCP, NULL, port);
}

int
bind_picked(struct proc *p, int family, const void *addr, uint16_t first,
    uint16_t *portp)
{
	struct socket *so;
	int error;

	MUST(rig_socket(p, family, UDP, 0, &so));
	error = rig_bind_any(p, so, addr, first, portp);
	rig_close(so);
	return error;
}

int
connect_picked(struct proc *p, int family, uint16_t first, uint16_t *portp)
{
	struct socket *so;
	int error;

	MUST(rig_socket(p, family, TCP, 0, &so));
	error = rig_connect(p, so, first, portp);
	rig_close(so);
	return error;
}

uint32_t
cell_ports(const char *name, uint32_t profile, uint32_t mode,
    const uint16_t *ports)
{
	struct cell_config cf;
	struct cell_result cr;

	config_init(&cf, name);
	cf.cf_profile = profile;
	cf.cf_mode = mode;
	for (; *ports != 0; ports++)
		config_port(&cf, *ports);
	MUST(call_create(root, &cf, &cr));
	return cr.cr_id;
}

int
set_ports(uint32_t id, const uint16_t *ports, struct cell_result *cr)
{
	struct cell_set cs;

	set_init(&cs);
	cs.cs_fields = CELL_SET_PORTS;
	for (; *ports != 0; ports++)
		config_port(&cs.cs_config, *ports);
	return call_set(root, id, &cs, cr);
}
