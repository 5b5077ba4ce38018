/* cellcall.c -- sys/cell.h's nodes as functions. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "cellcall.h"

void
config_init(struct cell_config *cf, const char *name)
{
	memset(cf, 0, sizeof(*cf));
	strncpy(cf->cf_name, name, sizeof(cf->cf_name) - 1);
	strcpy(cf->cf_root, "/");
	cf->cf_profile = CELL_PROFILE_HIGH;
	cf->cf_mode = CELL_MODE_ENFORCE;
}

void
config_port(struct cell_config *cf, uint16_t port)
{
	cf->cf_ports[cf->cf_nports++] = port;
}

void
config_addr4(struct cell_config *cf, const uint8_t addr[4])
{
	struct cell_addr *ca = &cf->cf_addrs[cf->cf_naddrs++];

	ca->ca_family = 4;
	memcpy(ca->ca_addr, addr, 4);
}

void
config_addr6(struct cell_config *cf, const uint8_t addr[16], uint32_t scope)
{
	struct cell_addr *ca = &cf->cf_addrs[cf->cf_naddrs++];

	ca->ca_family = 6;
	ca->ca_scope = scope;
	memcpy(ca->ca_addr, addr, 16);
}

int
call_create(struct proc *p, const struct cell_config *cf,
    struct cell_result *cr)
{
	struct cell_create cc;
	size_t len = sizeof(*cr);

	memset(&cc, 0, sizeof(cc));
	memset(cr, 0, sizeof(*cr));
	cc.cc_version = CELL_ABI_VERSION;
	cc.cc_config = *cf;
	return rig_sysctl(p, "create", cr, &len, &cc, sizeof(cc));
}

int
call_create_as(struct proc *p, const char *name, uint32_t profile,
    uint32_t mode, uint32_t allow, uint32_t *idp)
{
	struct cell_config cf;
	struct cell_result cr;
	int error;

	config_init(&cf, name);
	cf.cf_profile = profile;
	cf.cf_mode = mode;
	cf.cf_allow = allow;
	error = call_create(p, &cf, &cr);
	*idp = cr.cr_id;
	return error;
}

void
set_init(struct cell_set *cs)
{
	memset(cs, 0, sizeof(*cs));
}

int
call_set(struct proc *p, uint32_t id, struct cell_set *cs,
    struct cell_result *cr)
{
	struct cell_result unused;
	size_t len = sizeof(*cr);

	if (cr == NULL)
		cr = &unused;
	memset(cr, 0, sizeof(*cr));
	cs->cs_version = CELL_ABI_VERSION;
	cs->cs_id = id;
	return rig_sysctl(p, "set", cr, &len, cs, sizeof(*cs));
}

int
call_set_policy(struct proc *p, uint32_t id, uint32_t profile, uint32_t mode,
    uint32_t allow)
{
	struct cell_set cs;

	set_init(&cs);
	cs.cs_fields = CELL_SET_PROFILE | CELL_SET_MODE | CELL_SET_ALLOW;
	cs.cs_config.cf_profile = profile;
	cs.cs_config.cf_mode = mode;
	cs.cs_config.cf_allow = allow;
	return call_set(p, id, &cs, NULL);
}

int
call_grant(struct proc *p, uint32_t id, uint32_t grant, uint32_t seconds)
{
	struct cell_set cs;

	set_init(&cs);
	cs.cs_fields = CELL_SET_GRANT;
	cs.cs_grant = grant;
	cs.cs_seconds = seconds;
	return call_set(p, id, &cs, NULL);
}

static int
call_op(struct proc *p, const char *node, uint32_t id)
{
	struct cell_op co = { .co_version = CELL_ABI_VERSION, .co_id = id };

	return rig_sysctl(p, node, NULL, NULL, &co, sizeof(co));
}

int
call_attach(struct proc *p, uint32_t id)
{
	return call_op(p, "attach", id);
}

int
call_kill(struct proc *p, uint32_t id)
{
	return call_op(p, "kill", id);
}

int
call_destroy(struct proc *p, uint32_t id)
{
	return call_op(p, "destroy", id);
}

int
call_version(struct proc *p, struct cell_version *cv)
{
	size_t len = sizeof(*cv);

	memset(cv, 0, sizeof(*cv));
	return rig_sysctl(p, "version", cv, &len, NULL, 0);
}

int
call_id(struct proc *p, uint32_t *idp)
{
	size_t len = sizeof(*idp);

	*idp = UINT32_MAX;
	return rig_sysctl(p, "id", idp, &len, NULL, 0);
}

int
call_info(struct proc *p, uint32_t id, struct cell_info *ci)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id
	};
	size_t len = sizeof(*ci);

	memset(ci, 0, sizeof(*ci));
	return rig_sysctl(p, "list", ci, &len, &sl, sizeof(sl));
}

int
call_counters(struct proc *p, uint32_t id, struct cell_counters *ct)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id
	};
	size_t len = sizeof(*ct);

	memset(ct, 0, sizeof(*ct));
	return rig_sysctl(p, "counters", ct, &len, &sl, sizeof(sl));
}

/* Read a listing whose size nobody knows: as large as it takes. */
static int
read_all(struct proc *p, const char *node, const void *sel, size_t sellen,
    size_t elem, void *resultp, size_t *np)
{
	size_t len = 0, room;
	void *buf = NULL, *grown;
	int error;

	error = rig_sysctl(p, node, NULL, &len, sel, sellen);
	while (error == 0 || error == ENOMEM) {
		room = len + 4 * elem;
		grown = realloc(buf, room);
		if (grown == NULL)
			abort();
		buf = grown;
		len = room;
		error = rig_sysctl(p, node, buf, &len, sel, sellen);
		if (error == 0) {
			*np = len / elem;
			*(void **)resultp = buf;
			return 0;
		}
	}
	free(buf);
	return error;
}

int
call_list(struct proc *p, uint32_t id, struct cell_info **cip, size_t *np)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id
	};

	return read_all(p, "list", &sl, sizeof(sl), sizeof(**cip), cip, np);
}

int
call_denials(struct proc *p, uint32_t id, uint64_t since,
    struct cell_denial **dnp, size_t *np)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id, .sl_since = since
	};

	return read_all(p, "denials", &sl, sizeof(sl), sizeof(**dnp), dnp, np);
}

int
call_policy(struct proc *p, struct cell_rule **rup, size_t *np)
{
	return read_all(p, "policy", NULL, 0, sizeof(**rup), rup, np);
}

struct proc *
member_create(uint32_t id, unsigned int uid)
{
	struct proc *p = rig_proc_create(0);

	if (call_attach(p, id) != 0)
		abort();
	if (uid != 0 && (rig_setgid(p, uid) != 0 || rig_setuid(p, uid) != 0))
		abort();
	return p;
}
