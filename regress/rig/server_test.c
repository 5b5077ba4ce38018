/*
 * server_test.c -- cellrig as a daemon: who may start it where, what it does
 * with requests that make no sense, and how it knows its peers.
 */

#include <sys/file.h>

#include "rigclient.h"

static int rig;

static pid_t rig_pid;

static void
prepare_rig(const atf_tc_t *tc)
{
	rig_pid = rig_start(tc, "-n");
	rig = rig_connect_to(RIG_SOCK);
	ATF_REQUIRE(rig != -1);
}

#define	TEST(name)							\
ATF_TC_WITH_CLEANUP(name);						\
ATF_TC_HEAD(name, tc)							\
{									\
	(void)tc;							\
}									\
ATF_TC_CLEANUP(name, tc)						\
{									\
	(void)tc;							\
	rig_stop();							\
}									\
ATF_TC_BODY(name, tc)

static uid_t as_user;		/* 0: as we are */

/* Runs `cellrig ARG...' until it exits; answers the status. */
static int
run(const atf_tc_t *tc, const char *a, const char *b, const char *c)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDERR_FILENO);
		if (as_user != 0 && setuid(as_user) != 0)
			_exit(126);
		execl(rig_program(tc, "cellrig"), "cellrig", a, b, c, NULL);
		_exit(127);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

TEST(only_one)
{
	struct cell_version cv;
	size_t len = sizeof(cv);

	prepare_rig(tc);
	ATF_CHECK_EQ(run(tc, "-s", RIG_SOCK, NULL), 1);
	ATF_CHECK_EQ(system("grep -q 'runs already' stderr"), 0);
	/* Without its pid file, the socket itself tells. */
	ATF_REQUIRE(unlink("rig.pid") == 0);
	ATF_CHECK_EQ(run(tc, "-s", RIG_SOCK, NULL), 1);
	ATF_CHECK_EQ(rig_call(rig, "version", &cv, &len, NULL, 0, -1), 0);
	ATF_CHECK_EQ(cv.cv_flags, CELL_VERSION_RIG);
	ATF_CHECK(strstr(cv.cv_banner, "not isolation") != NULL);
	/* No cleanup would find it. */
	ATF_CHECK(kill(rig_pid, SIGTERM) == 0);
}

TEST(stale_socket)
{
	char pid[32] = "";
	int fd;

	prepare_rig(tc);
	fd = open("rig.pid", O_RDONLY);
	ATF_REQUIRE(read(fd, pid, sizeof(pid) - 1) > 0);
	close(fd);
	ATF_REQUIRE(kill(atoi(pid), SIGKILL) == 0);
	/* The lock goes with the process. */
	fd = open("rig.pid", O_RDONLY);
	ATF_REQUIRE(flock(fd, LOCK_EX) == 0);
	close(fd);
	ATF_CHECK(access(RIG_SOCK, F_OK) == 0);
	rig_start(tc, "-n");
	ATF_CHECK(rig_connect_to(RIG_SOCK) != -1);
}

TEST(clean_stop)
{
	prepare_rig(tc);
	rig_stop();
	ATF_CHECK(access(RIG_SOCK, F_OK) == -1);
	ATF_CHECK(access("rig.pid", F_OK) == -1);
}

TEST(not_a_socket)
{
	ATF_REQUIRE_EQ(system("echo precious > rig.sock"), 0);
	ATF_CHECK_EQ(run(tc, "-s", RIG_SOCK, NULL), 1);
	ATF_CHECK_EQ(system("grep -q precious rig.sock"), 0);
}

TEST(usage)
{
	ATF_CHECK_EQ(run(tc, "-z", NULL, NULL), 2);
	ATF_CHECK_EQ(run(tc, "one", "two", NULL), 2);
}

/* The default directory must be nobody else's. */
TEST(default_directory)
{
	char cwd[900], dir[1024];

	ATF_REQUIRE(getcwd(cwd, sizeof(cwd)) != NULL);
	snprintf(dir, sizeof(dir), "%s/run", cwd);
	ATF_REQUIRE(mkdir("run", 0700) == 0);
	if (geteuid() == 0) {
		as_user = 65534;
		ATF_REQUIRE(chmod(".", 0711) == 0);
		ATF_REQUIRE(chown("run", as_user, as_user) == 0);
	}
	unsetenv("CELLS_RIG");
	setenv("XDG_RUNTIME_DIR", dir, 1);
	ATF_REQUIRE(mkdir("run/cells", 0700) == 0);
	ATF_REQUIRE(chmod("run/cells", 0777) == 0);
	if (as_user != 0) {
		ATF_CHECK_EQ(run(tc, "-n", NULL, NULL), 1);
		ATF_CHECK_EQ(system("grep -q 'another user' stderr"), 0);
		ATF_REQUIRE(chown("run/cells", as_user, as_user) == 0);
	}
	ATF_CHECK_EQ(run(tc, "-n", NULL, NULL), 1);
	ATF_CHECK_EQ(system("grep -q 'open to other users' stderr"), 0);
	ATF_REQUIRE(rmdir("run/cells") == 0);
	ATF_REQUIRE(symlink("/tmp", "run/cells") == 0);
	ATF_CHECK_EQ(run(tc, "-n", NULL, NULL), 1);
	ATF_CHECK_EQ(system("grep -q 'not a directory' stderr"), 0);
	/* And without any of this it is made, and serves. */
	ATF_REQUIRE(unlink("run/cells") == 0);
	ATF_CHECK_EQ(run(tc, "-n", NULL, NULL), 0);
	ATF_CHECK(rig_connect_to("run/cells/rig.sock") != -1);
	ATF_CHECK_EQ(system("kill $(cat run/cells/rig.pid)"), 0);
}

