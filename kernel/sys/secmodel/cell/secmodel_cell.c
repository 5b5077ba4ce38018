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
 * secmodel_cell(9): the module.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/kernel.h>
#include <sys/module.h>
#include <sys/systm.h>
#include <sys/xcall.h>

#include <secmodel/cell/cell_impl.h>

MODULE(MODULE_CLASS_SECMODEL, secmodel_cell, NULL);

#ifndef CELL_RIG
const char *
cell_platform_banner(void)
{

	return "NetBSD secmodel_cell";
}

uint32_t
cell_platform_flags(void)
{

	return CELL_VERSION_ENFORCING;
}
#endif

/*
 * Wait until nobody who was called back before is still on the way out.  The
 * last cell went before, so that callbacks return at once; a CPU that has
 * switched threads is past that.  The pause is for a thread that was
 * preempted in between.
 */
static void
cell_drain(void)
{

	xc_barrier(0);
	(void)kpause("celldrain", false, MAX(1, mstohz(100)), NULL);
	xc_barrier(0);
}

static int
cell_init(void)
{
	int error;

	cell_table_init();
	cell_registry_init();
	error = cell_cred_init();
	if (error != 0)
		goto fail_cred;
	error = cell_proc_init();
	if (error != 0)
		goto fail_proc;
	cell_listen();
	error = cell_sysctl_init();
	if (error != 0)
		goto fail_sysctl;
	return 0;

 fail_sysctl:
	cell_unlisten();
	cell_drain();
	cell_proc_fini();
 fail_proc:
	cell_cred_fini();
 fail_cred:
	cell_registry_fini();
	return error;
}

static int
cell_fini(void)
{
	int error;

	error = cell_registry_close();
	if (error != 0)
		return error;
	cell_sysctl_fini();
	cell_unlisten();
	cell_drain();
	cell_vnode_fini();
	cell_proc_fini();
	cell_cred_fini();
	cell_registry_fini();
	return 0;
}

static int
secmodel_cell_modcmd(modcmd_t cmd, void *arg)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
		return cell_init();
	case MODULE_CMD_FINI:
		return cell_fini();
	case MODULE_CMD_AUTOUNLOAD:
		/* What guards the host does not go away by itself. */
		return EBUSY;
	default:
		return ENOTTY;
	}
}
