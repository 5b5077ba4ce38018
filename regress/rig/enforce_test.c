/*
 * enforce_test.c -- real processes under a rig that enforces: who is a
 * member, what is counted, what cannot be shed, and what happens when the
 * rig is slow or dead.
 */

#define	_GNU_SOURCE
#include <sys/mman.h>
#include <sys/resource.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>

#include "rigclient.h"

static int rig;
static uint32_t cell;

/* Shared with members: what they did. */
static struct shared {
	volatile int	ready, go, result[32];
	volatile long	count[32];
	volatile pid_t	pid[32];
} *shared;

static void
prepare_cell(const atf_tc_t *tc, uint32_t profile, uint32_t maxproc,
    uint16_t port)
{
	struct cell_config cf;
	int error;

	rig_start(tc, NULL);
	rig = rig_connect_to(RIG_SOCK);
	ATF_REQUIRE(rig != -1);
	require_enforcing(rig);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	config(&cf, "cell", profile);
	cf.cf_maxproc = maxproc;
	cf.cf_nports = port != 0;
	cf.cf_ports[0] = port;
	cell = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
}

static struct cell_info
info(void)
{
	struct cell_info ci;

	ATF_REQUIRE_EQ(rig_info(rig, cell, &ci), 0);
	return ci;
}

/* A member that runs FN and exits with what it answers. */
static pid_t
member(int (*fn)(void))
{
	pid_t pid = fork();
	int error;

	if (pid != 0)
		return pid;
	error = rig_enter(RIG_SOCK, cell);
	if (error != 0) {
		fprintf(stderr, "entering: %s\n", strerror(error));
		_exit(99);
	}
	_exit((*fn)());
}

static int
status_of(pid_t pid)
{
	int status;

	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    256 + WTERMSIG(status);
}

/* The count of members becomes N, soon. */
static int
settles(uint32_t n)
{
	int i;

	for (i = 0; i < 300 && info().ci_nproc != n; i++)
		msleep(10);
	return info().ci_nproc == n;
}

/* A zombie is not, whoever forgot to wait for it. */
static int
alive(pid_t pid)
{
	char path[64], state = 'X';
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fp = fopen(path, "r");
	if (fp == NULL)
		return 0;
	if (fscanf(fp, "%*d (%*[^)]) %c", &state) != 1)
		state = 'X';
	fclose(fp);
	return state != 'Z' && state != 'X';
}

static void
wait_ready(int n)
{
	int i;

	for (i = 0; i < 500 && __atomic_load_n(&shared->ready,
	    __ATOMIC_ACQUIRE) != n; i++)
		msleep(10);
	ATF_REQUIRE_EQ(shared->ready, n);
}

#define	TEST(name)							\
ATF_TC_WITH_CLEANUP(name);						\
ATF_TC_HEAD(name, tc)							\
{									\
	atf_tc_set_md_var(tc, "require.user", "root");			\
}									\
ATF_TC_CLEANUP(name, tc)						\
{									\
	(void)tc;							\
	rig_stop();							\
}									\
ATF_TC_BODY(name, tc)

static int
bomb(void)
{
	for (;;)
		if (fork() == -1)
			shared->count[0]++;
	return 0;
}

TEST(fork_bomb)
{
	pid_t pid;
	double t;

	prepare_cell(tc, CELL_PROFILE_HIGH, 40, 0);
	pid = member(bomb);
	msleep(1500);
	ATF_CHECK_EQ_MSG(info().ci_nproc, 40, "%u", info().ci_nproc);
	ATF_CHECK_EQ(info().ci_npeak, 40);
	ATF_CHECK(shared->count[0] > 0);
	t = seconds();
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	ATF_CHECK_MSG(seconds() - t < 4, "took %.1f s", seconds() - t);
	ATF_CHECK_EQ(info().ci_nproc, 0);
	ATF_CHECK_EQ(status_of(pid), 256 + SIGKILL);
	ATF_CHECK_EQ(rig_op(rig, "destroy", cell), 0);
}

/* At the limit, one out is one in, every time. */
static int
at_limit(void)
{
	volatile int i, failed = 0;
	volatile pid_t pid;

	for (i = 0; i < 300; i++) {
		pid = i % 3 == 0 ? vfork() : fork();
		if (pid == 0)
			_exit(0);
		if (pid == -1)
			failed++;
		else
			waitpid(pid, NULL, 0);
	}
	return failed;
}

