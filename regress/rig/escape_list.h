/*
 * escape_list.h -- what a member of a cell may try, each by a real system
 * call that does no harm where it is let through.
 *
 *	TRY(name, rule, refusal, call)
 *
 * `rule' is the row of the policy table that is asked; `refusal' the error
 * that NetBSD gives where it says no.  CLOSED means that no profile lets it
 * through on the rig, although NetBSD has no such call to ask about.
 * `victim' is a process of the host, `shm', `sem' and `msg' are objects of
 * the host, `taken' is a port that another cell declares.
 */

#define	CLOSED	"-"
#define	NOWHERE	"/nonexistent/nowhere"

/* Signals. */
TRY(kill_host, "process.other.signal", EPERM, kill(victim, 0))
TRY(kill_host_kill, "process.other.signal", EPERM, kill(victim, SIGKILL))
TRY(tkill_host, "process.other.signal", EPERM, syscall(SYS_tkill, victim, 0))
TRY(tgkill_host, "process.other.signal", EPERM,
    syscall(SYS_tgkill, victim, victim, 0))
TRY(sigqueue_host, "process.other.signal", EPERM, queue_signal(0))
TRY(tgsigqueue_host, "process.other.signal", EPERM, queue_signal(1))
TRY(pidfd_signal_host, "process.other.signal", EPERM,
    syscall(SYS_pidfd_send_signal, victim_pidfd(), 0, NULL, 0))
TRY(kill_everybody, "process.other.signal", ESRCH, kill(-1, SIGURG))
TRY(kill_group, "process.other.signal", ESRCH, kill(-getpgid(victim), 0))
TRY(kill_init, "process.other.signal", EPERM, kill(1, 0))

/* Another's memory and descriptors. */
TRY(ptrace_host, "process.other.see", ESRCH,
    ptrace(PTRACE_SEIZE, victim, NULL, NULL))
TRY(ptrace_attach_host, "process.other.see", ESRCH,
    ptrace(PTRACE_ATTACH, victim, NULL, NULL))
TRY(read_host, "process.other.see", ESRCH, vm(0))
TRY(write_host, "process.other.see", ESRCH, vm(1))
TRY(compare_host, "process.other.see", ESRCH,
    syscall(SYS_kcmp, getpid(), victim, 0, 0, 0))
TRY(getfd_host, "process.other.see", ESRCH,
    syscall(SYS_pidfd_getfd, victim_pidfd(), 0, 0))
TRY(madvise_host, "process.other.see", ESRCH, madvise_victim())
TRY(move_pages_host, "process.other.see", ESRCH,
    syscall(SYS_move_pages, victim, 0, NULL, NULL, NULL, 0))
TRY(migrate_pages_host, "process.other.see", ESRCH,
    syscall(SYS_migrate_pages, victim, 0, NULL, NULL))
TRY(robust_list_host, "process.other.see", ESRCH,
    syscall(SYS_get_robust_list, victim, zeros, zeros + 8))
TRY(mrelease_host, "process.other.see", ESRCH,
    syscall(SYS_process_mrelease, victim_pidfd(), 0))
TRY(ptrace_child, "process.ptrace", EPERM, trace_child())
TRY(ptrace_me, "process.ptrace", EPERM, ptrace(PTRACE_TRACEME, 0, NULL, NULL))

/* Priorities, scheduling, limits. */
TRY(nice_host, "process.other.nice", EACCES,
    setpriority(PRIO_PROCESS, (id_t)victim, 1))
TRY(nice_host_group, "process.other.nice", EACCES,
    setpriority(PRIO_PGRP, (id_t)getpgid(victim), 1))
TRY(ioprio_host, "process.other.nice", EACCES,
    syscall(SYS_ioprio_set, 1, victim, 2 << 13 | 4))
TRY(ioprio_rt_host, "process.other.setparam", EPERM,
    syscall(SYS_ioprio_set, 1, victim, 1 << 13 | 4))
TRY(ioprio_rt, "process.sched.setparam", EPERM,
    syscall(SYS_ioprio_set, 1, 0, 1 << 13 | 4))
TRY(nice_raise, "process.nice.raise", EACCES, setpriority(PRIO_PROCESS, 0, -1))
TRY(setscheduler_host, "process.other.setparam", EPERM,
    sched_setscheduler(victim, SCHED_OTHER, &no_priority))
