/* miscfs/specfs/specdev.h -- v_rdev is a member of struct vnode here. */

#ifndef _MISCFS_SPECFS_SPECDEV_H_
#define	_MISCFS_SPECFS_SPECDEV_H_

#include <sys/vnode.h>

#endif	/* !_MISCFS_SPECFS_SPECDEV_H_ */
