/*
 * enforce.h -- for tests of a rig that enforces: one cell, processes that run
 * in it, and what they share with the test.
 */

#ifndef ENFORCE_TEST_H
#define	ENFORCE_TEST_H

#include <sys/mman.h>

#include "rigclient.h"

/* Times 10 ms: for machines that are busy with something else. */
#define	PATIENCE	6000

static int rig;
static uint32_t cell;

/* Shared with members: what they did. */
static struct shared {
	volatile int	ready, go, result[32];
	volatile long	count[32];
	volatile pid_t	pid[32];
} *shared;

static inline void
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

static inline struct cell_info
info(void)
{
	struct cell_info ci;

	ATF_REQUIRE_EQ(rig_info(rig, cell, &ci), 0);
	return ci;
}

/* A member that runs FN and exits with what it answers. */
static inline pid_t
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

static inline int
status_of(pid_t pid)
{
	int status;

	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    256 + WTERMSIG(status);
}

/* The count of members becomes N, sooner or later. */
static inline int
settles(uint32_t n)
{
	int i;

	for (i = 0; i < PATIENCE && info().ci_nproc != n; i++)
		msleep(10);
	return info().ci_nproc == n;
}

/* A zombie is not, whoever forgot to wait for it. */
static inline int
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

/* It ends, sooner or later. */
static inline int
dies(pid_t pid)
{
	int i;

	for (i = 0; i < PATIENCE && alive(pid); i++)
		msleep(10);
	return !alive(pid);
}

static inline void
wait_ready(int n)
{
	int i;

	for (i = 0; i < PATIENCE && __atomic_load_n(&shared->ready,
	    __ATOMIC_ACQUIRE) != n; i++)
		msleep(10);
	ATF_REQUIRE_EQ(shared->ready, n);
}

/* Anybody may have a rig; where more than that is needed: ROOT_TEST(). */
#define	TEST_OF(name, user)						\
ATF_TC_WITH_CLEANUP(name);						\
ATF_TC_HEAD(name, tc)							\
{									\
	if ((user) != NULL)						\
		atf_tc_set_md_var(tc, "require.user", "%s", (user));	\
}									\
ATF_TC_CLEANUP(name, tc)						\
{									\
	(void)tc;							\
	rig_stop();							\
	if (chdir("other") == 0)					\
		rig_stop();						\
}									\
ATF_TC_BODY(name, tc)

#define	TEST(name)	TEST_OF(name, (const char *)NULL)
#define	ROOT_TEST(name)	TEST_OF(name, (const char *)"root")

#endif	/* !ENFORCE_TEST_H */
