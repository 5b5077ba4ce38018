/*
 * icount_guest.c -- the init of a virtual machine that counts instructions:
 * how many do system calls take with and without secmodel_cell(9)?
 *
 * For each state of the model it starts a process, as root and as a user,
 * that makes each call many times, and prints a line
 *
 *	icount: STATE USER CALL INSTRUCTIONS
 *
 * for each, the least of some rounds, user and kernel taken together.  There
 * is nobody else on the machine, so that what differs is the model.
 */

#include "icount_sys.h"
#include <sys/cell.h>

#define	SELF	"/sbin/init"
#define	MODULE	"secmodel_cell"
#define	EMPTY	"empty"
#define	FILE	"/bench/a/file"
#define	ROUNDS	3
#define	UID	1000
#define	PORT	20000
#define	POWEROFF 0x808

/* Say why there is nothing to measure, and be done. */
static void
die(const char *why)
{

	say("icount: failed: ");
	say(why);
	say("\n");
	sys0(SYS_reboot, POWEROFF, NULL);
	sys0(SYS_exit, 1);
}

/* What a call may need. */
struct target {
	long	pid;
};

static void
fork_exec_wait(const struct target *t)
{
	static const char *const argv[] = { SELF, "exit", NULL };
	static const char *const envp[] = { NULL };
	long pid;
	int status;

	pid = sys0(SYS_fork);
	if (pid == 0) {
		sys0(SYS_execve, SELF, argv, envp);
		sys0(SYS_exit, 1);
	}
	sys0(SYS_wait4, pid, &status);
	if (pid < 0 || status != 0)
		die("fork or exec");
	(void)t;
}

static void
signal_other(const struct target *t)
{

	if (sys0(SYS_kill, t->pid, 0) != 0)
		die("kill");
}

static void
bind_port(const struct target *t)
{
	/* struct sockaddr_in, any address */
	static const uint8_t sin[16] = { 16, 2, PORT >> 8, PORT & 255 };
	long s;

	s = sys0(SYS_socket, 2, 2, 0);		/* PF_INET, SOCK_DGRAM */
	if (s < 0 || sys0(SYS_bind, s, sin, sizeof(sin)) != 0)
		die("bind");
	sys0(SYS_close, s);
	(void)t;
}

static void
stat_file(const struct target *t)
{
	char st[256];

	if (sys0(SYS_stat, FILE, st) != 0)
		die("stat");
	(void)t;
}

static const struct loop {
	const char	*name;
	void		(*call)(const struct target *);
	unsigned	times;
} loops[] = {
	{ "fork+exec+wait", fork_exec_wait, 400 },
	{ "kill", signal_other, 5000 },
	{ "bind", bind_port, 2000 },
	{ "stat", stat_file, 5000 },
};
#define	NLOOPS	(sizeof(loops) / sizeof(loops[0]))

/* The least number of instructions of one call. */
static uint64_t
measure(const struct loop *l, const struct target *t)
{
	uint64_t best = UINT64_MAX, start, took;
	unsigned i, round;

	for (i = 0; i < 10; i++)
		l->call(t);
	for (round = 0; round < ROUNDS; round++) {
		start = ticks();
		for (i = 0; i < l->times; i++)
			l->call(t);
		took = (ticks() - start) / l->times;
		if (took < best)
			best = took;
	}
	return best;
}

/* A process that waits for ever, to be signalled. */
static long
sleeper(void)
{
	long pid;

	pid = sys0(SYS_fork);
	if (pid == 0)
		for (;;)
			sys0(SYS_poll, NULL, 0, -1);
	return pid;
}

/* Become a member of a cell, if any, and a user. */
static void
become(uint32_t cell, int uid)
{
	struct cell_op op = { CELL_ABI_VERSION, cell, 0, 0 };

	if (cell != 0 && model("attach", NULL, 0, &op, sizeof(op)) != 0)
		die("attach");
	if (uid != 0 && sys0(SYS_setuid, uid) != 0)
		die("setuid");
}

/* Measure everything in a process of its own, and print it. */
static void
play(const char *state, uint32_t cell, int uid)
{
	uint64_t result[NLOOPS];
	struct target t;
	long pid, status;
	int fds[2];
	unsigned i;

	sys0(SYS_pipe2, fds, 0);
	pid = sys0(SYS_fork);
	if (pid == 0) {
		become(cell, uid);
		t.pid = sleeper();
		for (i = 0; i < NLOOPS; i++)
			result[i] = measure(&loops[i], &t);
		sys0(SYS_kill, t.pid, 9);
		sys0(SYS_wait4, t.pid, &status);
		sys0(SYS_write, fds[1], result, sizeof(result));
		sys0(SYS_exit, 0);
	}
	sys0(SYS_close, fds[1]);
	if (sys0(SYS_read, fds[0], result, sizeof(result)) != sizeof(result))
		die("no result");
	sys0(SYS_close, fds[0]);
	sys0(SYS_wait4, pid, &status);
	for (i = 0; i < NLOOPS; i++) {
		say("icount: ");
		say(state);
		say(uid == 0 ? " root " : " user ");
		say(loops[i].name);
		say(" ");
		say_number(result[i]);
		say("\n");
	}
}

