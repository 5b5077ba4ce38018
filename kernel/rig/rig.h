/*
 * rig.h -- the rig as a library: boots the stand-ins and the security model
 * in a process of the host and drives them the way system calls would.
 *
 * Faithful to NetBSD 10.99:
 * - kauth(9): scopes, order of the answers, EPERM where nobody answers, EACCES
 *   and fs_decision in the vnode scope, NOCRED and FSCRED, the hooks on
 *   credentials (init, copy, fork, free, chroot), called where kern_auth.c,
 *   kern_prot.c and kern_exec.c call them and with the same locks held, and
 *   DIAGNOSTIC's assertion that a hook was allowed.
 * - Numbers and names of sys/kauth.h; arguments of every request below.
 * - Ports the kernel picks: asked about once as port 0, then each candidate
 *   in host byte order with an uninitialised length and family.
 * - Room for a credential's data is made when some is first set, which must
 *   not be with p_lock held.
 * - posix_spawn(3) runs no hooks on fork; a zombie keeps its credential until
 *   it is waited for; the exit hook runs before.
 * - sysctl(9)'s lock: a writer's call excludes all others.
 * - LOCKDEBUG: recursion, foreign unlock, sleeping with a spin lock or in a
 *   pserialize(9) section end the program, as do a wrong size for kmem_free()
 *   and anything left allocated at rig_halt().
 * - The base model is bsd44's suser and the kernel's own listeners.
 *
 * Not faithful:
 * - There is no memory to page, no file system, no network: a request says
 *   what would be done and answers whether it may be.  What the kernel would
 *   refuse for other reasons (a missing file, a busy port) is not looked at.
 * - securelevel, overlay, keylock and extensions are not there.
 * - Error numbers are the host's.
 * - Threads of one process share one cached credential each; the kernel
 *   refreshes it when a thread enters the kernel, the rig when it starts.
 *
 * A rig that enforces (cellrig on Linux, linux/) adds what happens to real
 * processes.  There, besides what traps.h says of the race:
 * - Faithful: who is asked what, and the errors; membership, through fork,
 *   exec, set-id programs and the death of a parent; the process limit to
 *   the process; SIGKILL to all members; time of the exited.
 * - Not asked: opening files and devices, so that /proc and /dev are guarded
 *   by what a cell's root contains alone; the port that connect(2) picks;
 *   reading extended attributes; changes through files (/proc/sys).
 * - Stricter than the policy: clone3(2), io_uring and userfaultfd are not
 *   there; other architectures' system calls neither; netlink changes
 *   nothing unless the policy permits routes and interfaces both.
 * - Ports and processes are the host's: processes have no numbers of their
 *   own, and signals to groups come from the rig.
 * - One thread answers, one question after the other, and reads what an
 *   argument points to in between.  Where that lies in a file that is mapped,
 *   on a server that does not answer (FUSE, NFS), every cell's trapped calls
 *   wait with it: only the server's end or the rig's ends that.  A page that
 *   is not there yet is no reason to refuse: most come in a moment.
 *
 * The functions below are for one thread at a time, apart from those that say
 * otherwise.  Errors are errno(2) values, 0 is success.  Who acts is always
 * the first argument.
 */

#ifndef RIG_H
#define	RIG_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lwp;
struct proc;
struct socket;

/*
 * Boot the kernel, the base model and, as if it were built in, secmodel_cell:
 * before much of the kernel is initialised.  _bare leaves the last
 * one out (and a program that only calls it links without).  rig_halt()
 * reaps every zombie, unloads the model, ends every process and checks that
 * nothing leaked; EBUSY: a cell exists still, only zombies are gone.
 */
void	rig_boot(void);
void	rig_boot_bare(void);
int	rig_halt(void);

/* secmodel_cell by itself. */
int	rig_model_load(void);
int	rig_model_unload(void);
int	rig_model_autounload(void);

/* Bytes of kmem(9) in use, and credentials; any thread. */
unsigned long rig_kmem_bytes(void);
unsigned long rig_cred_count(void);

/* Both clocks go forward by so many seconds; any thread. */
void	rig_clock_advance(uint64_t seconds);

/* The log; any thread. */
int	rig_log_open(const char *path);
unsigned int rig_log_count(const char *what);
void	rig_log_clear(void);

/* --- Processes (rig_proc.c) --- */

/* Init, whose user is root, and a child of it with that user. */
struct proc *rig_init(void);
struct proc *rig_proc_create(uid_t uid);

/* EAGAIN: refused. */
int	rig_fork(struct proc *, struct proc **childp);
int	rig_posix_spawn(struct proc *, struct proc **childp);

/*
 * rig_exit() is rig_zombie() and then rig_reap().  A process that was sent
 * SIGKILL is still there until rig_reap_killed() ends all those; it answers
 * how many there were.
 */
void	rig_exit(struct proc *);
void	rig_zombie(struct proc *);
void	rig_reap(struct proc *);
unsigned int rig_reap_killed(void);

/* Act as this process from now on; NULL: as the kernel. */
void	rig_as(struct proc *);

/*
 * For threads: a thread of its own in the process, until the end is called.
 */
