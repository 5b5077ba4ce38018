/*
 * calls_signal.c -- signals.  To one process the host's kernel sends them, to
 * many we do, one by one, to those that the model permits: kill1() and
 * killpg1() of kern_sig.c.
 */

#include <sys/syscall.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "procinfo.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

/* NetBSD's number; the model knows only that one. */
static int
signo_netbsd(int signo)
{
	static const struct {
		int	here, there;
	} map[] = {
		{ SIGBUS, 10 }, { SIGSYS, 12 }, { SIGURG, 16 },
		{ SIGSTOP, 17 }, { SIGTSTP, 18 }, { SIGCONT, 19 },
		{ SIGCHLD, 20 }, { SIGIO, 23 }, { SIGUSR1, 30 },
		{ SIGUSR2, 31 }, { SIGPWR, 32 },
	};
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].here == signo)
			return map[i].there;
	return signo < 0 || signo > 63 ? 63 : signo;
}

/* Asks only: rig_kill() would send SIGKILL itself. */
static int
may_signal(struct trap *t, struct rig_host *target, int signo)
{
	return rig_may_signal(t->h->proc, target->proc, signo_netbsd(signo));
}

static int
one(struct trap *t, pid_t tid, int signo)
{
	struct rig_host *target;

	if (signo < 0 || signo > 64)
		return EINVAL;
	target = trap_target(t, tid);
	if (target == NULL || target == t->h)
		return TRAP_CONTINUE;
	return may_signal(t, target, signo) == 0 ? TRAP_CONTINUE : EPERM;
}

struct group {
	struct trap	*t;
	pid_t		pgrp;		/* 0: everybody */
	int		signo;
	int		found;
};

static bool
in_group(pid_t pid, const struct group *g)
{
	if (pid <= 1)
		return false;
	return g->pgrp == 0 ? pid != g->t->h->pid : getpgid(pid) == g->pgrp;
}

static bool
signal_member(pid_t pid, void *arg)
{
	struct group *g = arg;
	struct rig_host *target;

	if (!in_group(pid, g) || (target = real_known(pid)) == NULL ||
	    target->gone || may_signal(g->t, target, g->signo) != 0)
		return true;
	g->found++;
	if (g->signo != 0 && target->pidfd != -1)
		(void)syscall(SYS_pidfd_send_signal, target->pidfd, g->signo,
		    NULL, 0);
	return true;
}

/* ESRCH, as NetBSD says where nobody could be signalled. */
static int
many(struct trap *t, pid_t pgrp, int signo)
{
	struct group g = { .t = t, .pgrp = pgrp, .signo = signo };

	if (signo < 0 || signo > 64)
		return EINVAL;
	procinfo_all(signal_member, &g);
	return g.found != 0 ? 0 : ESRCH;
}

int
trap_kill(struct trap *t)
{
	pid_t pid = (pid_t)trap_arg(t, 0);
	int signo = (int)trap_arg(t, 1);

	if (pid > 0)
		return one(t, pid, signo);
	if (pid == -1)
		return many(t, 0, signo);
	return many(t, pid == 0 ? getpgid(t->h->pid) : -pid, signo);
}

int
trap_tkill(struct trap *t)
{
	return one(t, (pid_t)trap_arg(t, 0), (int)trap_arg(t, 1));
}

int
trap_tgkill(struct trap *t)
{
	return one(t, (pid_t)trap_arg(t, 1), (int)trap_arg(t, 2));
}

int
trap_sigqueue(struct trap *t)
{
	return one(t, (pid_t)trap_arg(t, 0), (int)trap_arg(t, 1));
}

int
trap_tgsigqueue(struct trap *t)
{
	return one(t, (pid_t)trap_arg(t, 1), (int)trap_arg(t, 2));
}

int
trap_pidfd_signal(struct trap *t)
{
	return one(t, trap_pidfd(t, (int)trap_arg(t, 0)),
	    (int)trap_arg(t, 1));
}