TRY(setparam_host, "process.other.setparam", EPERM,
    sched_setparam(victim, &no_priority))
TRY(setattr_host, "process.other.setparam", EPERM, set_attr(victim))
TRY(getscheduler_host, "process.other.getparam", EPERM,
    sched_getscheduler(victim))
TRY(getparam_host, "process.other.getparam", EPERM,
    sched_getparam(victim, &some_priority))
TRY(setaffinity_host, "process.other.setaffinity", EPERM, affinity(victim, 1))
TRY(getaffinity_host, "process.other.getaffinity", EPERM, affinity(victim, 0))
TRY(scheduler_rt, "process.sched.setparam", EPERM,
    sched_setscheduler(0, SCHED_RR, &some_priority))
TRY(setaffinity, "process.sched.setaffinity", EPERM, affinity(0, 1))
TRY(rlimit_read_host, "process.other.rlimit", EPERM,
    prlimit(victim, RLIMIT_CORE, NULL, &some_limit))
TRY(rlimit_set_host, "process.other.rlimit", EPERM,
    prlimit(victim, RLIMIT_CORE, &some_limit, NULL))
TRY(rlimit_raise, "process.rlimit.raise", EPERM, raise_limit(0))
TRY(rlimit_raise_prlimit, "process.rlimit.raise", EPERM, raise_limit(1))

/* Network. */
TRY(raw_socket, "network.socket.openraw", EPERM,
    socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
TRY(raw_socket6, "network.socket.openraw", EPERM,
    socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6))
TRY(packet_socket, "network.socket.openraw", EPERM,
    socket(AF_PACKET, SOCK_RAW, 0))
TRY(packet_type, "network.socket.openraw", EPERM,
    socket(AF_INET, SOCK_PACKET, 0))
TRY(netfilter, "network.firewall.fw", EPERM,
    socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER))
TRY(iptables, "network.firewall.fw", EPERM,
    setsockopt(plain_socket(), SOL_IP, 64, zeros, 0))
TRY(ip6tables, "network.firewall.fw", EPERM,
    setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), SOL_IPV6, 64, zeros, 0))
TRY(multicast_router, "network.route", EPERM,
    setsockopt(plain_socket(), SOL_IP, 200, zeros, 4))
TRY(arp_set, "network.route", EPERM, ioctl(plain_socket(), SIOCSARP, zeros))
TRY(ethtool, "network.interface.setpriv", EPERM,
    ioctl(plain_socket(), SIOCETHTOOL, zeros))
TRY(bind_undeclared, "network.bind.undeclared", EACCES, bind_port(1021))
TRY(bind_taken, "network.bind.other", EACCES, bind_port(taken))
TRY(bind_taken6, "network.bind.other", EACCES, bind_port6(taken))
TRY(route_add, "network.route", EPERM, ioctl(plain_socket(), SIOCADDRT, zeros))
TRY(interface_set, "network.interface.setpriv", EPERM,
    ioctl(plain_socket(), SIOCSIFFLAGS, zeros))
TRY(interface_mtu, "network.interface.setpriv", EPERM,
    ioctl(plain_socket(), SIOCSIFMTU, zeros))
TRY(bridge_add, "network.interface.bridge.setpriv", EPERM,
    ioctl(plain_socket(), SIOCBRDELBR, "nosuch0"))
TRY(tunnel_add, "network.interface.tun.add", EPERM,
    ioctl(null_fd(), TUNSETIFF, zeros))

/* File systems and views of the system. */
TRY(mount, "system.mount.new", EPERM, mount("none", NOWHERE, "tmpfs", 0, NULL))
TRY(remount, "system.mount.update", EPERM,
    mount("none", NOWHERE, NULL, MS_REMOUNT, NULL))
TRY(propagate, "system.mount.update", EPERM,
    mount("none", NOWHERE, NULL, MS_PRIVATE, NULL))
TRY(umount, "system.mount.unmount", EPERM, umount2(NOWHERE, 0))
TRY(pivot_root, "system.chroot.chroot", EPERM,
    syscall(SYS_pivot_root, NOWHERE, NOWHERE))
