/*
 * bind_test.c -- bind(2) by real processes under a rig that enforces: whose
 * ports they get, and that nobody gets another's by changing the address.
 */

#define	_GNU_SOURCE
#include <netinet/in.h>
#include <pthread.h>

#include "enforce.h"

static long
bind_to(int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		/* One that no test running beside has. */
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK |
		    ((uint32_t)getppid() & 0xffff) << 8)
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

/* An address that changes while it is looked at. */
static volatile struct sockaddr_in flicker;
static volatile int flickering;

static void *
change_port(void *arg)
{
	while (flickering) {
		flicker.sin_port = htons(0);
		flicker.sin_family = AF_UNIX;
		flicker.sin_family = AF_INET;
		flicker.sin_port = htons(991);
		flicker.sin_port = htons(993);
	}
	return arg;
}

static int
bind_racing(void)
{
	struct sockaddr_in got;
	socklen_t len;
	pthread_t other;
	int fd, i, port;

	flicker.sin_addr.s_addr = htonl(INADDR_LOOPBACK |
	    ((uint32_t)getppid() & 0xffff) << 8);
	flickering = 1;
	if (pthread_create(&other, NULL, change_port, NULL) != 0)
		return 1;
	for (i = 0; i < 2000; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		memset(&got, 0, sizeof(got));
		len = sizeof(got);
		if (bind(fd, (void *)(uintptr_t)&flicker, sizeof(flicker)) == 0 &&
		    getsockname(fd, (void *)&got, &len) == 0) {
			port = ntohs(got.sin_port);
			shared->count[port == 991 ? 0 : port >= 1024 ? 1 : 2]++;
		}
		close(fd);
	}
	flickering = 0;
	pthread_join(other, NULL);
	return 0;
}

/* Its own port and any port it may have at times, the third one never. */
TEST(racing_bind)
{
	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 991);
	ATF_CHECK_EQ(status_of(member(bind_racing)), 0);
	printf("%ld declared, %ld ephemeral, %ld others\n", shared->count[0],
	    shared->count[1], shared->count[2]);
	ATF_CHECK(shared->count[0] + shared->count[1] > 0);
	ATF_CHECK_EQ(shared->count[2], 0);
}

/* Sockets of other kinds, and what is none. */
static int
bind_others(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX, .sun_path = "sock" };
	struct sockaddr_in sin = { .sin_family = AF_UNSPEC };
	int un = socket(AF_UNIX, SOCK_STREAM, 0);
	int in = socket(AF_INET, SOCK_STREAM, 0);

	shared->result[0] = bind(un, (void *)&sun, sizeof(sun)) == 0 ? 0 : errno;
	shared->result[1] = bind(in, (void *)&sun, sizeof(sun)) == 0 ? 0 : errno;
	shared->result[2] = bind(-1, (void *)&sun, sizeof(sun)) == 0 ? 0 : errno;
	shared->result[3] = bind(open("/dev/null", O_RDONLY), (void *)&sun,
	    sizeof(sun)) == 0 ? 0 : errno;
	shared->result[4] = bind(in, NULL, sizeof(sun)) == 0 ? 0 : errno;
	shared->result[5] = bind(in, (void *)&sin, 1) == 0 ? 0 : errno;
	shared->result[6] = bind(in, (void *)&sin, sizeof(sin)) == 0 ? 0 : errno;
	return 0;
}

TEST(other_binds)
{
	static const int want[] = {
		0, EAFNOSUPPORT, EBADF, ENOTSOCK, EFAULT, EINVAL, 0
	};
	int i;

	prepare_cell(tc, CELL_PROFILE_HIGH, 0, 0);
	ATF_CHECK_EQ(status_of(member(bind_others)), 0);
	for (i = 0; i < 7; i++)
		ATF_CHECK_EQ_MSG(shared->result[i], want[i], "%d: %s", i,
		    strerror(shared->result[i]));
}

ROOT_TEST(declared_port)
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

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, racing_bind);
	ATF_TP_ADD_TC(tp, other_binds);
	ATF_TP_ADD_TC(tp, declared_port);
	ATF_TP_ADD_TC(tp, ephemeral_port);
	return atf_no_error();
}
