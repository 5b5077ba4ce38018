/*
 * rigclient.h -- a rig of the test's own and how to talk to it, in C: for
 * tests that do what programs in other languages do, only closer.
 *
 * Everything lies in the work directory; rig_stop() must be called, and is by
 * the cleanup of each test.
 */

#ifndef RIGCLIENT_H
#define	RIGCLIENT_H

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/cell.h>

#include "rig_proto.h"

#define	RIG_SOCK	"rig.sock"

static inline double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline void
msleep(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* build/bin, from a test in build/regress/rig or as CELLS_BIN says. */
static inline const char *
rig_program(const atf_tc_t *tc, const char *name)
{
	static char path[1024];
	const char *bin = getenv("CELLS_BIN");

	if (bin != NULL)
		snprintf(path, sizeof(path), "%s/%s", bin, name);
	else
		snprintf(path, sizeof(path), "%s/../../bin/%s",
		    atf_tc_get_config_var(tc, "srcdir"), name);
	return path;
}

static inline int
rig_connect_to(const char *sock)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(sun.sun_path, sock, sizeof(sun.sun_path) - 1);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Starts `cellrig [OPTION] -s rig.sock'; answers its number. */
static inline pid_t
rig_start(const atf_tc_t *tc, const char *option)
{
	const char *prog = rig_program(tc, "cellrig");
	char pid[32] = "";
	int fd, status;
	pid_t child = fork();

	if (child == 0) {
		if (option != NULL)
			execl(prog, "cellrig", option, "-l", "rig.log", "-s",
			    RIG_SOCK, NULL);
		execl(prog, "cellrig", "-l", "rig.log", "-s", RIG_SOCK, NULL);
		_exit(127);
	}
	ATF_REQUIRE(waitpid(child, &status, 0) == child);
	ATF_REQUIRE_MSG(status == 0, "%s: status %#x", prog, status);
	fd = open("rig.pid", O_RDONLY);
	ATF_REQUIRE(fd != -1 && read(fd, pid, sizeof(pid) - 1) > 0);
	close(fd);
	return (pid_t)atoi(pid);
}

/*
 * For cleanups: the rig of this work directory, if there is one.  The pid
 * file goes last of all.
 */
static inline void
rig_stop(void)
{
	char pid[32] = "";
	int fd = open("rig.pid", O_RDONLY), i;

	if (fd == -1 || read(fd, pid, sizeof(pid) - 1) <= 0)
		return;
	close(fd);
	kill(atoi(pid), SIGTERM);
	for (i = 0; i < 500 && access("rig.pid", F_OK) == 0; i++)
		msleep(10);
}

/* Everything, OUT: 0 receives, 1 sends, 2 writes to what is no socket. */
static inline int
all(int fd, void *buf, size_t len, int out)
{
	char *p = buf;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = out == 2 ? write(fd, p, len) :
		    out ? send(fd, p, len, MSG_NOSIGNAL) :
		    recv(fd, p, len, 0);
		if (n <= 0)
			return -1;
	}
	return 0;
}

/* One request, with a descriptor unless PASS is -1; errno or -1. */
static inline int
rig_call(int fd, const char *node, void *old, size_t *oldlen,
    const void *new, size_t newlen, int pass)
{
	struct rig_request rq = {
		.rq_magic = RIG_MAGIC, .rq_proto = RIG_PROTO,
		.rq_oldlen = oldlen != NULL ? *oldlen : 0, .rq_newlen = newlen
	};
	struct rig_reply rp;
	char ctl[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &rq, sizeof(rq) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cm;

	strncpy(rq.rq_node, node, sizeof(rq.rq_node) - 1);
	if (pass != -1) {
		msg.msg_control = ctl;
		msg.msg_controllen = sizeof(ctl);
		cm = CMSG_FIRSTHDR(&msg);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &pass, sizeof(int));
	}
	if (sendmsg(fd, &msg, MSG_NOSIGNAL) != sizeof(rq) ||
	    (newlen != 0 && all(fd, (void *)(uintptr_t)new, newlen, 1) != 0) ||
	    all(fd, &rp, sizeof(rp), 0) != 0 || rp.rp_magic != RIG_MAGIC ||
	    rp.rp_oldlen > rq.rq_oldlen ||
	    (rp.rp_oldlen != 0 && all(fd, old, rp.rp_oldlen, 0) != 0))
		return -1;
	if (oldlen != NULL)
		*oldlen = rp.rp_oldlen;
	return rp.rp_error;
}

static inline int
rig_op(int fd, const char *node, uint32_t id)
{
	struct cell_op co = { .co_version = CELL_ABI_VERSION, .co_id = id };

	return rig_call(fd, node, NULL, NULL, &co, sizeof(co), -1);
}

static inline void
config(struct cell_config *cf, const char *name, uint32_t profile)
{
	memset(cf, 0, sizeof(*cf));
	strncpy(cf->cf_name, name, CELL_NAMEMAX);
	strcpy(cf->cf_root, "/");
	cf->cf_profile = profile;
	cf->cf_mode = CELL_MODE_ENFORCE;
}

/* The id; 0 and *ERROR where there is none. */
static inline uint32_t
rig_create(int fd, const struct cell_config *cf, int *error)
{
	struct cell_create cc = { .cc_version = CELL_ABI_VERSION };
	struct cell_result cr = { 0 };
	size_t len = sizeof(cr);

	cc.cc_config = *cf;
	*error = rig_call(fd, "create", &cr, &len, &cc, sizeof(cc), -1);
	return *error == 0 ? cr.cr_id : 0;
}

static inline int
rig_info(int fd, uint32_t id, struct cell_info *ci)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id
	};
	size_t len = sizeof(*ci);

	return rig_call(fd, "list", ci, &len, &sl, sizeof(sl), -1);
}

static inline int
rig_counters(int fd, uint32_t id, struct cell_counters *ct)
{
	struct cell_select sl = {
		.sl_version = CELL_ABI_VERSION, .sl_id = id
	};
	size_t len = sizeof(*ct);

	return rig_call(fd, "counters", ct, &len, &sl, sizeof(sl), -1);
}

/* The calling process joins, and comes under the filter; errno. */
static inline int
rig_enter(const char *sock, uint32_t id)
{
	static struct sock_filter filter[4096];
	struct sock_fprog prog = { .filter = filter };
	size_t len = sizeof(filter);
	int error, fd = rig_connect_to(sock), listener;

	if (fd == -1)
		return errno;
	error = rig_op(fd, "attach", id);
	if (error == 0)
		error = rig_call(fd, "rig.filter", filter, &len, NULL, 0, -1);
	if (error != 0)
		return error;
	prog.len = (unsigned short)(len / sizeof(filter[0]));
	if (geteuid() != 0)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | (1UL << 5), &prog);
	if (listener == -1)
		return errno;
	error = rig_call(fd, "rig.listener", NULL, NULL, NULL, 0, listener);
	close(listener);
	close(fd);
	return error;
}

/* Skips the test where nothing can be enforced. */
static inline void
require_enforcing(int fd)
{
	struct cell_version cv;
	size_t len = sizeof(cv);

	ATF_REQUIRE_EQ(rig_call(fd, "version", &cv, &len, NULL, 0, -1), 0);
	if ((cv.cv_flags & CELL_VERSION_ENFORCING) == 0)
		atf_tc_skip("no seccomp notification here");
}

#endif	/* !RIGCLIENT_H */
