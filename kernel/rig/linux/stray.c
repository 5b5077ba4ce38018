/*
 * stray.c -- processes that bear a listener's mark and that nobody knows.
 *
 * A child is known before it exists (fork.c); but one that was given up too
 * early, since its parent was stopped or the host busy for seconds, and that
 * never asks, would be missed.  Whoever lists or kills has a look first.
 */

#include <sys/syscall.h>
#include <signal.h>
#include <unistd.h>

#include "fork.h"
#include "mark.h"
#include "notify.h"
#include "procinfo.h"
#include "rig_host.h"
#include "server/real.h"

static bool
sweep_one(pid_t pid, void *arg)
{
	uint32_t number;
	struct notify *n;
	struct rig_host *h;
	struct procinfo pi;

	(void)arg;
	if (real_lookup(pid) != NULL || (number = mark_of(pid)) == 0 ||
	    (n = notify_find(number)) == NULL ||
	    procinfo_read(pid, &pi) != 0 || pi.state == 'Z' ||
	    fork_claim(&pi) != NULL)
		return true;
	h = real_under(n);
	if (h != NULL)
		(void)real_adopt(h, pid, &pi);
	else
		(void)fork_stranger(&pi, n);
	return true;
}

void
fork_strays(void)
{
	if (notify_any())
		procinfo_all(sweep_one, NULL);
}
