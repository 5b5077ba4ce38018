/*
 * enforce_test.c -- real processes under a rig that enforces: routes,
 * learning, and what happens when the rig is slow or dead.
 */

#define	_GNU_SOURCE
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>

#include "enforce.h"

/* Reading routes is anybody's, changing them is not. */
static int
netlink_answer(int type, int flags)
{
	struct {
		struct nlmsghdr	h;
		struct rtmsg	r;
	} req = {
		.h.nlmsg_len = sizeof(req), .h.nlmsg_type = (uint16_t)type,
		.h.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		.r.rtm_family = AF_INET, .r.rtm_dst_len = 32,
		.r.rtm_table = RT_TABLE_MAIN
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char buf[16384];
	struct nlmsghdr *h = (void *)buf;

	if (fd == -1)
		return -errno;
	if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
		return -1;
	if (send(fd, &req, sizeof(req), 0) == -1)
		return -errno;
	if (recv(fd, buf, sizeof(buf), 0) <= 0)
		return -errno;
	return h->nlmsg_type == NLMSG_ERROR ?
	    ((struct nlmsgerr *)NLMSG_DATA(h))->error : 0;
}

static int
use_netlink(void)
{
	shared->result[0] = netlink_answer(RTM_GETLINK, NLM_F_DUMP);
	shared->result[1] = netlink_answer(RTM_DELROUTE, NLM_F_ACK);
	return 0;
}

TEST(netlink)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(use_netlink)), 0);
	ATF_CHECK_EQ_MSG(shared->result[0], 0, "%d", shared->result[0]);
	ATF_CHECK_EQ_MSG(shared->result[1], -EPERM, "%d", shared->result[1]);
}

ROOT_TEST(netlink_low)
{
	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	ATF_CHECK_EQ(status_of(member(use_netlink)), 0);
	ATF_CHECK_EQ(shared->result[0], 0);
	ATF_CHECK_EQ_MSG(shared->result[1], -ESRCH, "%d", shared->result[1]);
}

static int
enter_again(void)
{
	int fd = rig_connect_to(RIG_SOCK);

	shared->result[0] = rig_op(fd, "attach", cell);
	shared->result[1] = rig_call(fd, "rig.listener", NULL, NULL, NULL, 0,
	    fd);
	shared->result[2] = rig_op(fd, "destroy", cell);
	return 0;
}

TEST(no_second_time)
{
	int p[2];

	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	ATF_CHECK_EQ(status_of(member(enter_again)), 0);
	ATF_CHECK_EQ(shared->result[0], EPERM);
	ATF_CHECK_EQ(shared->result[1], EINVAL);
	ATF_CHECK_EQ(shared->result[2], EPERM);
	/* The host: no filter, no listener. */
	ATF_CHECK_EQ(rig_call(rig, "rig.filter", NULL, NULL, NULL, 0, -1),
	    EPERM);
	ATF_REQUIRE(pipe(p) == 0);
	ATF_CHECK_EQ(rig_call(rig, "rig.listener", NULL, NULL, NULL, 0, p[0]),
	    EINVAL);
	ATF_CHECK_EQ(rig_call(rig, "rig.listener", NULL, NULL, NULL, 0, -1),
	    EINVAL);
	ATF_CHECK_EQ(rig_call(rig, "rig.nonsense", NULL, NULL, NULL, 0, -1),
	    ENOENT);
}

/* Learning lets it pass and says so. */
static int
try_to_trace(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	shared->result[0] = sched_setaffinity(0, 0, NULL) == -1 ? errno : 0;
	kill(pid, SIGKILL);
	return 0;
}

TEST(learning)
{
	struct cell_config cf;
	int error;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	config(&cf, "learner", CELL_PROFILE_HIGH);
	cf.cf_mode = CELL_MODE_LEARN;
	cell = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	ATF_CHECK_EQ(status_of(member(try_to_trace)), 0);
	/* What the host's kernel says of no mask at all. */
	ATF_CHECK_EQ(shared->result[0], EINVAL);
	ATF_CHECK_EQ(info().ci_learned[CELL_SCOPE_PROCESS], 1);
	ATF_CHECK_EQ(info().ci_denied[CELL_SCOPE_PROCESS], 0);
}

static int
ask_when_told(void)
{
	shared->ready = 1;
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		msleep(5);
	shared->result[0] = kill(getpid(), 0) == 0 ? 0 : errno;
	shared->result[1] = fork() == -1 ? errno : 0;
	shared->ready = 2;
	for (;;)
		pause();
	return 0;
}

TEST(dead_rig)
{
	char pid[32] = "";
	int fd;
	pid_t m;

	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	m = member(ask_when_told);
	wait_ready(1);
	fd = open("rig.pid", O_RDONLY);
	ATF_REQUIRE(read(fd, pid, sizeof(pid) - 1) > 0);
	ATF_REQUIRE(kill(atoi(pid), SIGKILL) == 0);
	while (alive(atoi(pid)))
		msleep(5);
	__atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
	wait_ready(2);
	ATF_CHECK_EQ(shared->result[0], ENOSYS);
	ATF_CHECK_EQ(shared->result[1], ENOSYS);
	ATF_CHECK(kill(m, SIGTERM) == 0);
	ATF_CHECK_EQ(status_of(m), 256 + SIGTERM);
	/* The next one takes the place of the dead one. */
	rig_start(tc, NULL);
	ATF_CHECK(rig_connect_to(RIG_SOCK) != -1);
}

