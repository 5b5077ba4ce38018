/*
 * bench.c -- what a decision costs, with few cells and with many, and what a
 * trapped system call costs where the rig enforces.  regress/rig/bench runs
 * it; numbers go to standard output, one per line: what, how many cells, how
 * much, unit.
 */

#define	_GNU_SOURCE
#include <sys/syscall.h>

#include "rig.h"
#include "include/sys/kauth.h"
#include "rigclient.h"

#define	ROUNDS	1000000
#define	TRAPS	20000

static struct proc *root;

static void
die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* One more cell, and a process in it. */
static struct proc *
one_cell(unsigned int n)
{
	struct cell_create cc = { .cc_version = CELL_ABI_VERSION };
	struct cell_op co = { .co_version = CELL_ABI_VERSION };
	struct cell_result cr;
	size_t len = sizeof(cr);
	struct proc *p = rig_proc_create(0);
	char name[16];

	snprintf(name, sizeof(name), "cell%u", n);
	config(&cc.cc_config, name, CELL_PROFILE_HIGH);
	if (rig_sysctl(root, "create", &cr, &len, &cc, sizeof(cc)) != 0)
		die("create");
	co.co_id = cr.cr_id;
	if (rig_sysctl(p, "attach", NULL, NULL, &co, sizeof(co)) != 0)
		die("attach");
	return p;
}

static void
print(const char *what, unsigned int cells, double t, unsigned int rounds)
{
	printf("%-28s %6u cells %8.1f ns\n", what, cells, t * 1e9 / rounds);
	fflush(stdout);
}

static void
decisions(unsigned int cells, struct proc *p, struct proc *q)
{
	unsigned int i;
	double t;

	rig_as(p);
	t = seconds();
	for (i = 0; i < ROUNDS; i++)
		(void)kauth_authorize_process(kauth_cred_get(),
		    KAUTH_PROCESS_CANSEE, p,
		    KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL);
	print("decision-allow-same-cell", cells, seconds() - t, ROUNDS);
	t = seconds();
	for (i = 0; i < ROUNDS; i++)
		(void)kauth_authorize_process(kauth_cred_get(),
		    KAUTH_PROCESS_CANSEE, q,
		    KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL);
	print("decision-deny-other-cell", cells, seconds() - t, ROUNDS);
	t = seconds();
	for (i = 0; i < ROUNDS; i++)
		(void)kauth_authorize_system(kauth_cred_get(),
		    KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL,
		    NULL);
	print("decision-system", cells, seconds() - t, ROUNDS);
	rig_as(root);
	t = seconds();
	for (i = 0; i < ROUNDS; i++)
		(void)kauth_authorize_system(kauth_cred_get(),
		    KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL,
		    NULL);
	print("decision-host-root", cells, seconds() - t, ROUNDS);
	rig_as(NULL);
}

static void
library(void)
{
	static const unsigned int counts[] = { 1, 100, 10000 };
	struct proc *p = NULL, *q = NULL;
	unsigned int i, n = 0;

	rig_boot();
	root = rig_proc_create(0);
	for (i = 0; i < 3; i++) {
		for (; n < counts[i]; n++) {
			q = p;
			p = one_cell(n);
		}
		decisions(n, p, q != NULL ? q : root);
	}
}

static void
calls(const char *what, long nr, long a, long b)
{
	double t = seconds();
	unsigned int i;

	for (i = 0; i < TRAPS; i++)
		(void)syscall(nr, a, b);
	print(what, 1, seconds() - t, TRAPS);
}

/* In a member: a call that is not trapped, and some that are. */
static void
trapped(uint32_t id)
{
	unsigned int i;
	double t;

	calls("call-before-the-filter", SYS_getppid, 0, 0);
	if (rig_enter(RIG_SOCK, id) != 0)
		die("enter");
	calls("call-not-trapped", SYS_getppid, 0, 0);
	calls("call-trapped-allowed", SYS_kill, getpid(), 0);
	calls("call-trapped-denied", SYS_chroot, (long)"/", 0);
	t = seconds();
	for (i = 0; i < 1000; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	print("fork-and-exit", 1, seconds() - t, 1000);
}

#define	NCELLS		20

/* Twenty cells ask at once: how many a second, and whether all were counted. */
static void
crowd(int fd)
{
	struct cell_config cf;
	struct cell_counters ct;
	uint32_t ids[NCELLS];
	uint64_t counted = 0;
	int error, i, go[2];
	size_t k;
	double t;
	char c;

	if (pipe(go) == -1)
		die("pipe");
	for (i = 0; i < NCELLS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "crowd%d", i);
		config(&cf, name, CELL_PROFILE_HIGH);
		ids[i] = rig_create(fd, &cf, &error);
		if (fork() == 0) {
			close(go[1]);
			if (rig_enter(RIG_SOCK, ids[i]) != 0)
				die("enter");
			(void)!read(go[0], &c, 1);
			for (k = 0; k < TRAPS / NCELLS; k++)
				(void)syscall(SYS_chroot, "/");
			_exit(0);
		}
	}
	msleep(500);
	t = seconds();
	close(go[1]);
	while (wait(NULL) > 0)
		continue;
	t = seconds() - t;
	for (i = 0; i < NCELLS; i++) {
		if (rig_counters(fd, ids[i], &ct) != 0)
			die("counters");
		for (k = 0; k < CELL_MAXRULES; k++)
			counted += ct.ct_denied[k];
	}
	print("call-trapped-denied", NCELLS, t, TRAPS);
	printf("%-28s %6d cells %8.0f a second, %ld lost\n", "notifications",
	    NCELLS, TRAPS / t, (long)TRAPS - (long)counted);
}

int
main(int argc, char **argv)
{
	struct cell_config cf;
	uint32_t id;
	int error, fd;

	if (argc > 1 && strcmp(argv[1], "traps") == 0) {
		fd = rig_connect_to(RIG_SOCK);
		config(&cf, "bench", CELL_PROFILE_HIGH);
		id = rig_create(fd, &cf, &error);
		if (error != 0)
			die("create");
		fflush(stdout);
		crowd(fd);
		close(fd);
		trapped(id);
		return 0;
	}
	library();
	return 0;
}