/* The connection ends; the rig goes on. */
static void
hostile(const void *bytes, size_t len)
{
	struct rig_reply rp;
	int fd = rig_connect_to(RIG_SOCK), n;

	ATF_REQUIRE(fd != -1);
	ATF_REQUIRE(all(fd, (void *)(uintptr_t)bytes, len, 1) == 0);
	shutdown(fd, SHUT_WR);
	n = (int)recv(fd, &rp, sizeof(rp), MSG_WAITALL);
	if (n > 0) {
		ATF_CHECK_EQ(n, sizeof(rp));
		ATF_CHECK_EQ(rp.rp_magic, RIG_MAGIC);
		ATF_CHECK(rp.rp_error != 0);
		ATF_CHECK(recv(fd, &rp, 1, 0) <= 0);
	}
	close(fd);
	ATF_CHECK_EQ(rig_call(rig, "id", NULL, NULL, NULL, 0, -1), 0);
}

TEST(nonsense)
{
	struct rig_request rq;
	char junk[4096];
	size_t i;

	prepare_rig(tc);
	memset(junk, 0xff, sizeof(junk));
	hostile(junk, 1);
	hostile(junk, sizeof(junk));
	hostile("GET / HTTP/1.0\r\n\r\n", 18);
	memset(&rq, 0, sizeof(rq));
	hostile(&rq, sizeof(rq));
	rq.rq_magic = RIG_MAGIC;
	hostile(&rq, sizeof(rq));
	rq.rq_proto = RIG_PROTO;
	memset(rq.rq_node, 'a', sizeof(rq.rq_node));
	hostile(&rq, sizeof(rq));
	strcpy(rq.rq_node, "list");
	rq.rq_oldlen = ~0ULL;
	hostile(&rq, sizeof(rq));
	rq.rq_oldlen = 0;
	rq.rq_newlen = RIG_MAXDATA + 1;
	hostile(&rq, sizeof(rq));
	/* Half a request, in every length. */
	rq.rq_newlen = 16;
	for (i = 1; i < sizeof(rq); i += 7)
		hostile(&rq, i);
	srandom(1);
	for (i = 0; i < 200; i++) {
		size_t k;

		for (k = 0; k < sizeof(rq) + 64; k++)
			junk[k] = (char)random();
		memcpy(junk, &rq, 8);
		hostile(junk, sizeof(rq) + 64);
	}
}

/* Wrong lengths are the model's to refuse, absurd ones the rig's. */
TEST(lengths)
{
	size_t big = 1 << 20, len;
	char *buf;
	int error;

	prepare_rig(tc);
	buf = calloc(1, big);
	ATF_CHECK_EQ(rig_call(rig, "create", NULL, NULL, buf, 1, -1), EINVAL);
	ATF_CHECK_EQ(rig_call(rig, "create", NULL, NULL, buf, 65536, -1),
	    EINVAL);
	ATF_CHECK_EQ(rig_call(rig, "create", NULL, NULL, buf, big, -1), EINVAL);
	len = RIG_MAXDATA;
	buf = realloc(buf, len);
	error = rig_call(rig, "policy", buf, &len, NULL, 0, -1);
	ATF_CHECK_EQ(error, 0);
	ATF_CHECK(len > 0 && len % sizeof(struct cell_rule) == 0);
	len = 100;
	ATF_CHECK_EQ(rig_call(rig, "policy", buf, &len, NULL, 0, -1), ENOMEM);
	ATF_CHECK_EQ(len, 100);
	len = 4;
	ATF_CHECK_EQ(rig_call(rig, "nosuchnode", buf, &len, NULL, 0, -1),
	    ENOENT);
	ATF_CHECK_EQ(rig_call(rig, "../kern", NULL, NULL, NULL, 0, -1),
	    ENOENT);
	ATF_CHECK_EQ(rig_call(rig, "", NULL, NULL, NULL, 0, -1), ENOENT);
	free(buf);
}

