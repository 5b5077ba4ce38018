/*
 * filter_test.c -- the filter's program, run by an interpreter: what it says
 * of calls that this machine's kernel might not even have.
 */

#include <linux/audit.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/stat.h>

#include "rigclient.h"

#ifdef __x86_64__
#define	NATIVE	AUDIT_ARCH_X86_64
#define	FOREIGN	AUDIT_ARCH_I386
#else
#define	NATIVE	AUDIT_ARCH_AARCH64
#define	FOREIGN	AUDIT_ARCH_ARM
#endif

#define	ALLOW	SECCOMP_RET_ALLOW
#define	NOTIFY	SECCOMP_RET_USER_NOTIF
#define	ERROR(e)	(SECCOMP_RET_ERRNO | (e))

static struct sock_filter program[4096];
static size_t length;
static unsigned int steps;

static uint32_t
run(uint32_t arch, int nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct seccomp_data data = {
		.nr = nr, .arch = arch, .args = { a0, a1, a2 }
	};
	uint32_t a = 0;
	size_t pc;

	for (pc = 0, steps = 0; pc < length; pc++, steps++) {
		const struct sock_filter *f = &program[pc];
		int yes;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			ATF_REQUIRE(f->k + 4 <= sizeof(data));
			memcpy(&a, (char *)&data + f->k, 4);
			continue;
		case BPF_ALU:
			ATF_REQUIRE_EQ(BPF_OP(f->code), BPF_AND);
			a &= f->k;
			continue;
		case BPF_RET:
			return f->k;
		}
		ATF_REQUIRE_EQ(BPF_CLASS(f->code), BPF_JMP);
		if (BPF_OP(f->code) == BPF_JA) {
			pc += f->k;
			continue;
		}
		yes = BPF_OP(f->code) == BPF_JEQ ? a == f->k :
		    BPF_OP(f->code) == BPF_JGE ? a >= f->k : (a & f->k) != 0;
		pc += yes ? f->jt : f->jf;
	}
	atf_tc_fail("ran off the end");
	return 0;
}

