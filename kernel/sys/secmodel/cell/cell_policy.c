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
 * Decisions and configurations as pure functions: no locks, no allocation,
 * no state but the arguments.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

/* Whether an exception holds now (uptime, seconds). */
static bool
cell_policy_excepts(const struct cell_policy *cp, u_int exc, time_t now)
{
	const uint32_t bit = 1U << exc;

	if (cp->cp_allow & bit)
		return true;
	return (cp->cp_granted & bit) != 0 && now < cp->cp_until[exc];
}

/*
 * What a cell's policy says to a rule.  No policy at all means the host's:
 * its users are bound by what holds always, and by nothing else.
 */
enum cell_verdict
cell_policy_judge(const struct cell_policy *cp, const struct cell_rule *r,
    time_t now)
{

	switch (r->ru_tier) {
	case CELL_TIER_NEVER:
		return CELL_V_DEFER;
	case CELL_TIER_ALWAYS:
		return CELL_V_DENY;
	}
	if (cp == NULL || r->ru_tier > cp->cp_profile)
		return CELL_V_DEFER;
	if (r->ru_exception != CELL_EXC_NONE &&
	    cell_policy_excepts(cp, r->ru_exception, now))
		return CELL_V_EXCEPT;
	if (cp->cp_mode == CELL_MODE_LEARN)
		return CELL_V_LEARN;
	return CELL_V_DENY;
}

static bool
cell_is_zero(const void *p, size_t len)
{
	const uint8_t *b = p;

	while (len > 0 && b[len - 1] == 0)
		len--;
	return len == 0;
}

bool
cell_addr_wild(const struct cell_addr *ca)
{

	return cell_is_zero(ca->ca_addr, sizeof(ca->ca_addr));
}

/*
 * Whether an address means something on one interface or link alone, so that
 * it takes an interface to be complete: RFC 4291, 2.5.6 and 2.7.
 */
bool
cell_addr_scoped(const struct cell_addr *ca)
{
	const uint8_t *a = ca->ca_addr;

	if (ca->ca_family != 6)
		return false;
	return (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	    (a[0] == 0xff && ((a[1] & 0x0f) == 1 || (a[1] & 0x0f) == 2));
}

/*
 * Whether an address is among the declared ones.  A declared link-local
 * address without an interface stands for it on every interface.
 */
bool
cell_policy_has_addr(const struct cell_policy *cp, const struct cell_addr *ca)
{
	const struct cell_addr *p;

	for (p = cp->cp_addrs; p < &cp->cp_addrs[cp->cp_naddrs]; p++) {
		if (p->ca_family == ca->ca_family &&
		    memcmp(p->ca_addr, ca->ca_addr, sizeof(p->ca_addr)) == 0 &&
		    (p->ca_scope == 0 || p->ca_scope == ca->ca_scope))
			return true;
	}
	return false;
}

static bool
cell_name_ok(const char *s, size_t size)
{
	size_t i, n;

	n = strnlen(s, size);
	if (n == 0 || n == size || !cell_is_zero(s + n, size - n))
		return false;
	for (i = 0; i < n; i++) {
		if ((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= '0' && s[i] <= '9'))
			continue;
		if (i == 0 || (s[i] != '.' && s[i] != '_' && s[i] != '-'))
			return false;
	}
	return true;
}

/* Printable, so that whoever lists cells can show it as it is. */
static bool
cell_text_ok(const char *s, size_t size, size_t max)
{
	size_t i, n;

	n = strnlen(s, size);
	if (n == size || n > max || !cell_is_zero(s + n, size - n))
		return false;
	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

static int
cell_ports_check(const struct cell_config *cf)
{
	uint32_t i, k;

	if (cf->cf_nports > CELL_MAXPORTS)
		return EINVAL;
	for (i = 0; i < cf->cf_nports; i++) {
		if (cf->cf_ports[i] == 0)
			return EINVAL;
		for (k = 0; k < i; k++)
			if (cf->cf_ports[k] == cf->cf_ports[i])
				return EINVAL;
	}
	if (!cell_is_zero(&cf->cf_ports[i],
	    (CELL_MAXPORTS - i) * sizeof(cf->cf_ports[0])))
		return EINVAL;
	return 0;
}

static int
cell_addr_check(const struct cell_addr *ca)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!cell_is_zero(ca->ca_pad, sizeof(ca->ca_pad)))
		return EINVAL;
	switch (ca->ca_family) {
	case 4:
		if (ca->ca_scope != 0 || !cell_is_zero(&ca->ca_addr[4], 12))
			return EINVAL;
		break;
	case 6:
		/* A mapped address is an IPv4 one and must be given as such. */
		if (memcmp(ca->ca_addr, mapped, sizeof(mapped)) == 0)
			return EINVAL;
		/* Where the kernel keeps the interface, ours has none. */
		if (cell_addr_scoped(ca) ? ca->ca_addr[2] != 0 ||
		    ca->ca_addr[3] != 0 : ca->ca_scope != 0)
			return EINVAL;
		break;
	default:
		return EINVAL;
	}
	return cell_addr_wild(ca) ? EINVAL : 0;
}