struct lwp *rig_thread(struct proc *);
void	rig_thread_end(struct lwp *);

pid_t	rig_pid(const struct proc *);
uid_t	rig_euid(struct proc *);
bool	rig_was_killed(const struct proc *);
void	rig_set_name(struct proc *, const char *comm);
/* What calcru() and the snapshot see: microseconds, bytes. */
void	rig_set_usage(struct proc *, uint64_t utime, uint64_t stime,
	    uint64_t rss, uint64_t vsz);

int	rig_setuid(struct proc *, uid_t);
int	rig_seteuid(struct proc *, uid_t);
int	rig_setgid(struct proc *, gid_t);
/* execve(2) of a file that belongs to somebody else and is set-user-id. */
void	rig_exec_setuid(struct proc *, uid_t owner);
int	rig_chroot(struct proc *);

/*
 * sysctl(3); NODE is a name below security.models.cell, or a full one where
 * it has a dot.
 */
int	rig_sysctl(struct proc *, const char *node, void *old, size_t *oldlenp,
	    const void *new, size_t newlen);

/* --- What one process does to another (rig_calls_proc.c) --- */

int	rig_kill(struct proc *, struct proc *target, int signo);
/* The same question, and nothing is sent. */
int	rig_may_signal(struct proc *, struct proc *target, int signo);
/* Requests as NetBSD numbers them: 9 is PT_ATTACH. */
int	rig_ptrace(struct proc *, struct proc *target, int request);
int	rig_ktrace(struct proc *, struct proc *target);
/* The CPU-time clock of a process. */
int	rig_cpuclock(struct proc *, struct proc *target);
/* WANT: KAUTH_REQ_PROCESS_CANSEE_*. */
int	rig_cansee(struct proc *, struct proc *target, uint32_t want);
/* NICE from -20 to 20. */
int	rig_setpriority(struct proc *, struct proc *target, int nice);
/* WHICH: RLIMIT_* of NetBSD. */
int	rig_setrlimit(struct proc *, struct proc *target, unsigned int which,
	    uint64_t cur, uint64_t max);
int	rig_getrlimit(struct proc *, struct proc *target);
/* POLICY: 0 other, 1 fifo, 2 round robin, -1 as it is. */
int	rig_sched_setparam(struct proc *, struct proc *target, int policy,
	    int priority);
int	rig_sched_getparam(struct proc *, struct proc *target);
int	rig_setaffinity(struct proc *, struct proc *target);
int	rig_getaffinity(struct proc *, struct proc *target);
/* MEM: one of the files mem and regs, else any other. */
int	rig_procfs(struct proc *, struct proc *target, uint32_t want,
	    bool mem);
int	rig_kevent(struct proc *, struct proc *target);
int	rig_corename(struct proc *, struct proc *target, bool set);
int	rig_stopflag(struct proc *, struct proc *target);

/* --- Sockets (rig_calls_net.c) --- */

/* FAMILY 4, 6, or a NetBSD PF_* number above 6; TYPE as SOCK_*. */
int	rig_socket(struct proc *, int family, int type, int protocol,
	    struct socket **);
void	rig_close(struct socket *);
/*
 * ADDR in network order, four or sixteen bytes, NULL: the wildcard; PORT in
 * host order.  With port 0, and for rig_connect(), the kernel picks one from
 * the ephemeral range, FIRST being the first that is free, and says which.
 * EACCES: refused; EAGAIN: no port of the range was allowed.
 */
int	rig_bind(struct proc *, struct socket *, const void *addr,
	    uint16_t port);
int	rig_bind_sctp4(struct proc *, struct socket *, const void *addr,
	    uint16_t port);
int	rig_bind_any(struct proc *, struct socket *, const void *addr,
	    uint16_t first, uint16_t *portp);
int	rig_connect(struct proc *, struct socket *, uint16_t first,
	    uint16_t *portp);
int	rig_cansee_socket(struct proc *, struct socket *);
int	rig_tcpdrop(struct proc *, struct socket *);
/* TYPE: 4 is RTM_GET, anything else changes the table. */
int	rig_route(struct proc *, int type);

/* --- Everything else (rig_ask.c) --- */

/*
 * Ask kauth(9) what the action and request of SCOPE (CELL_SCOPE_* of
 * sys/cell.h) would be answered, with ordinary arguments: an object that the
 * target (NULL: the actor) owns, an open mode, a port above 1023, a value
 * that lowers or keeps.  For the vnode scope fs_decision is 0.
 */
int	rig_ask(struct proc *, unsigned int scope, uint64_t action,
	    uint32_t request, struct proc *target);

/* An object of System V IPC with these permissions; MODE as IPC_[RWM]. */
int	rig_sysvipc(struct proc *, uid_t uid, uid_t cuid, gid_t gid,
	    gid_t cgid, mode_t perm, uint32_t mode);
/* A message queue of that user. */
int	rig_mqueue(struct proc *, uid_t owner);

/* A device special file: BLOCK or character, as NetBSD/amd64 numbers it. */
int	rig_rawio(struct proc *, uint32_t request, bool block, int major,
	    int minor);

#endif	/* !RIG_H */
