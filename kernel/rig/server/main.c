/* main.c -- cellrig: options, daemon, and the order of starting. */

#include <sys/resource.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/enforce.h"
#include "rig.h"
#include "rig_host.h"
#include "server/real.h"
#include "server/server.h"

#define	LASTLIMIT	60	/* seconds that ending takes at most */

static bool debug, foreground, rehearse;
static const char *sock, *logfile, *pidfile;

static void
usage(void)
{
	fprintf(stderr, "usage: cellrig [-dfn] [-l LOGFILE] [-P PIDFILE] "
	    "[[-s] SOCKET]\n");
	exit(2);
}

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "cellrig: %s: %s\n", what, why);
	path_remove();
	exit(1);
}

static void
options(int argc, char **argv)
{
	int ch;

	while ((ch = getopt(argc, argv, "dfl:nP:s:")) != -1) {
		switch (ch) {
		case 'd':
			debug = foreground = true;
			break;
		case 'f':
			foreground = true;
			break;
		case 'l':
			logfile = optarg;
			break;
		case 'n':
			rehearse = true;
			break;
		case 'P':
			pidfile = optarg;
			break;
		case 's':
			sock = optarg;
			break;
		default:
			usage();
		}
	}
	if (optind < argc && sock == NULL)
		sock = argv[optind++];
	if (optind != argc)
		usage();
}

static void
on_stop(int signo)
{
	(void)signo;
	loop_stop();
}

static void
signals(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

/* A descriptor for each process and connection. */
static void
descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

/*
 * In the background: the parent stays until the child says over the pipe
 * that it serves, or what is wrong.  Answers the pipe's end.
 */
static int
background(void)
{
	int p[2], fd, status = 1;
	pid_t pid;

	if (pipe(p) == -1 || (pid = fork()) == -1)
		die("fork", strerror(errno));
	if (pid != 0) {
		close(p[1]);
		if (read(p[0], &status, sizeof(status)) != sizeof(status))
			status = 1;
		_exit(status);
	}
	close(p[0]);
	(void)setsid();
	(void)chdir("/");
	fd = open("/dev/null", O_RDWR);
	if (fd != -1) {
		dup2(fd, STDIN_FILENO);
		dup2(fd, STDOUT_FILENO);
		if (fd > STDERR_FILENO)
			close(fd);
	}
	(void)fcntl(p[1], F_SETFD, FD_CLOEXEC);
	return p[1];
}

static void
ready(int fd)
{
	int ok = 0, null;

	if (fd == -1)
		return;
	if (write(fd, &ok, sizeof(ok)) != sizeof(ok))
		die("starting", "nobody waits for it");
	close(fd);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null != -1)
		dup2(null, STDERR_FILENO);
}

int
main(int argc, char **argv)
{
	char why[1200], path[1024];
	int error, listener, fd = -1;

	options(argc, argv);
	if (sock == NULL) {
		if (path_default(path, sizeof(path), why, sizeof(why)) != 0)
			die("socket", why);
		sock = path;
	}
	error = rig_log_open(debug ? "-" : logfile);
	if (error != 0)
		die(logfile, strerror(error));
	if (path_listen(sock, pidfile, &listener, why, sizeof(why)) != 0)
		die("socket", why);
	if (!foreground)
		fd = background();
	if ((error = path_write_pid()) != 0)
		die("pid file", strerror(error));
	signals();
	descriptors();
	rig_boot();
	if (!rehearse)
		enforce_init();
	if ((error = real_init()) != 0)
		die("watching processes", strerror(error));
	if ((error = work_init()) != 0)
		die("threads", strerror(error));
	ready(fd);
	error = loop_run(listener);
	path_remove();
	/* Not even a page of a member's that never comes keeps us: rig.h. */
	alarm(LASTLIMIT);
	real_kill_enforced();
	work_fini();
	watch_fini();
	if (error != 0)
		die("serving", strerror(error));
	return 0;
}
