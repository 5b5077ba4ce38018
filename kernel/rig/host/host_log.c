/*
 * host_log.c -- the rig's log: a file, standard error, or (in tests) lines
 * kept in memory so that they can be counted.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "rig_host.h"

#define	KEEP	256		/* lines kept for rig_log_count() */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char *log_kept[KEEP];
static unsigned int log_next;

/*
 * Write lines to PATH from now on; NULL: nowhere, "-": standard error.
 * Answers 0 or errno.
 */
int
rig_log_open(const char *path)
{
	int fd = -1;

	if (path != NULL && strcmp(path, "-") == 0)
		fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	else if (path != NULL)
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
		    O_NOFOLLOW, 0600);
	if (path != NULL && fd == -1)
		return errno;
	pthread_mutex_lock(&log_lock);
	if (log_fd != -1)
		close(log_fd);
	log_fd = fd;
	pthread_mutex_unlock(&log_lock);
	return 0;
}

static void
log_write(const char *line)
{
	char buf[1200];
	struct timespec ts;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (gmtime_r(&ts.tv_sec, &tm) == NULL)
		return;
	n = strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s\n", line);
	if (n >= sizeof(buf)) {
		n = sizeof(buf) - 1;
		buf[n - 1] = '\n';
	}
	/* A log that cannot be written must not stop the model. */
	while (write(log_fd, buf, n) == -1 && errno == EINTR)
		continue;
}

void
rig_host_log(int prio, const char *line)
{
	(void)prio;
	pthread_mutex_lock(&log_lock);
	free(log_kept[log_next % KEEP]);
	log_kept[log_next++ % KEEP] = strdup(line);
	if (log_fd != -1)
		log_write(line);
	pthread_mutex_unlock(&log_lock);
}

/* How many of the last lines contain WHAT. */
unsigned int
rig_log_count(const char *what)
{
	unsigned int i, n = 0;

	pthread_mutex_lock(&log_lock);
	for (i = 0; i < KEEP; i++)
		if (log_kept[i] != NULL && strstr(log_kept[i], what) != NULL)
			n++;
	pthread_mutex_unlock(&log_lock);
	return n;
}

/* Forget what was kept. */
void
rig_log_clear(void)
{
	unsigned int i;

	pthread_mutex_lock(&log_lock);
	for (i = 0; i < KEEP; i++) {
		free(log_kept[i]);
		log_kept[i] = NULL;
	}
	pthread_mutex_unlock(&log_lock);
}