/* Do all its threads stand still? */
static int
stopped(int pid)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "! sed 's/.*) //' /proc/%d/task/*/stat | "
	    "grep -v ^T", pid);
	return system(cmd) == 0;
}

TEST(slow_rig)
{
	char pid[32] = "";
	int fd, status;
	pid_t m, n;

	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	m = member(ask_when_told);
	wait_ready(1);
	shared->ready = 0;
	n = member(ask_when_told);
	wait_ready(1);
	fd = open("rig.pid", O_RDONLY);
	ATF_REQUIRE(read(fd, pid, sizeof(pid) - 1) > 0);
	ATF_REQUIRE(kill(atoi(pid), SIGSTOP) == 0);
	while (!stopped(atoi(pid)))
		msleep(5);
	__atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
	msleep(300);
	ATF_CHECK_EQ(shared->ready, 1);
	/* Waiting is no shelter ... */
	ATF_CHECK(kill(m, SIGKILL) == 0);
	ATF_CHECK_EQ(status_of(m), 256 + SIGKILL);
	/* ... and no end. */
	ATF_REQUIRE(kill(atoi(pid), SIGCONT) == 0);
	wait_ready(2);
	ATF_CHECK_EQ(shared->result[0], 0);
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	ATF_CHECK(waitpid(n, &status, 0) == n);
}

/* Stopping the rig is halting the machine: its members go with it. */
TEST(stopped_rig)
{
	pid_t m;

	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	m = member(ask_when_told);
	wait_ready(1);
	rig_stop();
	ATF_CHECK_EQ(status_of(m), 256 + SIGKILL);
	ATF_CHECK(access("rig.sock", F_OK) != 0);
	ATF_CHECK(access("rig.pid", F_OK) != 0);
}

#define	NCELLS	20
#define	ASKS	200
#define	LEAST	1000	/* a second; a tenth of what a busy machine does */

static int
ask_often(void)
{
	int i, failed = 0;

	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		msleep(1);
	for (i = 0; i < ASKS; i++)
		failed += kill(1, 0) == 0 || errno != EPERM;
	return failed != 0;
}

TEST(many_cells)
{
	struct cell_config cf;
	struct cell_counters ct;
	uint32_t ids[NCELLS];
	pid_t pids[NCELLS];
	uint64_t sum = 0;
	char name[16];
	double t;
	int error, i;
	size_t k;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	for (i = 0; i < NCELLS; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		config(&cf, name, CELL_PROFILE_HIGH);
		cell = ids[i] = rig_create(rig, &cf, &error);
		ATF_REQUIRE_EQ(error, 0);
		pids[i] = member(ask_often);
	}
	msleep(300);
	t = seconds();
	__atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
	for (i = 0; i < NCELLS; i++)
		ATF_CHECK_EQ(status_of(pids[i]), 0);
	t = seconds() - t;
	for (i = 0; i < NCELLS; i++) {
		ATF_REQUIRE_EQ(rig_counters(rig, ids[i], &ct), 0);
		for (k = 0; k < CELL_MAXRULES; k++)
			sum += ct.ct_denied[k];
	}
	ATF_CHECK_EQ(sum, NCELLS * ASKS);
	printf("%.0f notifications a second from %d cells\n",
	    NCELLS * ASKS / t, NCELLS);
	ATF_CHECK_MSG(NCELLS * ASKS / t >= LEAST, "%.1f seconds", t);
}

/* Where filters cannot be installed the rig says so, once, and rehearses. */
static void
no_filters(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct sock_fprog prog = { .len = 4, .filter = f };

	ATF_REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	ATF_REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
}

TEST(fallback)
{
	struct cell_config cf;
	struct cell_version cv;
	size_t len = sizeof(cv);
	uint32_t id;
	int error;

	no_filters();
	rig_start(tc, NULL);
	rig = rig_connect_to(RIG_SOCK);
	ATF_REQUIRE_EQ(rig_call(rig, "version", &cv, &len, NULL, 0, -1), 0);
	ATF_CHECK_EQ(cv.cv_flags & CELL_VERSION_ENFORCING, 0);
	ATF_CHECK_EQ(system("test \"$(grep -c 'not enforced' rig.log)\" = 1"), 0);
	config(&cf, "cell", CELL_PROFILE_HIGH);
	id = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	ATF_CHECK_EQ(rig_op(rig, "attach", id), 0);
	ATF_CHECK_EQ(rig_call(rig, "rig.filter", NULL, NULL, NULL, 0, -1),
	    ENOENT);
	/* Nobody stands in the way. */
	ATF_CHECK(kill(getppid(), 0) == 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, fallback);
	ATF_TP_ADD_TC(tp, netlink);
	ATF_TP_ADD_TC(tp, netlink_low);
	ATF_TP_ADD_TC(tp, no_second_time);
	ATF_TP_ADD_TC(tp, learning);
	ATF_TP_ADD_TC(tp, dead_rig);
	ATF_TP_ADD_TC(tp, slow_rig);
	ATF_TP_ADD_TC(tp, stopped_rig);
	ATF_TP_ADD_TC(tp, many_cells);
	return atf_no_error();
}
