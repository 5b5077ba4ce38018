/* sys/mount.h */

#ifndef _SYS_MOUNT_H_
#define	_SYS_MOUNT_H_

struct mount;

#endif	/* !_SYS_MOUNT_H_ */