TEST(exact_count)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 2, 0);
	ATF_CHECK_EQ(status_of(member(at_limit)), 0);
	ATF_CHECK(settles(0));
	ATF_CHECK_EQ(info().ci_forks, 300);
	ATF_CHECK_EQ(info().ci_exits, 301);
	ATF_CHECK_EQ(info().ci_npeak, 2);
}

static void *
thread(void *arg)
{
	return arg;
}

static int
many_threads(void)
{
	pthread_t t;
	int i;

	for (i = 0; i < 20; i++) {
		if (pthread_create(&t, NULL, thread, NULL) != 0)
			return 1;
		pthread_join(t, NULL);
	}
	return 0;
}

TEST(threads_are_no_processes)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 1, 0);
	ATF_CHECK_EQ(status_of(member(many_threads)), 0);
	ATF_CHECK_EQ(info().ci_forks, 0);
}

static int
spawn_one(void)
{
	char *argv[] = { "true", NULL };
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, NULL) != 0)
		return 1;
	return waitpid(pid, NULL, 0) == pid ? 0 : 2;
}

TEST(spawn)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(spawn_one)), 0);
	ATF_CHECK_EQ(info().ci_forks, 1);
	ATF_CHECK(settles(0));
}

/* A daemon: its parent and its session are gone. */
static int
daemonize(void)
{
	if (fork() != 0)
		_exit(0);
	setsid();
	if (fork() != 0)
		_exit(0);
	shared->pid[0] = getpid();
	__atomic_store_n(&shared->ready, 1, __ATOMIC_RELEASE);
	for (;;)
		shared->count[0]++;
}

TEST(orphans_stay)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(daemonize)), 0);
	wait_ready(1);
	ATF_CHECK(settles(1));
	ATF_CHECK(alive(shared->pid[0]));
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	msleep(50);
	ATF_CHECK(!alive(shared->pid[0]));
}

/* Children that never ask anything, of a parent that is shot. */
static int
spinning_child(void)
{
	int i;

	for (i = 0; i < 3; i++)
		if (fork() == 0) {
			shared->pid[i] = getpid();
			for (;;)
				shared->count[i]++;
		}
	kill(getpid(), SIGKILL);
	return 0;
}

TEST(orphans_of_the_killed)
{
	int i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(spinning_child)), 256 + SIGKILL);
	ATF_CHECK(settles(3));
	msleep(200);
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	msleep(50);
	for (i = 0; i < 3; i++) {
		ATF_CHECK(shared->pid[i] != 0);
		ATF_CHECK(!alive(shared->pid[i]));
	}
}

/* ... and of one that ends by itself, without a word. */
static int
crash_after_fork(void)
{
	static int *volatile nowhere;
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	if (fork() == 0) {
		shared->pid[0] = getpid();
		for (;;)
			shared->count[0]++;
	}
	*nowhere = 0;
	return 0;
}

TEST(orphans_of_the_crashed)
{
	pid_t pid;
	int i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	for (i = 0; i < 10; i++) {
		shared->pid[0] = 0;
		ATF_CHECK_EQ(status_of(member(crash_after_fork)),
		    256 + SIGSEGV);
		while ((pid = shared->pid[0]) == 0)
			msleep(1);
		ATF_CHECK(settles((uint32_t)i + 1));
	}
	ATF_CHECK_EQ(info().ci_forks, 10);
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	ATF_CHECK_EQ(info().ci_nproc, 0);
	msleep(50);
	ATF_CHECK(!alive(pid));
}

/* Set-user-id: the rights come back, the filter stays. */
static int
exec_set_id(void)
{
	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 98;
	execl("./suid-sh", "sh", "-p", "-c", "test $(id -u) = 0 || exit 97; "
	    "mount -t tmpfs none /nonexistent 2>/dev/null; exit 0", NULL);
	return 96;
}

TEST(set_user_id)
{
	struct cell_counters ct;
	struct cell_rule rules[CELL_MAXRULES];
	size_t i, len = sizeof(rules);

	/* Its effective user is what counts, to id(1) as well. */
	ATF_REQUIRE_EQ(system("chmod 755 . && cp /bin/dash suid-sh && "
	    "chmod 4755 suid-sh"), 0);
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(exec_set_id)), 0);
	ATF_REQUIRE_EQ(rig_counters(rig, cell, &ct), 0);
	ATF_REQUIRE_EQ(rig_call(rig, "policy", rules, &len, NULL, 0, -1), 0);
	for (i = 0; i < len / sizeof(rules[0]); i++)
		if (strcmp(rules[i].ru_name, "system.mount.new") == 0)
			ATF_CHECK(ct.ct_denied[i] > 0);
}

static long
bind_to(int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};

	return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&sin,
	    sizeof(sin)) == -1 ? errno : 0;
}

