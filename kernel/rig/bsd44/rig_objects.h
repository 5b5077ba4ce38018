/*
 * rig_objects.h -- objects that a request names and that only the kernel's
 * own listeners look into, with no more than they look at.
 */

#ifndef RIG_OBJECTS_H
#define	RIG_OBJECTS_H

#include <sys/types.h>

/* uipc_sem.c */
struct ksem {
	uid_t	ks_uid;
	gid_t	ks_gid;
	mode_t	ks_mode;
};

/* sys_mqueue.c */
struct mqueue {
	uid_t	mq_euid;
};

/* miscfs/procfs: which file of a process */
enum pfstype { PFSproc, PFSregs, PFSfpregs, PFSmem, PFSstatus };
struct pfsnode {
	enum pfstype	pfs_type;
};

#define	PS_NONE		0
#define	PS_QUERY	(-2)

#endif	/* !RIG_OBJECTS_H */
