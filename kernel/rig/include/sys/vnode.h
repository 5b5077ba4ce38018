/* sys/vnode.h -- what a model may ask of a vnode. */

#ifndef _SYS_VNODE_H_
#define	_SYS_VNODE_H_

#include <sys/types.h>
#include <sys/mount.h>

enum vtype {
	VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD
};

struct vnode {
	enum vtype	v_type;
	dev_t		v_rdev;
	struct mount	*v_mount;
};

#define	VEXEC	000000000100
#define	VWRITE	000000000200
#define	VREAD	000000000400

#endif	/* !_SYS_VNODE_H_ */