static int
cell_addrs_check(const struct cell_config *cf)
{
	uint32_t i, k;

	if (cf->cf_naddrs > CELL_MAXADDRS)
		return EINVAL;
	for (i = 0; i < cf->cf_naddrs; i++) {
		if (cell_addr_check(&cf->cf_addrs[i]) != 0)
			return EINVAL;
		for (k = 0; k < i; k++)
			if (memcmp(&cf->cf_addrs[k], &cf->cf_addrs[i],
			    sizeof(cf->cf_addrs[i])) == 0)
				return EINVAL;
	}
	if (!cell_is_zero(&cf->cf_addrs[i],
	    (CELL_MAXADDRS - i) * sizeof(cf->cf_addrs[0])))
		return EINVAL;
	return 0;
}

/*
 * Whether the members named by `fields' (CELL_SET_*) are well-formed, and
 * zero beyond their ends; CELL_CONFIG_WHOLE means all of them, the name and
 * the root too.
 */
int
cell_config_check(const struct cell_config *cf, uint32_t fields)
{

	if (fields == CELL_CONFIG_WHOLE) {
		if (!cell_name_ok(cf->cf_name, sizeof(cf->cf_name)) ||
		    cf->cf_root[0] != '/' ||
		    !cell_text_ok(cf->cf_root, sizeof(cf->cf_root),
		    sizeof(cf->cf_root)))
			return EINVAL;
	}
	if ((fields & CELL_SET_PROFILE) &&
	    (cf->cf_profile < CELL_PROFILE_LOW ||
	    cf->cf_profile > CELL_PROFILE_HIGH))
		return EINVAL;
	if ((fields & CELL_SET_MODE) && cf->cf_mode != CELL_MODE_ENFORCE &&
	    cf->cf_mode != CELL_MODE_LEARN)
		return EINVAL;
	if ((fields & CELL_SET_ALLOW) && (cf->cf_allow & ~CELL_EXC_ALL) != 0)
		return EINVAL;
	if ((fields & CELL_SET_TAG) &&
	    !cell_text_ok(cf->cf_tag, sizeof(cf->cf_tag), CELL_TAGMAX))
		return EINVAL;
	if ((fields & CELL_SET_PORTS) && cell_ports_check(cf) != 0)
		return EINVAL;
	if ((fields & CELL_SET_ADDRS) && cell_addrs_check(cf) != 0)
		return EINVAL;
	return 0;
}

/* The old policy, if any, with the members that `fields' names replaced. */
void
cell_policy_fill(struct cell_policy *cp, const struct cell_policy *old,
    const struct cell_config *cf, uint32_t fields)
{

	if (old != NULL)
		*cp = *old;
	else
		memset(cp, 0, sizeof(*cp));
	if (fields & CELL_SET_PROFILE)
		cp->cp_profile = cf->cf_profile;
	if (fields & CELL_SET_MODE)
		cp->cp_mode = cf->cf_mode;
	if (fields & CELL_SET_ALLOW)
		cp->cp_allow = cf->cf_allow;
	if (fields & CELL_SET_MAXPROC)
		cp->cp_maxproc = cf->cf_maxproc;
	if (fields & CELL_SET_ADDRS) {
		cp->cp_naddrs = cf->cf_naddrs;
		memcpy(cp->cp_addrs, cf->cf_addrs, sizeof(cp->cp_addrs));
	}
}

/*
 * Take exceptions away, then give some: for `seconds' from now on, or, with
 * 0, without an end.  `now' is uptime in seconds.
 */
void
cell_policy_grant(struct cell_policy *cp, uint32_t grant, uint32_t revoke,
    uint32_t seconds, time_t now)
{
	u_int i;

	cp->cp_allow &= ~revoke;
	cp->cp_granted &= ~revoke;
	if (seconds == 0) {
		cp->cp_allow |= grant;
		return;
	}
	cp->cp_granted |= grant;
	for (i = 0; i < CELL_EXC_COUNT; i++)
		if (grant & (1U << i))
			cp->cp_until[i] = now + seconds;
}