TRY(chroot, "system.chroot.chroot", EPERM, chroot(NOWHERE))
TRY(fsopen, "system.mount.new", EPERM, syscall(SYS_fsopen, "nosuchfs", 0))
TRY(fsmount, "system.mount.new", EPERM, syscall(SYS_fsmount, -1, 0, 0))
TRY(move_mount, "system.mount.new", EPERM,
    syscall(SYS_move_mount, -1, NOWHERE, -1, NOWHERE, 0))
TRY(open_tree, "system.mount.new", EPERM,
    syscall(SYS_open_tree, -1, NOWHERE, 1))
TRY(fspick, "system.mount.update", EPERM,
    syscall(SYS_fspick, -1, NOWHERE, 0))
TRY(mount_setattr, "system.mount.update", EPERM,
    syscall(SYS_mount_setattr, -1, NOWHERE, 0, zeros, 32))
TRY(unshare_uts, "system.mount.new", EPERM, unshare(CLONE_NEWUTS))
TRY(unshare_user, "system.mount.new", EPERM, unshare(CLONE_NEWUSER))
TRY(setns, "system.mount.new", EPERM, setns(-1, 0))
TRY(clone_uts, "system.mount.new", EPERM, clone_into(CLONE_NEWUTS))
TRY(mknod_char, "system.mknod", EPERM,
    mknod(NOWHERE, S_IFCHR | 0600, makedev(1, 1)))
TRY(mknod_block, "system.mknod", EPERM,
    mknodat(-1, NOWHERE, S_IFBLK | 0600, makedev(7, 0)))
TRY(open_handle, "system.filehandle", EPERM,
    syscall(SYS_open_by_handle_at, -1, zeros, O_RDONLY))
TRY(name_handle, "system.filehandle", EPERM,
    syscall(SYS_name_to_handle_at, -1, NOWHERE, zeros, zeros, 0))
TRY(quota, "system.fs.quota.manage", EPERM,
    quotactl(QCMD(Q_SETQUOTA, USRQUOTA), NOWHERE, 0, zeros))
TRY(quota_get, "system.fs.quota.get", EPERM,
    quotactl(QCMD(Q_GETQUOTA, USRQUOTA), NOWHERE, 0, zeros))
TRY(quota_off, "system.fs.quota.onoff", EPERM,
    quotactl(QCMD(Q_QUOTAOFF, USRQUOTA), NOWHERE, 0, NULL))
TRY(extattr, "system.fs.extattr", EPERM,
    setxattr(NOWHERE, "trusted.x", "", 0, 0))
TRY(extattr_remove, "system.fs.extattr", EPERM,
    removexattr(NOWHERE, "security.capability"))
TRY(sysflags, "vnode.sysflags", EACCES,
    ioctl(null_fd(), FS_IOC_SETFLAGS, &immutable))
TRY(xflags, "vnode.sysflags", EACCES,
    ioctl(null_fd(), FS_IOC_FSSETXATTR, &immutable_x))
TRY(thaw, "system.fs.snapshot", EPERM, ioctl(null_fd(), FITHAW, 0))
TRY(shutdown_fs, "system.reboot", EPERM,
    ioctl(null_fd(), _IOR('X', 125, uint32_t), zeros + 8))

/* The system as a whole. */
TRY(reboot, "system.reboot", EPERM, syscall(SYS_reboot, 0, 0, 0, NULL))
TRY(kexec, "system.reboot", EPERM, syscall(SYS_kexec_load, 0, 17, NULL, ~0))
TRY(swapon, "system.swapctl", EPERM, syscall(SYS_swapon, NOWHERE, 0))
TRY(swapoff, "system.swapctl", EPERM, syscall(SYS_swapoff, NOWHERE))
TRY(settimeofday, "system.time.system", EPERM,
    syscall(SYS_settimeofday, bad_time, NULL))
TRY(clock_settime, "system.time.system", EPERM,
    syscall(SYS_clock_settime, CLOCK_REALTIME, bad_time))
TRY(adjtimex, "system.time.ntpadjtime", EPERM, adjust(0))
TRY(clock_adjtime, "system.time.ntpadjtime", EPERM, adjust(1))
TRY(sethostname, "system.sysctl.modify", EPERM,
    syscall(SYS_sethostname, "", -1))
TRY(setdomainname, "system.sysctl.modify", EPERM,
    syscall(SYS_setdomainname, "", -1))
TRY(console_level, "system.sysctl.modify", EPERM,
    syscall(SYS_syslog, 8, NULL, 0))