TEST(many_connections)
{
	int fds[600], i, n = 0;

	prepare_rig(tc);
	for (i = 0; i < 600; i++) {
		fds[i] = rig_connect_to(RIG_SOCK);
		ATF_REQUIRE(fds[i] != -1);
	}
	for (i = 0; i < 600; i++)
		n += rig_call(fds[i], "id", NULL, NULL, NULL, 0, -1) == 0;
	ATF_CHECK_EQ(n, 600);
	for (i = 0; i < 600; i++)
		close(fds[i]);
	ATF_CHECK_EQ(rig_call(rig, "id", NULL, NULL, NULL, 0, -1), 0);
}

/* Other users read and do not write; a member does neither. */
TEST(who)
{
	struct cell_config cf;
	int error, fd, status;
	uint32_t id;
	pid_t pid;

	if (geteuid() != 0)
		atf_tc_skip("needs another user");
	prepare_rig(tc);
	ATF_REQUIRE(chmod(".", 0711) == 0);
	config(&cf, "web", CELL_PROFILE_HIGH);
	id = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	if ((pid = fork()) == 0) {
		char buf[65536];
		size_t len = sizeof(buf);

		if (setuid(65534) != 0)
			_exit(90);
		fd = rig_connect_to(RIG_SOCK);
		if (fd == -1)
			_exit(91);
		if (rig_call(fd, "list", buf, &len, NULL, 0, -1) != 0)
			_exit(92);
		if (rig_op(fd, "attach", id) != EPERM ||
		    rig_op(fd, "destroy", id) != EPERM)
			_exit(93);
		_exit(0);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK_EQ(status, 0);
	if ((pid = fork()) == 0) {
		uint32_t self = 0;
		size_t len = sizeof(self);

		fd = rig_connect_to(RIG_SOCK);
		if (rig_op(fd, "attach", id) != 0)
			_exit(94);
		if (rig_call(fd, "id", &self, &len, NULL, 0, -1) != 0 ||
		    self != id)
			_exit(95);
		if (rig_call(fd, "list", NULL, NULL, NULL, 0, -1) != EPERM)
			_exit(96);
		if (rig_op(fd, "attach", id) != EPERM)
			_exit(97);
		/* A child is a member, on a connection of its own as well. */
		if ((pid = fork()) == 0) {
			fd = rig_connect_to(RIG_SOCK);
			len = sizeof(self);
			self = 0;
			_exit(rig_call(fd, "id", &self, &len, NULL, 0,
			    -1) == 0 && self == id ? 0 : 1);
		}
		waitpid(pid, &status, 0);
		_exit(status == 0 ? 0 : 98);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK_EQ_MSG(status, 0, "%#x", status);
	ATF_CHECK_EQ(rig_op(rig, "destroy", id), 0);
}

/* Nobody enforces, and still a bomb is ended. */
TEST(kill_without_enforcing)
{
	struct cell_config cf;
	struct cell_info ci;
	int error, status;
	uint32_t id;
	pid_t pid;

	prepare_rig(tc);
	config(&cf, "bomb", CELL_PROFILE_HIGH);
	id = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	if ((pid = fork()) == 0) {
		int fd = rig_connect_to(RIG_SOCK), i;

		if (rig_op(fd, "attach", id) != 0)
			_exit(94);
		/* A tree of about fifty, each waiting for nothing. */
		for (i = 0; i < 6; i++)
			if (fork() == 0 && i > 4)
				break;
		for (;;)
			pause();
	}
	msleep(500);
	ATF_REQUIRE_EQ(rig_info(rig, id, &ci), 0);
	ATF_CHECK_MSG(ci.ci_nproc > 20, "%u", ci.ci_nproc);
	ATF_CHECK_EQ(rig_op(rig, "kill", id), 0);
	ATF_CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	ATF_REQUIRE_EQ(rig_info(rig, id, &ci), 0);
	ATF_CHECK_EQ(ci.ci_nproc, 0);
	ATF_CHECK_EQ(rig_op(rig, "destroy", id), 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, only_one);
	ATF_TP_ADD_TC(tp, stale_socket);
	ATF_TP_ADD_TC(tp, clean_stop);
	ATF_TP_ADD_TC(tp, not_a_socket);
	ATF_TP_ADD_TC(tp, usage);
	ATF_TP_ADD_TC(tp, default_directory);
	ATF_TP_ADD_TC(tp, nonsense);
	ATF_TP_ADD_TC(tp, lengths);
	ATF_TP_ADD_TC(tp, many_connections);
	ATF_TP_ADD_TC(tp, who);
	ATF_TP_ADD_TC(tp, kill_without_enforcing);
	return atf_no_error();
}