static void
play_both(const char *state, uint32_t cell)
{

	play(state, cell, 0);
	play(state, cell, UID);
}

/*
 * Create a cell and return its id; 0 if that failed.  Cell 1 has the port that
 * is measured, the others have as many others as there can be.
 */
static uint32_t
create(unsigned n)
{
	static struct cell_create cc;
	struct cell_result cr;
	char buf[24], *name;
	unsigned i;

	memset(&cc, 0, sizeof(cc));
	memset(&cr, 0, sizeof(cr));
	name = digits(n, buf);
	cc.cc_version = CELL_ABI_VERSION;
	cc.cc_config.cf_name[0] = 'c';
	memcpy(&cc.cc_config.cf_name[1], name, length(name));
	cc.cc_config.cf_root[0] = '/';
	cc.cc_config.cf_profile = CELL_PROFILE_HIGH;
	cc.cc_config.cf_mode = CELL_MODE_ENFORCE;
	if (n != 1) {
		for (i = 0; i < CELL_MAXPORTS; i++)
			cc.cc_config.cf_ports[i] = 1 + n * CELL_MAXPORTS + i;
	} else {
		i = 1;
		cc.cc_config.cf_ports[0] = PORT;
	}
	cc.cc_config.cf_nports = i;
	if (model("create", &cr, sizeof(cr), &cc, sizeof(cc)) != 0)
		die("create");
	return cr.cr_id;
}

static void
destroy(uint32_t id)
{
	struct cell_op op = { CELL_ABI_VERSION, id, 0, 0 };

	if (model("destroy", NULL, 0, &op, sizeof(op)) != 0)
		die("destroy");
}

/* modctl(2): MODCTL_LOAD with a modctl_load_t. */
static void
load(const char *name)
{
	char path[64] = "/stand/";
	struct {
		const char	*file;
		int		flags;
		const char	*props;
		size_t		size;
	} ml = { path, 0, NULL, 0 };

	memcpy(path + 7, name, length(name));
	memcpy(path + 7 + length(name), ".kmod", 6);
	if (sys0(SYS_modctl, 0, &ml) != 0)
		die("modctl, to load");
}

/* MODCTL_UNLOAD with a name. */
static void
unload(const char *name)
{

	if (sys0(SYS_modctl, 1, name) != 0)
		die("modctl, to unload");
}

/* Whether there is something to compare with; see icount_empty.c. */
static int
have_empty(void)
{
	char st[256];

	return sys0(SYS_stat, "/stand/" EMPTY ".kmod", st) == 0;
}

#define	MANY	100

static void
play_all(void)
{
	uint32_t id[MANY];
	unsigned n;

	play_both("absent", 0);
	play_both("absent-again", 0);
	if (have_empty()) {
		load(EMPTY);
		play_both("empty-model", 0);
		unload(EMPTY);
	}
	load(MODULE);
	play_both("loaded", 0);
	id[0] = create(2);
	play_both("1-cell", 0);
	for (n = 1; n < MANY; n++)
		id[n] = create(n + 2);
	play_both("100-cells", 0);
	destroy(id[0]);
	id[0] = create(1);
	play_both("in-a-cell", id[0]);
	for (n = 0; n < MANY; n++)
		destroy(id[n]);
	play_both("cells-gone", 0);
	unload(MODULE);
	play_both("absent-at-end", 0);
}

void	start(long, char **) __attribute__((__noreturn__));

void
start(long argc, char **argv)
{
	long fd;
	int i;

	if (argc > 1 && equal(argv[1], "exit"))
		sys0(SYS_exit, 0);
	fd = sys0(SYS_open, "/dev/console", 2);
	for (i = 0; i < 3; i++)
		sys0(SYS_dup2, fd, i);
	play_all();
	say("icount: done\n");
	sys0(SYS_reboot, POWEROFF, NULL);
	for (;;)
		sys0(SYS_poll, NULL, 0, -1);
}

/* The kernel wants to be told that this is a program for it. */
__asm__(
    ".globl _start\n"
    "_start:\n"
    "	xorl %ebp, %ebp\n"
    "	movq (%rsp), %rdi\n"
    "	leaq 8(%rsp), %rsi\n"
    "	andq $-16, %rsp\n"
    "	call start\n"
    "	.section \".note.netbsd.ident\", \"a\", @note\n"
    "	.long 7, 4, 1\n"
    "	.ascii \"NetBSD\\0\\0\"\n"
    "	.long 1000000000\n"
    "	.previous\n");
