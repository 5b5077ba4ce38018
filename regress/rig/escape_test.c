/*
 * escape_test.c -- the escape list in each profile, and with each exception
 * granted: what is refused, with which error, and what the counters say must
 * be what the policy table says.
 */

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "rigclient.h"

#define	MAXTRIES	200
#define	TAKEN		7999

struct try {
	char	name[40], rule[CELL_RULENAMELEN];
	int	refusal;
};

static struct try tries[MAXTRIES];
static size_t ntries;
static struct cell_rule rules[CELL_MAXRULES];
static size_t nrules;
static char victim[16], shm[16], sem[16], msg[16], taken[16];
static int rig;

static void
compile(const atf_tc_t *tc)
{
	char cmd[2048];

	snprintf(cmd, sizeof(cmd), "cc -std=gnu11 -O1 -static -D_GNU_SOURCE "
	    "-o escape %s/escape.c", atf_tc_get_config_var(tc, "srcdir"));
	ATF_REQUIRE_EQ(system(cmd), 0);
}

static void
read_tries(void)
{
	FILE *fp = popen("./escape -l", "r");

	ATF_REQUIRE(fp != NULL);
	while (ntries < MAXTRIES && fscanf(fp, "%39s %47s %d",
	    tries[ntries].name, tries[ntries].rule,
	    &tries[ntries].refusal) == 3)
		ntries++;
	pclose(fp);
	ATF_REQUIRE_MSG(ntries >= 40, "only %zu tries", ntries);
}

static void
read_rules(void)
{
	size_t len = sizeof(rules);

	ATF_REQUIRE_EQ(rig_call(rig, "policy", rules, &len, NULL, 0, -1), 0);
	nrules = len / sizeof(rules[0]);
}

static const struct cell_rule *
rule_named(const char *name)
{
	size_t i;

	for (i = 0; i < nrules; i++)
		if (strcmp(rules[i].ru_name, name) == 0)
			return &rules[i];
	atf_tc_fail("no rule is called %s", name);
	return NULL;
}

/* What is tried on, all of it the host's. */
static pid_t
make_targets(void)
{
	struct cell_config cf;
	int error;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	snprintf(victim, sizeof(victim), "%d", (int)pid);
	snprintf(shm, sizeof(shm), "%d", shmget(IPC_PRIVATE, 4096, 0600));
	snprintf(sem, sizeof(sem), "%d", semget(IPC_PRIVATE, 1, 0600));
	snprintf(msg, sizeof(msg), "%d", msgget(IPC_PRIVATE, 0600));
	snprintf(taken, sizeof(taken), "%d", TAKEN);
	config(&cf, "owner", CELL_PROFILE_HIGH);
	cf.cf_nports = 1;
	cf.cf_ports[0] = TAKEN;
	ATF_REQUIRE(rig_create(rig, &cf, &error) != 0);
	return pid;
}

static void
drop_targets(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	shmctl(atoi(shm), IPC_RMID, NULL);
	semctl(atoi(sem), 0, IPC_RMID);
	msgctl(atoi(msg), IPC_RMID, NULL);
}

/* In a process of the cell; the errno it came to. */
static int
attempt(uint32_t id, const char *name)
{
	char buf[32] = "";
	int p[2], status, n = 0;
	pid_t pid;

	ATF_REQUIRE(pipe(p) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(p[1], STDOUT_FILENO);
		close(p[0]);
		close(p[1]);
		if (rig_enter(RIG_SOCK, id) != 0)
			_exit(100);
		execl("./escape", "escape", name, victim, shm, sem, msg, taken,
		    NULL);
		_exit(101);
	}
	close(p[1]);
	while (n < 31) {
		ssize_t r = read(p[0], buf + n, (size_t)(31 - n));

		if (r <= 0)
			break;
		n += (int)r;
	}
	close(p[0]);
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_REQUIRE_MSG(status == 0 && n > 0, "%s: status %#x", name, status);
	return atoi(buf);
}

static uint64_t
sum(const uint64_t *v)
{
	uint64_t s = 0;
	size_t i;

	for (i = 0; i < CELL_MAXRULES; i++)
		s += v[i];
	return s;
}

static int
denied_by(const struct cell_rule *r, const struct cell_config *cf)
{
	if (r->ru_tier == CELL_TIER_ALWAYS)
		return 1;
	if (r->ru_tier == CELL_TIER_NEVER || cf->cf_profile < r->ru_tier)
		return 0;
	return r->ru_exception == CELL_EXC_NONE ||
	    (cf->cf_allow & (1U << r->ru_exception)) == 0;
}

