/*
 * receive_test.c -- who is received is not interrupted any more, however
 * long his call is decided about.  The file under test is included, since
 * what it calls is here.
 */

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <atf-c.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "linux/receive.c"

#define	CALLERS	4
#define	VALUE	4242		/* no process has it for a parent */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static int caught;

struct caller {
	pthread_t	thread;
	int		fd;		/* its listener; -1: not yet, -2: none */
	long		value;		/* what the call answered */
	int		error;
};

/* Wakes the test, which looks again. */
void
watch_now(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_broadcast(&cv);
	pthread_mutex_unlock(&mutex);
}

void
rig_host_abort(const char *why)
{
	atf_tc_fail("%s", why);
}

static void
catch(int signo)
{
	(void)signo;
	__atomic_add_fetch(&caught, 1, __ATOMIC_SEQ_CST);
}

/* A filter for this thread alone, that asks about getppid(2). */
static int
install(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct sock_fprog prog = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter
	};
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER |
	    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &prog);
	return fd == -1 ? -2 : fd;
}

static void *
caller_main(void *arg)
{
	struct caller *c = arg;
	int fd = install();

	pthread_mutex_lock(&mutex);
	c->fd = fd;
	pthread_cond_broadcast(&cv);
	pthread_mutex_unlock(&mutex);
	if (fd < 0)
		return NULL;
	errno = 0;
	c->value = syscall(SYS_getppid);
	c->error = errno;
	return NULL;
}

static void
caller_start(struct caller *c)
{
	c->fd = -1;
	ATF_REQUIRE_EQ(pthread_create(&c->thread, NULL, caller_main, c), 0);
	pthread_mutex_lock(&mutex);
	while (c->fd == -1)
		pthread_cond_wait(&cv, &mutex);
	pthread_mutex_unlock(&mutex);
	if (c->fd == -2)
		atf_tc_skip("no seccomp notification here");
}

/* Waits for the next; NULL: it is closed. */
static struct received *
await(struct inbox *in)
{
	struct received *r;
	bool closed = false;

	pthread_mutex_lock(&mutex);
	while ((r = receive_take(in, &closed)) == NULL && !closed)
		pthread_cond_wait(&cv, &mutex);
	pthread_mutex_unlock(&mutex);
	return r;
}

static void
answer(int fd, const struct received *r)
{
	struct seccomp_notif_resp resp = { .id = r->req.id, .val = VALUE };

	ATF_REQUIRE_EQ(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp), 0);
}

ATF_TC_WITHOUT_HEAD(received_is_not_interrupted);
ATF_TC_BODY(received_is_not_interrupted, tc)
{
	/* As some shells wait for children: without SA_RESTART. */
	struct sigaction sa = { .sa_handler = catch };
	struct caller c[CALLERS];
	struct inbox in[CALLERS];
	struct received *r[CALLERS];
	int i;

	ATF_REQUIRE_EQ(sigaction(SIGUSR1, &sa, NULL), 0);
	ATF_REQUIRE_EQ(receive_init(sizeof(struct seccomp_notif)), 0);
	for (i = 0; i < CALLERS; i++) {
		caller_start(&c[i]);
		ATF_REQUIRE_EQ(receive_add(&in[i], c[i].fd), 0);
	}
	/* Nobody has decided about the first when the last is received. */
	for (i = 0; i < CALLERS; i++) {
		r[i] = await(&in[i]);
		ATF_REQUIRE(r[i] != NULL);
		ATF_CHECK_EQ(r[i]->req.data.nr, SYS_getppid);
	}
	for (i = 0; i < CALLERS; i++)
		ATF_REQUIRE_EQ(pthread_kill(c[i].thread, SIGUSR1), 0);
	poll(NULL, 0, 50);	/* an interrupted call would have ended */
	ATF_CHECK_EQ(__atomic_load_n(&caught, __ATOMIC_SEQ_CST), 0);
	for (i = 0; i < CALLERS; i++) {
		answer(c[i].fd, r[i]);
		free(r[i]);
		pthread_join(c[i].thread, NULL);
		ATF_CHECK_EQ_MSG(c[i].value, VALUE, "%ld, errno %d",
		    c[i].value, c[i].error);
		/* Who was under it is gone, and the inbox says so. */
		ATF_CHECK(await(&in[i]) == NULL);
		close(c[i].fd);
	}
	ATF_CHECK_EQ(__atomic_load_n(&caught, __ATOMIC_SEQ_CST), CALLERS);
	receive_fini();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, received_is_not_interrupted);
	return atf_no_error();
}