static int
bind_as_nobody(void)
{
	if (setgid(65534) != 0 || setuid(65534) != 0)
		return 98;
	shared->result[0] = (int)bind_to(991);
	shared->result[1] = (int)bind_to(992);
	shared->result[2] = (int)bind_to(0);
	shared->result[3] = (int)bind_to(991);
	return 0;
}

TEST(declared_port)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 991);
	ATF_CHECK_EQ(status_of(member(bind_as_nobody)), 0);
	ATF_CHECK_EQ_MSG(shared->result[0], 0, "own privileged port: %s",
	    strerror(shared->result[0]));
	ATF_CHECK_EQ(shared->result[1], EACCES);
	ATF_CHECK_EQ(shared->result[2], 0);
	ATF_CHECK_EQ(shared->result[3], EADDRINUSE);
}

/* A port that is declared is not handed out, whichever range it is in. */
static int
bind_many(void)
{
	struct sockaddr_in sin;
	socklen_t len;
	int fd, i;

	for (i = 0; i < 200; i++) {
		memset(&sin, 0, sizeof(sin));
		sin.sin_family = AF_INET;
		len = sizeof(sin);
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(fd, (void *)&sin, len) != 0 ||
		    getsockname(fd, (void *)&sin, &len) != 0)
			return 1;
		shared->count[i % 2]++;
		if (ntohs(sin.sin_port) < 32768)
			return 2;
		if (ntohs(sin.sin_port) >= 40000 && ntohs(sin.sin_port) < 40064)
			return 3;
	}
	return 0;
}

TEST(ephemeral_port)
{
	struct cell_config cf;
	int error, i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	config(&cf, "holder", CELL_PROFILE_HIGH);
	cf.cf_nports = 64;
	for (i = 0; i < 64; i++)
		cf.cf_ports[i] = (uint16_t)(40000 + i);
	ATF_REQUIRE(rig_create(rig, &cf, &error) != 0);
	ATF_CHECK_EQ(status_of(member(bind_many)), 0);
}

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

TEST(netlink_low)
{
	prepare_cell(tc, CELL_PROFILE_LOW, 0, 0);
	ATF_CHECK_EQ(status_of(member(use_netlink)), 0);
	ATF_CHECK_EQ(shared->result[0], 0);
	ATF_CHECK_EQ_MSG(shared->result[1], -ESRCH, "%d", shared->result[1]);
}

/* Time of children that have come and gone. */
static int
burn_in_child(void)
{
	double t;
	pid_t pid = fork();
	struct rusage ru;

	if (pid == 0) {
		do {
			getrusage(RUSAGE_SELF, &ru);
			t = (double)(ru.ru_utime.tv_sec +
			    ru.ru_stime.tv_sec) +
			    (double)(ru.ru_utime.tv_usec +
			    ru.ru_stime.tv_usec) / 1e6;
		} while (t < 0.3);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return 0;
}

TEST(time_of_the_exited)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(burn_in_child)), 0);
	ATF_CHECK(settles(0));
	ATF_CHECK_MSG(info().ci_cpu >= 250000 && info().ci_cpu < 600000,
	    "%llu us", (unsigned long long)info().ci_cpu);
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
	ATF_CHECK_MSG(NCELLS * ASKS / t > 1000, "only %.0f a second",
	    NCELLS * ASKS / t);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, fork_bomb);
	ATF_TP_ADD_TC(tp, exact_count);
	ATF_TP_ADD_TC(tp, threads_are_no_processes);
	ATF_TP_ADD_TC(tp, spawn);
	ATF_TP_ADD_TC(tp, orphans_stay);
	ATF_TP_ADD_TC(tp, orphans_of_the_killed);
	ATF_TP_ADD_TC(tp, orphans_of_the_crashed);
	ATF_TP_ADD_TC(tp, set_user_id);
	ATF_TP_ADD_TC(tp, declared_port);
	ATF_TP_ADD_TC(tp, ephemeral_port);
	ATF_TP_ADD_TC(tp, netlink);
	ATF_TP_ADD_TC(tp, netlink_low);
	ATF_TP_ADD_TC(tp, time_of_the_exited);
	ATF_TP_ADD_TC(tp, no_second_time);
	ATF_TP_ADD_TC(tp, learning);
	ATF_TP_ADD_TC(tp, dead_rig);
	ATF_TP_ADD_TC(tp, slow_rig);
	ATF_TP_ADD_TC(tp, stopped_rig);
	ATF_TP_ADD_TC(tp, many_cells);
	return atf_no_error();
}
