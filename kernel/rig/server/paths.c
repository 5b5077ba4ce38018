/* paths.c -- where the socket is, and who may have put it there. */

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/server.h"

/* Absolute: a daemon changes its directory. */
static char sock_path[2048];
static char pid_path[2048];
static int pid_fd = -1;

static int
fail(int error, char *why, size_t size, const char *path, const char *what)
{
	snprintf(why, size, "%s: %s", path,
	    what != NULL ? what : strerror(error));
	return error;
}

/*
 * A directory that only its owner, which is us, can put things into.  One
 * that is ours alone (PRIVATE) is not even to be looked into by others.
 */
static int
check_dir(const char *dir, bool private, char *why, size_t size)
{
	struct stat st;

	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return fail(errno, why, size, dir, NULL);
	if (lstat(dir, &st) == -1)
		return fail(errno, why, size, dir, NULL);
	if (!S_ISDIR(st.st_mode))
		return fail(ENOTDIR, why, size, dir, "is not a directory");
	if (st.st_uid != geteuid())
		return fail(EPERM, why, size, dir, "belongs to another user");
	if ((st.st_mode & (private ? 077 : 022)) != 0)
		return fail(EPERM, why, size, dir,
		    "is open to other users");
	return 0;
}

int
path_default(char *buf, size_t size, char *why, size_t whysize)
{
	const char *env = getenv("CELLS_RIG"), *run = getenv("XDG_RUNTIME_DIR");
	char dir[1024];
	bool private = geteuid() != 0;
	int error;

	if (env != NULL && *env != '\0') {
		snprintf(buf, size, "%s", env);
		return 0;
	}
	if (!private)
		snprintf(dir, sizeof(dir), "/var/run/cells");
	else if (run != NULL && *run == '/')
		snprintf(dir, sizeof(dir), "%s/cells", run);
	else
		snprintf(dir, sizeof(dir), "/tmp/cells-%lu",
		    (unsigned long)geteuid());
	error = check_dir(dir, private, why, whysize);
	if (error == 0 &&
	    (size_t)snprintf(buf, size, "%s/rig.sock", dir) >= size)
		error = fail(ENAMETOOLONG, why, whysize, dir, NULL);
	return error;
}

static int
absolute(char *buf, size_t size, const char *path)
{
	char cwd[1024] = "";

	if (path[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
		return errno;
	return (size_t)snprintf(buf, size, "%s%s%s", cwd,
	    path[0] == '/' ? "" : "/", path) < size ? 0 : ENAMETOOLONG;
}

/* X.sock has its number in X.pid, any other name in NAME.pid. */
static int
name_pidfile(const char *sock, const char *pidfile)
{
	char buf[1100];
	size_t len = strlen(sock);

	if (pidfile != NULL)
		return absolute(pid_path, sizeof(pid_path), pidfile);
	if (len > 5 && strcmp(sock + len - 5, ".sock") == 0)
		len -= 5;
	snprintf(buf, sizeof(buf), "%.*s.pid", (int)len, sock);
	return absolute(pid_path, sizeof(pid_path), buf);
}

/*
 * The lock is on the file that has the name: one that was removed between
 * opening and locking does not count.
 */
static int
lock_pidfile(char *why, size_t size)
{
	struct stat a, b;
	int error;

	for (;;) {
		pid_fd = open(pid_path, O_RDWR | O_CREAT | O_CLOEXEC |
		    O_NOFOLLOW, 0644);
		if (pid_fd == -1)
			return fail(errno, why, size, pid_path, NULL);
		if (flock(pid_fd, LOCK_EX | LOCK_NB) == -1) {
			error = errno;
			close(pid_fd);
			pid_fd = -1;
			return fail(error, why, size, pid_path,
			    error == EWOULDBLOCK ? "a rig runs already" : NULL);
		}
		if (fstat(pid_fd, &a) == 0 && stat(pid_path, &b) == 0 &&
		    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
			return 0;
		close(pid_fd);
	}
}

/* Does anybody answer there?  A rig without a pid file, say. */
static bool
is_live(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool live;

	if (fd == -1)
		return true;
	live = connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0;
	close(fd);
	return live;
}

static int
clear_stale(const struct sockaddr_un *sun, char *why, size_t size)
{
	struct stat st;

	if (lstat(sun->sun_path, &st) == -1)
		return errno == ENOENT ? 0 :
		    fail(errno, why, size, sun->sun_path, NULL);
	if (!S_ISSOCK(st.st_mode))
		return fail(EEXIST, why, size, sun->sun_path,
		    "exists and is not a socket");
	if (is_live(sun))
		return fail(EWOULDBLOCK, why, size, sun->sun_path,
		    "a rig runs there already");
	if (unlink(sun->sun_path) == -1)
		return fail(errno, why, size, sun->sun_path, NULL);
	return 0;
}

/*
 * Whoever waits for the name finds somebody who answers: it appears only
 * after listen(2), unless it is too long for another beside it.
 */
static int
listen_at(int fd, const char *sock, char *why, size_t size)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	bool beside = (size_t)snprintf(sun.sun_path, sizeof(sun.sun_path),
	    "%s~", sock) < sizeof(sun.sun_path);
	mode_t mask;
	int error = 0;

	if (!beside)
		strcpy(sun.sun_path, sock);
	else if ((error = clear_stale(&sun, why, size)) != 0)
		return error;
	/* Any user may read what the model lets users read; as in a kernel. */
	mask = umask(geteuid() == 0 ? 0111 : 0177);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		error = errno;
	umask(mask);
	if (error == 0 && (listen(fd, 128) == -1 ||
	    (beside && rename(sun.sun_path, sock) == -1))) {
		error = errno;
		(void)unlink(sun.sun_path);
	}
	return error == 0 ? 0 : fail(error, why, size, sock, NULL);
}

int
path_listen(const char *sock, const char *pidfile, int *fdp, char *why,
    size_t size)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int error, fd;

	if (strlen(sock) >= sizeof(sun.sun_path))
		return fail(ENAMETOOLONG, why, size, sock, NULL);
	strcpy(sun.sun_path, sock);
	error = name_pidfile(sock, pidfile);
	if (error != 0)
		return fail(error, why, size, sock, NULL);
	error = lock_pidfile(why, size);
	if (error == 0)
		error = clear_stale(&sun, why, size);
	if (error != 0)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return fail(errno, why, size, sock, NULL);
	error = listen_at(fd, sock, why, size);
	if (error == 0 && (error = absolute(sock_path, sizeof(sock_path),
	    sock)) != 0)
		(void)fail(error, why, size, sock, NULL);
	if (error != 0) {
		close(fd);
		return error;
	}
	*fdp = fd;
	return 0;
}

int
path_write_pid(void)
{
	char buf[32];
	int n = snprintf(buf, sizeof(buf), "%ld\n", (long)getpid());

	if (ftruncate(pid_fd, 0) == -1 || pwrite(pid_fd, buf, (size_t)n, 0) != n)
		return errno;
	return 0;
}

/* The lock goes last, so that nobody else's files are removed. */
void
path_remove(void)
{
	if (sock_path[0] != '\0')
		unlink(sock_path);
	sock_path[0] = '\0';
	if (pid_fd != -1) {
		unlink(pid_path);
		close(pid_fd);
		pid_fd = -1;
	}
}
