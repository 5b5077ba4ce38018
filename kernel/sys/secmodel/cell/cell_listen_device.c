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
 * The device scope: disks, memory, terminals.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/conf.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include <secmodel/cell/cell_impl.h>

/*
 * Opening a device node: memory and whatever holds a file system get rules
 * of their own.  The driver says what it drives; rawdev_mounted() would not
 * know a disk of which only a partition is mounted.
 */
static u_int
cell_device_variant(u_int rule, const struct vnode *vp)
{
	const struct cdevsw *cdev;
	int type;

	if (vp->v_type == VBLK)
		return CELL_R_RAWIO_DISK;
	if (vp->v_type != VCHR)
		return rule;
	if (iskmemdev(vp->v_rdev))
		return CELL_R_RAWIO_MEM;
	cdev = cdevsw_lookup(vp->v_rdev);
	type = cdev != NULL ? cdev->d_flag & D_TYPEMASK : D_OTHER;
	return type == D_DISK || type == D_TAPE ? CELL_R_RAWIO_DISK : rule;
}

/* Terminals ask for the calling process, some with their lock held. */
static bool
cell_device_locked(kauth_action_t action)
{

	return action == KAUTH_DEVICE_TTY_OPEN ||
	    action == KAUTH_DEVICE_TTY_PRIVSET;
}

/*
 * kauth(9) listener
 *
 * Security model: Cells
 * Scope: Device
 * Responsibility: Raw disks, memory, other people's terminals.
 */
int
cell_judge_device(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	struct cell *c;
	uint32_t req = 0;
	u_int rule;

	c = cell_device_locked(action) ? cell_member_of(curproc) :
	    cell_of_cred(cred);
	if (c == NULL)
		return KAUTH_RESULT_DEFER;
	if (action == KAUTH_DEVICE_RAWIO_SPEC ||
	    action == KAUTH_DEVICE_BLUETOOTH_BCSP ||
	    action == KAUTH_DEVICE_BLUETOOTH_BTUART)
		req = (uint32_t)(uintptr_t)arg0;
	rule = cell_rule_find(CELL_SCOPE_DEVICE, action, req, false)->ru_id;
	if (action == KAUTH_DEVICE_RAWIO_SPEC)
		rule = cell_device_variant(rule, arg1);
	return cell_judge(c, cred, rule, 0, 0, NULL);
}
