/* sys/ipc.h -- permissions of a System V IPC object. */

#ifndef _SYS_IPC_H_
#define	_SYS_IPC_H_

#include <sys/types.h>

#define	IPC_R	000400
#define	IPC_W	000200
#define	IPC_M	010000

struct ipc_perm {
	uid_t	uid;
	gid_t	gid;
	uid_t	cuid;
	gid_t	cgid;
	mode_t	mode;
};

#endif	/* !_SYS_IPC_H_ */
