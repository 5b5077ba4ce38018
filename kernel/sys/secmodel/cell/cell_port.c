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
 * Who has which port.
 *
 * One table says which cell a port belongs to, for tcp and udp, IPv4 and
 * IPv6 alike.  It holds ids, which are never reused, so that a reader needs
 * no lock and follows no pointer.  It is written under cell_lock.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include <secmodel/cell/cell_impl.h>

#define	CELL_NPORTS	65536

static uint32_t *cell_port_owner;

void
cell_ports_init(void)
{

	cell_port_owner = kmem_zalloc(CELL_NPORTS * sizeof(uint32_t),
	    KM_SLEEP);
}

void
cell_ports_fini(void)
{

	kmem_free(cell_port_owner, CELL_NPORTS * sizeof(uint32_t));
	cell_port_owner = NULL;
}

/*
 * The cell, other than `id', that has a port of this configuration, and
 * which port; 0 where nobody has.  Under cell_lock.
 */
uint32_t
cell_ports_conflict(uint32_t id, const struct cell_config *cf, uint16_t *port)
{
	uint32_t i, owner;

	KASSERT(mutex_owned(&cell_lock));

	for (i = 0; i < cf->cf_nports; i++) {
		owner = cell_port_owner[cf->cf_ports[i]];
		if (owner != 0 && owner != id) {
			*port = cf->cf_ports[i];
			return owner;
		}
	}
	return 0;
}

/* Under cell_lock, after cell_ports_conflict() found none. */
void
cell_ports_claim(uint32_t id, const struct cell_config *cf)
{
	uint32_t i;

	KASSERT(mutex_owned(&cell_lock));

	for (i = 0; i < cf->cf_nports; i++)
		atomic_store_relaxed(&cell_port_owner[cf->cf_ports[i]], id);
}

static bool
cell_ports_has(const struct cell_config *cf, uint16_t port)
{
	uint32_t i;

	for (i = 0; i < cf->cf_nports; i++)
		if (cf->cf_ports[i] == port)
			return true;
	return false;
}

/*
 * Give up the ports of one configuration, except for those that another one,
 * which may be NULL, keeps.  Under cell_lock.
 */
void
cell_ports_release(const struct cell_config *cf,
    const struct cell_config *keep)
{
	uint32_t i;

	KASSERT(mutex_owned(&cell_lock));

	for (i = 0; i < cf->cf_nports; i++)
		if (keep == NULL || !cell_ports_has(keep, cf->cf_ports[i]))
			atomic_store_relaxed(&cell_port_owner[cf->cf_ports[i]],
			    0);
}

/* The id of the cell that a port belongs to, 0 where it is nobody's. */
uint32_t
cell_ports_owner(uint16_t port)
{

	return port != 0 ? atomic_load_relaxed(&cell_port_owner[port]) : 0;
}
