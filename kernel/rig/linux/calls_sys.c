/* calls_sys.c -- calls whose arguments decide what is asked. */

#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <linux/fs.h>
#include <errno.h>
#include <string.h>
#include <sys/cell.h>

#include "include/sys/kauth.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

static int
ask_system(struct trap *t, uint64_t action, uint32_t request)
{
	return trap_ask(t, CELL_SCOPE_SYSTEM, action, request, EPERM);
}

int
trap_mount(struct trap *t)
{
	unsigned long flags = trap_arg(t, 3);
	unsigned long change = MS_REMOUNT | MS_SHARED | MS_PRIVATE |
	    MS_SLAVE | MS_UNBINDABLE;

	return ask_system(t, KAUTH_SYSTEM_MOUNT, (flags & change) != 0 ?
	    KAUTH_REQ_SYSTEM_MOUNT_UPDATE : KAUTH_REQ_SYSTEM_MOUNT_NEW);
}

/* The clock may be looked at: nothing is asked for that. */
static int
adjust(struct trap *t, uint64_t addr)
{
	unsigned int modes;

	if (trap_read(t, addr, &modes, sizeof(modes)) != 0)
		return EFAULT;
	if (modes == 0 || modes == ADJ_OFFSET_SS_READ)
		return TRAP_CONTINUE;
	return ask_system(t, KAUTH_SYSTEM_TIME,
	    (modes & ADJ_OFFSET_SINGLESHOT) == ADJ_OFFSET_SINGLESHOT ?
	    KAUTH_REQ_SYSTEM_TIME_ADJTIME :
	    KAUTH_REQ_SYSTEM_TIME_NTPADJTIME);
}

int
trap_adjtime(struct trap *t)
{
	return adjust(t, trap_arg(t, 0));
}

int
trap_clock_adjtime(struct trap *t)
{
	return adjust(t, trap_arg(t, 1));
}

/* The command is the first argument, or of quotactl_fd(2) the second. */
int
trap_quota(struct trap *t)
{
	int cmd = (int)trap_arg(t, t->req->data.nr == SYS_quotactl ? 0 : 1);
	uint32_t request = KAUTH_REQ_SYSTEM_FS_QUOTA_MANAGE;

	switch ((unsigned int)cmd >> SUBCMDSHIFT) {
	case Q_QUOTAON:
	case Q_QUOTAOFF:
		request = KAUTH_REQ_SYSTEM_FS_QUOTA_ONOFF;
		break;
	case Q_GETQUOTA:
	case Q_GETINFO:
	case Q_GETFMT:
		request = KAUTH_REQ_SYSTEM_FS_QUOTA_GET;
		break;
	}
	return ask_system(t, KAUTH_SYSTEM_FS_QUOTA, request);
}

/* Reading one's own is harmless. */
int
trap_ldt(struct trap *t)
{
	return trap_ask(t, CELL_SCOPE_MACHDEP, (trap_arg(t, 0) & 1) != 0 ?
	    KAUTH_MACHDEP_LDT_SET : KAUTH_MACHDEP_LDT_GET, 0, EPERM);
}

/* Reading the messages asks nobody, forgetting or silencing them does. */
int
trap_syslog(struct trap *t)
{
	switch ((int)trap_arg(t, 0)) {
	case 4:			/* read and clear */
	case 5:			/* clear */
	case 6:			/* console off, on, level */
	case 7:
	case 8:
		return ask_system(t, KAUTH_SYSTEM_SYSCTL,
		    KAUTH_REQ_SYSTEM_SYSCTL_MODIFY);
	default:
		return TRAP_CONTINUE;
	}
}

/* Namespaces that are not the user's are the system's. */
int
trap_xattr(struct trap *t)
{
	char name[16];

	if (trap_string(t, trap_arg(t, 1), name, sizeof(name)) == EFAULT)
		return EFAULT;
	if (strncmp(name, "trusted.", 8) != 0 &&
	    strncmp(name, "security.", 9) != 0)
		return TRAP_CONTINUE;
	return ask_system(t, KAUTH_SYSTEM_FS_EXTATTR, 0);
}

/* The flags that only root sets are chflags(2)'s system flags. */
static int
file_flags(struct trap *t, const struct trap_ioctl *c)
{
	unsigned int flags, system;

	/* Of a struct fsxattr they come first. */
	if (trap_read(t, trap_arg(t, 2), &flags, sizeof(flags)) != 0)
		return EFAULT;
	system = c->cmd == (uint32_t)FS_IOC_SETFLAGS ?
	    FS_IMMUTABLE_FL | FS_APPEND_FL :
	    FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND;
	if ((flags & system) == 0)
		return TRAP_CONTINUE;
	return trap_ask(t, c->scope, c->action, c->request, EACCES);
}

int
trap_ioctl(struct trap *t)
{
	uint32_t cmd = (uint32_t)trap_arg(t, 1);
	size_t i;

	for (i = 0; i < ntrap_ioctls; i++) {
		if (trap_ioctls[i].cmd != cmd)
			continue;
		if (trap_ioctls[i].scope == CELL_SCOPE_VNODE)
			return file_flags(t, &trap_ioctls[i]);
		return trap_ask(t, trap_ioctls[i].scope,
		    trap_ioctls[i].action, trap_ioctls[i].request, EPERM);
	}
	return TRAP_CONTINUE;
}
