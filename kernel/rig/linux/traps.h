/*
 * traps.h -- the system calls that an enforcing rig is asked about.
 *
 * One table says for each what makes it worth a question (the filter is made
 * of that) and who answers.  An answer is TRAP_CONTINUE (the host's kernel
 * goes on with it), 0 (it is done, t->value is the result) or an errno.
 *
 * The race: where a call goes on, the kernel reads its arguments again, and
 * another thread of the caller may have changed what a pointer leads to
 * meanwhile; and a process number may have become another process's.  Calls
 * where that would matter most are therefore made here, with our own copy
 * (bind of IP sockets, limits, signals and priorities of groups).  A thread
 * that puts an IP socket in the place of another one, while that is bound to a
 * path, wins that race.  What decides elsewhere
 * is in registers, apart from the name of an extended attribute, a file's
 * flags, what of a clock is adjusted, and scheduling parameters.
 */

#ifndef TRAPS_H
#define	TRAPS_H

#include <sys/types.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notify;
struct rig_host;

#define	TRAP_CONTINUE	(-1)

struct trap {
	const struct seccomp_notif *req;
	int		listener;
	struct rig_host	*h;		/* whose process it is */
	pid_t		tid;		/* ... which thread */
	int64_t		value;
	bool		sent;		/* the answer is given already */
};

/* Everything that gives a process a view of the system of its own. */
#define	TRAP_NEWNS	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |	\
	CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	CLONE_NEWTIME)

/* What makes a call worth a question; arguments are counted from 0. */
enum trap_when {
	WHEN_ALWAYS,
	WHEN_BITS,		/* any bit of the mask is in the argument */
	WHEN_NONZERO,		/* the argument is not 0 ... */
	WHEN_FORK,		/* clone(2) that makes a process */
	WHEN_DEVICE,		/* a mode of a device node */
	WHEN_SOCKET,		/* anything but plain local and IP sockets */
	WHEN_LIMIT,		/* prlimit(2) that writes, or of another */
	WHEN_IOCTL,		/* a command of trap_ioctls[] */
	WHEN_SOCKOPT,		/* a packet filter's, a multicast router's */
	WHEN_NOT		/* never: it fails with ENOSYS */
};

struct trapdef {
	int		nr;		/* of the system call */
	const char	*name;
	enum trap_when	when;
	unsigned int	arg;
	uint32_t	mask;
	/*
	 * A handler; where there is none, the request is asked and EPERM is
	 * the refusal.  Where `when' spares harmless calls, this is also the
	 * request that must be one which no policy denies.
	 */
	int		(*fn)(struct trap *);
	unsigned int	scope;
	uint64_t	action;
	uint32_t	request;
};

extern const struct trapdef traps[];
extern const size_t ntraps;
const struct trapdef *trap_find(int nr);

/* Newer ones than anybody looked at fail with ENOSYS, as on an old kernel. */
#define	TRAP_NEWEST	450	/* set_mempolicy_home_node(2) */

/*
 * Options of setsockopt(2) from <linux/netfilter_ipv4/ip_tables.h> and
 * <linux/mroute.h>: no ordinary one of IP is as high, those of IPv6 are.
 */
#define	SOCKOPT_IP	64
#define	SOCKOPT_FILTER6	64	/* ... and 65 */
#define	SOCKOPT_ROUTER	200

/* Commands of ioctl(2) that are worth a question. */
struct trap_ioctl {
	uint32_t	cmd;
	unsigned int	scope;
	uint64_t	action;
	uint32_t	request;
};
extern const struct trap_ioctl trap_ioctls[];
extern const size_t ntrap_ioctls;

/* --- what handlers share: target.c --- */

static inline uint64_t
trap_arg(const struct trap *t, unsigned int i)
{
	return t->req->data.args[i];
}

/* Caller's memory into ours: 0 or EFAULT; the caller is still the caller. */
int	trap_read(struct trap *, uint64_t addr, void *buf, size_t len);
/* ... and ours into theirs. */
int	trap_write(struct trap *, uint64_t addr, const void *buf, size_t len);
/* A string, cut to fit; 0, EFAULT, ENAMETOOLONG. */
int	trap_string(struct trap *, uint64_t addr, char *buf, size_t size);

/* The stand-in of any process, by one of its threads; NULL: none such. */
struct rig_host *trap_target(struct trap *, pid_t tid);
/* The process behind a pidfd of the caller, or one of its own threads. */
pid_t	trap_pidfd(struct trap *, int fd);
/* A duplicate of a descriptor of the caller, or -1 with errno. */
int	trap_getfd(struct trap *, int fd);

/* Asks and maps a refusal to ERROR. */
int	trap_ask(struct trap *, unsigned int scope, uint64_t action,
	    uint32_t request, int error);

/* --- handlers --- */

int	trap_fork(struct trap *);			/* fork.c */
int	trap_exit(struct trap *);

int	trap_kill(struct trap *);			/* calls_signal.c */
int	trap_tkill(struct trap *);
int	trap_tgkill(struct trap *);
int	trap_sigqueue(struct trap *);
int	trap_tgsigqueue(struct trap *);
int	trap_pidfd_signal(struct trap *);

int	trap_ptrace(struct trap *);			/* calls_proc.c */
int	trap_vm(struct trap *);
int	trap_kcmp(struct trap *);
int	trap_pidfd_ptrace(struct trap *);
int	trap_ioprio(struct trap *);
int	trap_setpriority(struct trap *);
int	trap_setscheduler(struct trap *);
int	trap_setschedparam(struct trap *);
int	trap_setschedattr(struct trap *);
int	trap_getsched(struct trap *);
int	trap_setaffinity(struct trap *);
int	trap_getaffinity(struct trap *);

int	trap_prlimit(struct trap *);			/* calls_limit.c */
int	trap_setrlimit(struct trap *);

int	trap_socket(struct trap *);			/* calls_net.c */
int	trap_setsockopt(struct trap *);
int	trap_bind(struct trap *);			/* calls_bind.c */

int	trap_shmget(struct trap *);			/* calls_ipc.c */
int	trap_shmat(struct trap *);
int	trap_shmctl(struct trap *);
int	trap_semget(struct trap *);
int	trap_semop(struct trap *);
int	trap_semctl(struct trap *);
int	trap_msgget(struct trap *);
int	trap_msgsnd(struct trap *);
int	trap_msgrcv(struct trap *);
int	trap_msgctl(struct trap *);
int	trap_mqunlink(struct trap *);

int	trap_mount(struct trap *);			/* calls_sys.c */
int	trap_adjtime(struct trap *);
int	trap_clock_adjtime(struct trap *);
int	trap_quota(struct trap *);
int	trap_ldt(struct trap *);
int	trap_syslog(struct trap *);
int	trap_xattr(struct trap *);
int	trap_ioctl(struct trap *);

#endif	/* !TRAPS_H */
