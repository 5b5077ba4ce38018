/*
 * kern_extattr.c -- extended attributes as vfs_xattr.c asks for them.  Sees
 * the kernel's headers and not the C library's.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/vnode.h>

#include "rig.h"
#include "extattr.h"

/* Nobody looks into it. */
static struct mount *
mount_of(int mount)
{
	static char mounts[2];

	return (struct mount *)(void *)&mounts[mount];
}

int
extattr_ask(struct proc *p, int mount, bool system, bool write)
{
	struct vnode vn = { .v_type = VREG, .v_mount = mount_of(mount) };
	kauth_cred_t cred;
	int error = 0;

	rig_as(p);
	cred = kauth_cred_get();
	/* genfs_can_extattr(): its answer is the file system's. */
	if (system)
		error = kauth_authorize_system(cred, KAUTH_SYSTEM_FS_EXTATTR,
		    0, vn.v_mount, NULL, NULL);
	error = kauth_authorize_vnode(cred, write ?
	    KAUTH_VNODE_WRITE_EXTATTRIBUTES : KAUTH_VNODE_READ_EXTATTRIBUTES,
	    &vn, NULL, error);
	rig_as(NULL);
	return error;
}

int
extattr_ctl(struct proc *p, int mount)
{
	int error;

	rig_as(p);
	error = kauth_authorize_system(kauth_cred_get(),
	    KAUTH_SYSTEM_FS_EXTATTR, 0, mount_of(mount), NULL, NULL);
	rig_as(NULL);
	return error;
}

int
extattr_other(struct proc *p, int mount)
{
	struct vnode vn = { .v_type = VREG, .v_mount = mount_of(mount) };
	int error;

	rig_as(p);
	error = kauth_authorize_vnode(kauth_cred_get(), KAUTH_VNODE_READ_DATA,
	    &vn, NULL, 0);
	rig_as(NULL);
	return error;
}