TRY(init_module, "system.module", EPERM, syscall(SYS_init_module, "", 0, ""))
TRY(finit_module, "system.module", EPERM,
    syscall(SYS_finit_module, -1, "", 0))
TRY(delete_module, "system.module", EPERM,
    syscall(SYS_delete_module, "nosuchmodule", 0))
TRY(bpf, "system.module", EPERM, syscall(SYS_bpf, 9999, NULL, 0))
TRY(acct, "system.accounting", EPERM, acct(NOWHERE))
TRY(perf, "system.debug", EPERM,
    syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
#ifdef SYS_iopl
TRY(iopl, "machdep.iopl", EPERM, syscall(SYS_iopl, 0))
TRY(ioperm, "machdep.ioperm.set", EPERM, syscall(SYS_ioperm, 0x80, 1, 0))
#endif
TRY(tty_input, "device.tty.sti", EPERM, ioctl(null_fd(), TIOCSTI, ""))
TRY(tty_paste, "device.tty.sti", EPERM, ioctl(null_fd(), TIOCLINUX, "\3"))
TRY(tty_console, "device.tty.virtual", EPERM, ioctl(null_fd(), TIOCCONS))
TRY(entropy, "device.rnd.estimate", EPERM,
    ioctl(null_fd(), RNDADDENTROPY, zeros))
TRY(rtc, "system.time.system", EPERM, ioctl(null_fd(), RTC_SET_TIME, zeros))

/* Objects that have one namespace on the host. */
TRY(shm_attach, "system.sysvipc.access", EACCES, attach_segment())
TRY(shm_stat, "system.sysvipc.access", EACCES,
    shmctl(shm, IPC_STAT, (struct shmid_ds *)zeros))
TRY(shm_remove, "system.sysvipc.access", EPERM,
    shmctl(shm, IPC_SET, (struct shmid_ds *)zeros))
TRY(sem_op, "system.sysvipc.access", EACCES, sem_wait_zero())
TRY(sem_value, "system.sysvipc.access", EACCES, semctl(sem, 0, GETVAL))
TRY(msg_receive, "system.sysvipc.access", EACCES,
    msgrcv(msg, zeros, 1, 0, IPC_NOWAIT))
TRY(msg_stat, "system.sysvipc.access", EACCES,
    msgctl(msg, IPC_STAT, (struct msqid_ds *)zeros))
TRY(mq_unlink, "system.mqueue", EACCES, syscall(SYS_mq_unlink, "nosuchqueue"))

/* Ways around the questions. */
TRY(clone3, CLOSED, ENOSYS, syscall(SYS_clone3, zeros, 64))
TRY(io_uring, CLOSED, ENOSYS, syscall(SYS_io_uring_setup, 1, zeros))
TRY(io_uring_enter, CLOSED, ENOSYS,
    syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0))
TRY(io_uring_register, CLOSED, ENOSYS,
    syscall(SYS_io_uring_register, -1, 0, NULL, 0))
TRY(keyctl, CLOSED, ENOSYS, syscall(SYS_keyctl, 0, -3, 0, 0, 0))
TRY(add_key, CLOSED, ENOSYS,
    syscall(SYS_add_key, "user", "cells", "", 0, 0))
TRY(request_key, CLOSED, ENOSYS,
    syscall(SYS_request_key, "user", "cells", NULL, 0))
TRY(fanotify, CLOSED, ENOSYS, syscall(SYS_fanotify_init, 0, O_RDONLY))
/* setxattrat(2), which would set what setxattr(2) may not. */
TRY(newer_call, CLOSED, ENOSYS,
    syscall(463, AT_FDCWD, NOWHERE, 0, "trusted.x", zeros, 16))
TRY(clone_thread, CLOSED, EINVAL, thread_into(CLONE_NEWUTS))
TRY(userfaultfd, CLOSED, ENOSYS, syscall(SYS_userfaultfd, 0))
TRY(clone_sister, CLOSED, EINVAL, clone_into(CLONE_PARENT))
#ifdef __x86_64__
TRY(kill_32bit, CLOSED, ENOSYS, int80(37, victim, 0))
TRY(kill_x32, CLOSED, ENOSYS, syscall(0x40000000 | 62, victim, 0))
TRY(module_32bit, CLOSED, ENOSYS, int80(129, 0, 0))
#endif
