/*
 * kills.c -- the model's SIGKILL reaches the real process.
 *
 * The model asks with the stand-in's locks held, so the watcher does it a
 * moment later.  Where nobody enforces, the process is stopped first and its
 * children are made known, so that the model, which repeats itself until
 * nobody is left, comes to them next: a fork bomb loses.
 */

#include <sys/syscall.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/fork.h"
#include "linux/procinfo.h"
#include "server/real.h"
#include "rig_host.h"

static pthread_mutex_t kill_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rig_host *kill_head;

void
kills_queue(struct rig_host *h)
{
	pthread_mutex_lock(&kill_lock);
	if (!h->kill_queued) {
		h->kill_queued = true;
		h->kill_next = kill_head;
		kill_head = h;
	}
	pthread_mutex_unlock(&kill_lock);
	watch_wake();
}

void
kills_forget(struct rig_host *h)
{
	struct rig_host **hp;

	pthread_mutex_lock(&kill_lock);
	for (hp = &kill_head; *hp != NULL; hp = &(*hp)->kill_next)
		if (*hp == h) {
			*hp = h->kill_next;
			break;
		}
	pthread_mutex_unlock(&kill_lock);
}

static struct rig_host *
kills_next(void)
{
	struct rig_host *h;

	pthread_mutex_lock(&kill_lock);
	h = kill_head;
	if (h != NULL) {
		kill_head = h->kill_next;
		h->kill_queued = false;
	}
	pthread_mutex_unlock(&kill_lock);
	return h;
}

static int
send_signal(struct rig_host *h, int signo)
{
	return syscall(SYS_pidfd_send_signal, h->pidfd, signo, NULL, 0) == -1 ?
	    errno : 0;
}

/* Stopped, or as good as: a moment at most. */
static void
wait_stopped(struct rig_host *h)
{
	struct procinfo pi;
	int i;

	for (i = 0; i < 50; i++) {
		if (procinfo_read(h->pid, &pi) != 0 ||
		    strchr("TtZX", pi.state) != NULL)
			return;
		rig_host_sleep(100000);
	}
}

/* Make known whose parent this is, as long as that can be told. */
static void
find_children(struct rig_host *h)
{
	int i;

	if (h->notify == NULL && send_signal(h, SIGSTOP) == 0) {
		wait_stopped(h);
		real_discover(h);
	}
	for (i = 0; h->notify != NULL && i < 20 && !fork_resolve(h); i++)
		rig_host_sleep(200000);
}

static void
kill_now(struct rig_host *h)
{
	char buf[80];
	int error;

	if (h->pid == 0)
		fork_look(h);
	if (h->gone || h->pidfd == -1)
		return;
	find_children(h);
	error = send_signal(h, SIGKILL);
	if (error != 0 && error != ESRCH) {
		snprintf(buf, sizeof(buf), "rig: cannot kill process %d: %s",
		    (int)h->pid, strerror(error));
		rig_host_log(4, buf);
	}
}

void
kills_run(void)
{
	struct rig_host *h;

	while ((h = kills_next()) != NULL)
		kill_now(h);
}
