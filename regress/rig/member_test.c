/*
 * member_test.c -- who is a member of a cell under a rig that enforces, who is
 * counted, and who is found when the cell is killed.
 */

#define	_GNU_SOURCE
#include <sys/resource.h>
#include <pthread.h>
#include <spawn.h>

#include "enforce.h"

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
	int i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 40, 0);
	pid = member(bomb);
	ATF_CHECK(settles(40));
	/* It goes on trying, in vain. */
	for (i = 0; i < PATIENCE && shared->count[0] < 1000; i++)
		msleep(10);
	ATF_CHECK(shared->count[0] >= 1000);
	ATF_CHECK_EQ(info().ci_nproc, 40);
	ATF_CHECK_EQ(info().ci_npeak, 40);
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
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
	ATF_CHECK(dies(shared->pid[0]));
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
	for (i = 0; i < 3; i++)
		while (shared->pid[i] == 0)
			msleep(1);
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	for (i = 0; i < 3; i++) {
		ATF_CHECK(shared->pid[i] != 0);
		ATF_CHECK(dies(shared->pid[i]));
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
	ATF_CHECK(dies(pid));
}

/* Zombies, which nobody waits for, are not taken for children to come. */
static int
leave_zombies(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (pid == -1)
			return 1;
		if (pid == 0)
			_exit(0);
	}
	return 0;
}

TEST(zombies)
{
	int i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	for (i = 0; i < 50; i++)
		ATF_CHECK_EQ(status_of(member(leave_zombies)), 0);
	ATF_CHECK(settles(0));
	ATF_CHECK_EQ(info().ci_forks, 250);
	ATF_CHECK_EQ(info().ci_exits, 300);
	ATF_CHECK_EQ(system("grep nowhere rig.log"), 256);
}

/* The mark that every member bears (kernel/rig/linux/mark.h) stays. */
static int
lose_the_mark(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_RTTIME, &rl) == -1)
		return 1;
	shared->count[0] = (long)rl.rlim_cur;
	rl.rlim_cur = 1000000;
	if (setrlimit(RLIMIT_RTTIME, &rl) == -1 ||
	    prlimit(0, RLIMIT_RTTIME, &rl, NULL) == -1)
		return 2;
	rl.rlim_max = 2000000;
	if (setrlimit(RLIMIT_RTTIME, &rl) == -1)
		return 3;
	if (getrlimit(RLIMIT_RTTIME, &rl) == -1)
		return 4;
	return shared->count[0] == 0 || (long)rl.rlim_cur != shared->count[0];
}

TEST(mark_stays)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(lose_the_mark)), 0);
}

/* Two that end without a trace, so that the rig looks for the child. */
static int
crash_both(void)
{
	static int *volatile nowhere;
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	(void)fork();
	*nowhere = 0;
	return 0;
}

static int
spin(void)
{
	shared->pid[1] = getpid();
	shared->ready = 1;
	for (;;)
		shared->count[1]++;
	return 0;
}

/* A rig takes no process of another one for its own. */
TEST(two_rigs)
{
	struct cell_config cf;
	int other, error;
	uint32_t there;
	pid_t pid;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_REQUIRE(mkdir("other", 0755) == 0 && chdir("other") == 0);
	rig_start(tc, NULL);
	ATF_REQUIRE(chdir("..") == 0);
	other = rig_connect_to("other/" RIG_SOCK);
	ATF_REQUIRE(other != -1);
	config(&cf, "there", CELL_PROFILE_HIGH);
	there = rig_create(other, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	ATF_CHECK_EQ(status_of(member(crash_both)), 256 + SIGSEGV);
	pid = fork();
	if (pid == 0) {
		error = rig_enter("other/" RIG_SOCK, there);
		_exit(error != 0 ? 99 : spin());
	}
	wait_ready(1);
	ATF_CHECK(settles(0));
	ATF_CHECK_EQ(rig_op(rig, "kill", cell), 0);
	ATF_CHECK(alive(pid));
	ATF_CHECK_EQ(rig_op(other, "kill", there), 0);
	ATF_CHECK_EQ(status_of(pid), 256 + SIGKILL);
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

ROOT_TEST(set_user_id)
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

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, fork_bomb);
	ATF_TP_ADD_TC(tp, exact_count);
	ATF_TP_ADD_TC(tp, threads_are_no_processes);
	ATF_TP_ADD_TC(tp, spawn);
	ATF_TP_ADD_TC(tp, orphans_stay);
	ATF_TP_ADD_TC(tp, orphans_of_the_killed);
	ATF_TP_ADD_TC(tp, orphans_of_the_crashed);
	ATF_TP_ADD_TC(tp, zombies);
	ATF_TP_ADD_TC(tp, mark_stays);
	ATF_TP_ADD_TC(tp, two_rigs);
	ATF_TP_ADD_TC(tp, set_user_id);
	ATF_TP_ADD_TC(tp, time_of_the_exited);
	return atf_no_error();
}
