/*
 * traps.c -- the table of traps.h.
 *
 * Not here, and so not asked: reading (getpriority, getrlimit of oneself,
 * uname), opening files and devices, changing one's ids (the model asks the
 * base model only; the stand-in follows), connect(2), exec.
 */

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <sys/cell.h>

#include "include/sys/kauth.h"
#include "traps.h"

#define	SYSTEM(act, req)						\
	.scope = CELL_SCOPE_SYSTEM, .action = KAUTH_SYSTEM_##act,	\
	.request = (uint32_t)(req)
#define	PROCESS(act, req)						\
	.scope = CELL_SCOPE_PROCESS, .action = KAUTH_PROCESS_##act,	\
	.request = (uint32_t)(req)
#define	MACHDEP(act)							\
	.scope = CELL_SCOPE_MACHDEP, .action = KAUTH_MACHDEP_##act
#define	CALL(x)		.nr = SYS_##x, .name = #x

/* Where numbers or the order of arguments are unknown, there is no table. */
#if defined(__x86_64__) || defined(__aarch64__)
const struct trapdef traps[] = {
	/* Processes. */
#ifdef SYS_fork
	{ CALL(fork), .fn = trap_fork },
	{ CALL(vfork), .fn = trap_fork },
#endif
	{ CALL(clone), .when = WHEN_FORK, .fn = trap_fork },
	/* Its flags are behind a pointer; libraries fall back to clone(2). */
	{ CALL(clone3), .when = WHEN_NOT },
	{ CALL(exit_group), .fn = trap_exit },
	{ CALL(kill), .fn = trap_kill },
	{ CALL(tkill), .fn = trap_tkill },
	{ CALL(tgkill), .fn = trap_tgkill },
	{ CALL(rt_sigqueueinfo), .fn = trap_sigqueue },
	{ CALL(rt_tgsigqueueinfo), .fn = trap_tgsigqueue },
	{ CALL(pidfd_send_signal), .fn = trap_pidfd_signal },
	{ CALL(ptrace), .fn = trap_ptrace },
	{ CALL(process_vm_readv), .fn = trap_vm },
	{ CALL(process_vm_writev), .fn = trap_vm },
	{ CALL(kcmp), .fn = trap_kcmp },
	{ CALL(pidfd_getfd), .fn = trap_pidfd_ptrace },
	{ CALL(process_madvise), .fn = trap_pidfd_ptrace },
#ifdef SYS_process_mrelease
	{ CALL(process_mrelease), .fn = trap_pidfd_ptrace },
#endif
	{ CALL(move_pages), .when = WHEN_NONZERO, .fn = trap_vm },
	{ CALL(migrate_pages), .when = WHEN_NONZERO, .fn = trap_vm },
	{ CALL(get_robust_list), .when = WHEN_NONZERO, .fn = trap_vm },
	{ CALL(ioprio_set), .fn = trap_ioprio },
	{ CALL(setpriority), .fn = trap_setpriority },
	{ CALL(sched_setscheduler), .fn = trap_setscheduler },
	{ CALL(sched_setparam), .fn = trap_setschedparam },
	{ CALL(sched_setattr), .fn = trap_setschedattr },
	{ CALL(sched_setaffinity), .fn = trap_setaffinity },
	{ CALL(sched_getscheduler), .when = WHEN_NONZERO, .fn = trap_getsched,
	    PROCESS(SCHEDULER_GETPARAM, 0) },
	{ CALL(sched_getparam), .when = WHEN_NONZERO, .fn = trap_getsched,
	    PROCESS(SCHEDULER_GETPARAM, 0) },
	{ CALL(sched_getattr), .when = WHEN_NONZERO, .fn = trap_getsched,
	    PROCESS(SCHEDULER_GETPARAM, 0) },
	{ CALL(sched_getaffinity), .when = WHEN_NONZERO,
	    .fn = trap_getaffinity, PROCESS(SCHEDULER_GETAFFINITY, 0) },
	{ CALL(prlimit64), .when = WHEN_LIMIT, .fn = trap_prlimit,
	    PROCESS(RLIMIT, KAUTH_REQ_PROCESS_RLIMIT_GET) },
#ifdef SYS_setrlimit
	{ CALL(setrlimit), .fn = trap_setrlimit },
#endif

	/* Network. */
	{ CALL(bind), .fn = trap_bind },
	{ CALL(socket), .when = WHEN_SOCKET, .fn = trap_socket,
	    .scope = CELL_SCOPE_NETWORK, .action = KAUTH_NETWORK_SOCKET,
	    .request = KAUTH_REQ_NETWORK_SOCKET_OPEN },
	{ CALL(setsockopt), .when = WHEN_SOCKOPT, .fn = trap_setsockopt },
	{ CALL(ioctl), .when = WHEN_IOCTL, .fn = trap_ioctl },

	/* File systems and views of the system. */
	{ CALL(mount), .fn = trap_mount },
	{ CALL(umount2), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT) },
	{ CALL(pivot_root), SYSTEM(CHROOT, KAUTH_REQ_SYSTEM_CHROOT_CHROOT) },
	{ CALL(chroot), SYSTEM(CHROOT, KAUTH_REQ_SYSTEM_CHROOT_CHROOT) },
	{ CALL(fsopen), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
	{ CALL(fsmount), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
	{ CALL(move_mount), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
	{ CALL(open_tree), .when = WHEN_BITS, .arg = 2, .mask = 1,
	    SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
	{ CALL(fspick), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_UPDATE) },
#ifdef SYS_mount_setattr
	{ CALL(mount_setattr), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_UPDATE) },
#endif
	{ CALL(unshare), .when = WHEN_BITS, .arg = 0, .mask = TRAP_NEWNS,
	    SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
	{ CALL(setns), SYSTEM(MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW) },
#ifdef SYS_mknod
	{ CALL(mknod), .when = WHEN_DEVICE, .arg = 1, SYSTEM(MKNOD, 0) },
#endif
	{ CALL(mknodat), .when = WHEN_DEVICE, .arg = 2, SYSTEM(MKNOD, 0) },
	{ CALL(open_by_handle_at), SYSTEM(FILEHANDLE, 0) },
	{ CALL(name_to_handle_at), SYSTEM(FILEHANDLE, 0) },
	{ CALL(quotactl), .fn = trap_quota },
#ifdef SYS_quotactl_fd
	{ CALL(quotactl_fd), .fn = trap_quota },
#endif
	{ CALL(setxattr), .fn = trap_xattr },
	{ CALL(lsetxattr), .fn = trap_xattr },
	{ CALL(fsetxattr), .fn = trap_xattr },
	{ CALL(removexattr), .fn = trap_xattr },
	{ CALL(lremovexattr), .fn = trap_xattr },
	{ CALL(fremovexattr), .fn = trap_xattr },

	/* The system as a whole. */
	{ CALL(reboot), SYSTEM(REBOOT, 0) },
	{ CALL(kexec_load), SYSTEM(REBOOT, 0) },
#ifdef SYS_kexec_file_load
	{ CALL(kexec_file_load), SYSTEM(REBOOT, 0) },
#endif
	{ CALL(swapon), SYSTEM(SWAPCTL, 0) },
	{ CALL(swapoff), SYSTEM(SWAPCTL, 0) },
	{ CALL(settimeofday), SYSTEM(TIME, KAUTH_REQ_SYSTEM_TIME_SYSTEM) },
	{ CALL(clock_settime), SYSTEM(TIME, KAUTH_REQ_SYSTEM_TIME_SYSTEM) },
	{ CALL(adjtimex), .fn = trap_adjtime },
	{ CALL(clock_adjtime), .fn = trap_clock_adjtime },
	{ CALL(sethostname),
	    SYSTEM(SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_MODIFY) },
	{ CALL(setdomainname),
	    SYSTEM(SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_MODIFY) },
	{ CALL(syslog), .fn = trap_syslog },
	{ CALL(init_module), SYSTEM(MODULE, 0) },
	{ CALL(finit_module), SYSTEM(MODULE, 0) },
	{ CALL(delete_module), SYSTEM(MODULE, 0) },
	/* Programs for the kernel are code in it, as modules are. */
	{ CALL(bpf), SYSTEM(MODULE, 0) },
	{ CALL(acct), SYSTEM(ACCOUNTING, 0) },
	{ CALL(perf_event_open), SYSTEM(DEBUG, 0) },
#ifdef SYS_iopl
	{ CALL(iopl), MACHDEP(IOPL) },
	{ CALL(ioperm), MACHDEP(IOPERM_SET) },
	{ CALL(modify_ldt), .fn = trap_ldt },
#endif

	/* Objects that have one namespace on the host. */
	{ CALL(shmget), .when = WHEN_NONZERO, .fn = trap_shmget },
	{ CALL(shmat), .fn = trap_shmat },
	{ CALL(shmctl), .fn = trap_shmctl },
	{ CALL(semget), .when = WHEN_NONZERO, .fn = trap_semget },
	{ CALL(semop), .fn = trap_semop },
	{ CALL(semtimedop), .fn = trap_semop },
	{ CALL(semctl), .fn = trap_semctl },
	{ CALL(msgget), .when = WHEN_NONZERO, .fn = trap_msgget },
	{ CALL(msgsnd), .fn = trap_msgsnd },
	{ CALL(msgrcv), .fn = trap_msgrcv },
	{ CALL(msgctl), .fn = trap_msgctl },
	{ CALL(mq_unlink), .fn = trap_mqunlink },

	/* Ways around all of this. */
	{ CALL(io_uring_setup), .when = WHEN_NOT },
	{ CALL(io_uring_enter), .when = WHEN_NOT },
	{ CALL(io_uring_register), .when = WHEN_NOT },
	/* Keys have one namespace on the host, and its root's are root's. */
	{ CALL(add_key), .when = WHEN_NOT },
	{ CALL(request_key), .when = WHEN_NOT },
	{ CALL(keyctl), .when = WHEN_NOT },
	/* Sees, and can hold up, every file that anybody opens. */
	{ CALL(fanotify_init), .when = WHEN_NOT },
	/* Would make us wait when we read the caller's memory. */
	{ CALL(userfaultfd), .when = WHEN_NOT },
};
const size_t ntraps = sizeof(traps) / sizeof(traps[0]);
#else
const struct trapdef traps[] = { { .nr = -1 } };
const size_t ntraps = 0;
#endif

#define	NETWORK(act, req)						\
	CELL_SCOPE_NETWORK, KAUTH_NETWORK_##act, (uint32_t)(req)
#define	SETPRIV		KAUTH_REQ_NETWORK_INTERFACE_SETPRIV
#define	DEVICE(act)	CELL_SCOPE_DEVICE, KAUTH_DEVICE_##act, 0

/* Ends a file system until the next mount: of ext4, f2fs, xfs, ... */
#define	IOC_SHUTDOWN	_IOR('X', 125, uint32_t)

const struct trap_ioctl trap_ioctls[] = {
	{ TIOCSTI, DEVICE(TTY_STI) },
	{ TIOCLINUX, DEVICE(TTY_STI) },		/* pastes */
	{ TIOCCONS, DEVICE(TTY_VIRTUAL) },
	{ SIOCSARP, NETWORK(ROUTE, 0) },
	{ SIOCDARP, NETWORK(ROUTE, 0) },
	{ SIOCADDRT, NETWORK(ROUTE, 0) },
	{ SIOCDELRT, NETWORK(ROUTE, 0) },
	{ SIOCSIFFLAGS, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFADDR, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFDSTADDR, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFBRDADDR, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFNETMASK, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFMETRIC, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFMTU, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFNAME, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFHWADDR, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFTXQLEN, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFMAP, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFPFLAGS, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFSLAVE, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSIFHWBROADCAST, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCADDMULTI, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCDELMULTI, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCSMIIREG, NETWORK(INTERFACE, SETPRIV) },
	{ SIOCETHTOOL, NETWORK(INTERFACE, SETPRIV) },	/* reads, too */
	{ SIOCBRADDBR, NETWORK(INTERFACE_BRIDGE,
	    KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_SETPRIV) },
	{ SIOCBRDELBR, NETWORK(INTERFACE_BRIDGE,
	    KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_SETPRIV) },
	{ SIOCBRADDIF, NETWORK(INTERFACE_BRIDGE,
	    KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_SETPRIV) },
	{ SIOCBRDELIF, NETWORK(INTERFACE_BRIDGE,
	    KAUTH_REQ_NETWORK_INTERFACE_BRIDGE_SETPRIV) },
	{ TUNSETIFF, NETWORK(INTERFACE_TUN,
	    KAUTH_REQ_NETWORK_INTERFACE_TUN_ADD) },
	{ RNDADDENTROPY, DEVICE(RND_ADDDATA_ESTIMATE) },
	{ RNDADDTOENTCNT, DEVICE(RND_SETPRIV) },
	{ RTC_SET_TIME, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_TIME,
	    KAUTH_REQ_SYSTEM_TIME_SYSTEM },
	/* Any directory is enough for these; a snapshot freezes, too. */
	{ FIFREEZE, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_FS_SNAPSHOT, 0 },
	{ FITHAW, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_FS_SNAPSHOT, 0 },
	{ IOC_SHUTDOWN, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_REBOOT, 0 },
	/* Only where it sets one of the system's flags: calls_sys.c. */
	{ FS_IOC_SETFLAGS, CELL_SCOPE_VNODE, KAUTH_VNODE_WRITE_SYSFLAGS, 0 },
	{ FS_IOC_FSSETXATTR, CELL_SCOPE_VNODE, KAUTH_VNODE_WRITE_SYSFLAGS, 0 },
};
const size_t ntrap_ioctls = sizeof(trap_ioctls) / sizeof(trap_ioctls[0]);

const struct trapdef *
trap_find(int nr)
{
	size_t i;

	for (i = 0; i < ntraps; i++)
		if (traps[i].nr == nr)
			return &traps[i];
	return NULL;
}