#define	SAYS(what, ...)							\
	ATF_CHECK_EQ_MSG(run(__VA_ARGS__), (uint32_t)(what), "%s: %#x",	\
	    #__VA_ARGS__, run(__VA_ARGS__))

/* A process of the test that becomes a member asks for the program. */
static void
get_program(const atf_tc_t *tc)
{
	struct cell_config cf;
	int error, fd, p[2], status;
	uint32_t id;
	ssize_t n;
	size_t len = sizeof(program);
	pid_t pid;

	rig_start(tc, NULL);
	fd = rig_connect_to(RIG_SOCK);
	ATF_REQUIRE(fd != -1);
	require_enforcing(fd);
	config(&cf, "cell", CELL_PROFILE_HIGH);
	id = rig_create(fd, &cf, &error);
	ATF_REQUIRE(pipe(p) == 0);
	if ((pid = fork()) == 0) {
		fd = rig_connect_to(RIG_SOCK);
		if (rig_op(fd, "attach", id) != 0 || rig_call(fd, "rig.filter",
		    program, &len, NULL, 0, -1) != 0)
			_exit(1);
		_exit(all(p[1], program, len, 2) == 0 ? 0 : 2);
	}
	close(p[1]);
	while ((n = read(p[0], (char *)program + length,
	    sizeof(program) - length)) > 0)
		length += (size_t)n;
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
	length /= sizeof(program[0]);
	ATF_REQUIRE(length > 50 && length <= 4096);
}

ATF_TC_WITH_CLEANUP(program);
ATF_TC_HEAD(program, tc)
{
	atf_tc_set_md_var(tc, "descr", "what the filter says of each call");
}
ATF_TC_BODY(program, tc)
{
	int nr;

	get_program(tc);

	/* Numbers of other architectures mean something else. */
	for (nr = 0; nr < 500; nr++)
		SAYS(ERROR(ENOSYS), FOREIGN, nr, 0, 0, 0);
#ifdef __x86_64__
	for (nr = 0; nr < 600; nr++)
		SAYS(ERROR(ENOSYS), NATIVE, 0x40000000 | nr, 0, 0, 0);
#endif
	SAYS(ERROR(ENOSYS), NATIVE, SYS_clone3, 0, 0, 0);
	SAYS(ERROR(ENOSYS), NATIVE, SYS_io_uring_setup, 0, 0, 0);
	SAYS(ERROR(ENOSYS), NATIVE, SYS_userfaultfd, 0, 0, 0);

	SAYS(ALLOW, NATIVE, SYS_read, 0, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_getppid, 0, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_exit, 0, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_execve, 0, 0, 0);
	/* Nobody knows what it does. */
	SAYS(ERROR(ENOSYS), NATIVE, 451, 0, 0, 0);
	SAYS(ERROR(ENOSYS), NATIVE, 9999, 0, 0, 0);
	SAYS(ERROR(ENOSYS), NATIVE, -1, 0, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_exit_group, 0, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_kill, 1, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_bind, 3, 0, 0);

	SAYS(NOTIFY, NATIVE, SYS_clone, SIGCHLD, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_clone, CLONE_THREAD | CLONE_VM, 0, 0);
	SAYS(ERROR(EINVAL), NATIVE, SYS_clone, CLONE_THREAD | CLONE_VM |
	    CLONE_NEWNS, 0, 0);
	SAYS(ERROR(EINVAL), NATIVE, SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_unshare, CLONE_FILES, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_unshare, CLONE_NEWUSER, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_unshare, CLONE_FILES | CLONE_NEWNET, 0, 0);

	SAYS(ALLOW, NATIVE, SYS_socket, AF_UNIX, SOCK_STREAM, 0);
	SAYS(ALLOW, NATIVE, SYS_socket, AF_INET, SOCK_STREAM, 0);
	SAYS(ALLOW, NATIVE, SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	SAYS(NOTIFY, NATIVE, SYS_socket, AF_INET, SOCK_RAW | SOCK_CLOEXEC, 0);
	SAYS(NOTIFY, NATIVE, SYS_socket, AF_INET, SOCK_PACKET, 0);
	SAYS(NOTIFY, NATIVE, SYS_socket, AF_NETLINK, SOCK_DGRAM, 0);
	SAYS(NOTIFY, NATIVE, SYS_socket, AF_PACKET, SOCK_DGRAM, 0);
	/* Only the low word of an int counts, to the kernel too. */
	SAYS(NOTIFY, NATIVE, SYS_socket, (1ULL << 32) | AF_PACKET, 1, 0);

	SAYS(ALLOW, NATIVE, SYS_mknodat, 0, 0, S_IFIFO | 0600);
	SAYS(NOTIFY, NATIVE, SYS_mknodat, 0, 0, S_IFCHR | 0600);
	SAYS(NOTIFY, NATIVE, SYS_mknodat, 0, 0, S_IFBLK);

	SAYS(ALLOW, NATIVE, SYS_prlimit64, 0, 7, 0);
	SAYS(NOTIFY, NATIVE, SYS_prlimit64, 1, 7, 0);
	SAYS(NOTIFY, NATIVE, SYS_prlimit64, 0, 7, 4096);
	SAYS(NOTIFY, NATIVE, SYS_prlimit64, 0, 7, 1ULL << 40);

	SAYS(ALLOW, NATIVE, SYS_sched_getaffinity, 0, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_sched_getaffinity, 1, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_shmget, 0, 0, 0);
	SAYS(NOTIFY, NATIVE, SYS_shmget, 1, 0, 0);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, SOL_SOCKET, 200);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, SOL_IP, 63);
	SAYS(NOTIFY, NATIVE, SYS_setsockopt, 0, SOL_IP, 64);
	SAYS(NOTIFY, NATIVE, SYS_setsockopt, 0, SOL_IP, 200);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 63);
	SAYS(NOTIFY, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 64);
	SAYS(NOTIFY, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 65);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 66);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 199);
	SAYS(NOTIFY, NATIVE, SYS_setsockopt, 0, SOL_IPV6, 200);
	SAYS(ALLOW, NATIVE, SYS_setsockopt, 0, 6, 64);
	SAYS(ALLOW, NATIVE, SYS_ioctl, 0, 0x5401, 0);
	SAYS(NOTIFY, NATIVE, SYS_ioctl, 0, 0x5412, 0);
	SAYS(NOTIFY, NATIVE, SYS_ioctl, 0, 0xffffffff00005412, 0);
}
ATF_TC_CLEANUP(program, tc)
{
	(void)tc;
	rig_stop();
}

/* What need not be asked about is known after a few steps. */
ATF_TC_WITH_CLEANUP(cost);
ATF_TC_HEAD(cost, tc)
{
	atf_tc_set_md_var(tc, "descr", "the filter is short for every call");
}
ATF_TC_BODY(cost, tc)
{
	unsigned int most = 0;
	int nr;

	get_program(tc);
	for (nr = 0; nr < 500; nr++) {
		if (nr == SYS_ioctl)
			continue;
		(void)run(NATIVE, nr, ~0ULL, ~0ULL, ~0ULL);
		if (steps > most)
			most = steps;
	}
	printf("%zu instructions, at most %u for a call\n", length, most);
	ATF_CHECK_MSG(most <= 32, "%u", most);
}
ATF_TC_CLEANUP(cost, tc)
{
	(void)tc;
	rig_stop();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, program);
	ATF_TP_ADD_TC(tp, cost);
	return atf_no_error();
}