static void
check(uint32_t id, const struct cell_config *cf, const struct try *t)
{
	struct cell_counters before, after;
	const struct cell_rule *r;
	uint64_t more;
	int e;

	ATF_REQUIRE_EQ(rig_counters(rig, id, &before), 0);
	e = attempt(id, t->name);
	ATF_REQUIRE_EQ(rig_counters(rig, id, &after), 0);
	more = sum(after.ct_denied) - sum(before.ct_denied);
	if (strcmp(t->rule, "-") == 0) {
		ATF_CHECK_EQ_MSG(e, t->refusal, "%s: %s", t->name, strerror(e));
		ATF_CHECK_EQ_MSG(more, 0, "%s: counted", t->name);
		return;
	}
	r = rule_named(t->rule);
	if (denied_by(r, cf)) {
		ATF_CHECK_EQ_MSG(e, t->refusal, "profile %u: %s: got %s, not %s",
		    cf->cf_profile, t->name, strerror(e),
		    strerror(t->refusal));
		ATF_CHECK_MSG(after.ct_denied[r->ru_id] >
		    before.ct_denied[r->ru_id], "profile %u: %s: %s was not "
		    "counted", cf->cf_profile, t->name, t->rule);
	} else {
		ATF_CHECK_EQ_MSG(more, 0, "profile %u: %s: denied, %s",
		    cf->cf_profile, t->name, strerror(e));
	}
}

static void
prepare(const atf_tc_t *tc)
{
	rig_start(tc, NULL);
	rig = rig_connect_to(RIG_SOCK);
	ATF_REQUIRE(rig != -1);
	require_enforcing(rig);
	compile(tc);
	read_tries();
	read_rules();
}

static void
run_profile(const atf_tc_t *tc, uint32_t profile)
{
	struct cell_config cf;
	uint32_t id;
	pid_t pid;
	size_t i;
	int error;

	prepare(tc);
	pid = make_targets();
	config(&cf, "tried", profile);
	id = rig_create(rig, &cf, &error);
	ATF_REQUIRE_EQ(error, 0);
	for (i = 0; i < ntries; i++)
		check(id, &cf, &tries[i]);
	ATF_CHECK_MSG(waitpid(pid, NULL, WNOHANG) == 0,
	    "the victim did not survive");
	drop_targets(pid);
	ATF_CHECK_EQ(rig_op(rig, "destroy", id), 0);
}

/* Each try again where its exception is granted. */
static void
run_exceptions(const atf_tc_t *tc)
{
	const struct cell_rule *r;
	struct cell_config cf;
	uint32_t id;
	pid_t pid;
	size_t i;
	int error;

	prepare(tc);
	pid = make_targets();
	for (i = 0; i < ntries; i++) {
		if (strcmp(tries[i].rule, "-") == 0)
			continue;
		r = rule_named(tries[i].rule);
		if (r->ru_exception == CELL_EXC_NONE)
			continue;
		config(&cf, tries[i].name, CELL_PROFILE_HIGH);
		cf.cf_allow = 1U << r->ru_exception;
		id = rig_create(rig, &cf, &error);
		ATF_REQUIRE_EQ(error, 0);
		check(id, &cf, &tries[i]);
		ATF_CHECK_EQ(rig_op(rig, "destroy", id), 0);
	}
	drop_targets(pid);
}

#define	PROFILE(name, profile)						\
ATF_TC_WITH_CLEANUP(name);						\
ATF_TC_HEAD(name, tc)							\
{									\
	atf_tc_set_md_var(tc, "require.progs", "cc");			\
	atf_tc_set_md_var(tc, "require.user", "root");			\
}									\
ATF_TC_BODY(name, tc)							\
{									\
	run_profile(tc, profile);					\
}									\
ATF_TC_CLEANUP(name, tc)						\
{									\
	(void)tc;							\
	rig_stop();							\
}

PROFILE(low, CELL_PROFILE_LOW)
PROFILE(medium, CELL_PROFILE_MEDIUM)
PROFILE(high, CELL_PROFILE_HIGH)

ATF_TC_WITH_CLEANUP(exceptions);
ATF_TC_HEAD(exceptions, tc)
{
	atf_tc_set_md_var(tc, "require.progs", "cc");
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(exceptions, tc)
{
	run_exceptions(tc);
}
ATF_TC_CLEANUP(exceptions, tc)
{
	(void)tc;
	rig_stop();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, low);
	ATF_TP_ADD_TC(tp, medium);
	ATF_TP_ADD_TC(tp, high);
	ATF_TP_ADD_TC(tp, exceptions);
	return atf_no_error();
}
