/*
 * kern_subr.c -- printing, panicking, copying, waiting, and the clocks.
 */

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/syslog.h>
#include <sys/systm.h>
#include <uvm/uvm_extern.h>

#include "rig.h"
#include "rig_kern.h"

int hz = 100;
int cold;

/* Nanoseconds that tests have moved the clocks forward by. */
static volatile uint64_t clock_advance;

static void
vlogline(int prio, const char *fmt, va_list ap)
{
	char buf[1024];
	size_t n;

	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	for (n = strlen(buf); n > 0 && buf[n - 1] == '\n'; n--)
		buf[n - 1] = '\0';
	rig_host_log(prio, buf);
}

void
printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlogline(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log(int prio, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vlogline(prio, fmt, ap);
	va_end(ap);
}

void
panic(const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	rig_host_log(LOG_EMERG, buf);
	rig_host_abort(buf);
}

void
kern_assert(const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	panic("kernel diagnostic assertion %s", buf);
}

bool
assert_sleepable_p(void)
{
	return rig_host_may_sleep();
}

void
assert_sleepable(void)
{
	KASSERTMSG(rig_host_may_sleep(), "level %d, or in a pserialize section",
	    rig_host_ipl());
}

/* The rig's own buffers: only a NULL can fault. */
int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	return kcopy(uaddr, kaddr, len);
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	return kcopy(kaddr, uaddr, len);
}

int
kcopy(const void *src, void *dst, size_t len)
{
	if (len != 0 && (src == NULL || dst == NULL))
		return EFAULT;
	if (len != 0)
		memcpy(dst, src, len);
	return 0;
}

size_t
strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src), n;

	if (size != 0) {
		n = len < size ? len : size - 1;
		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

size_t
strlcat(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(dst, size);

	return n + strlcpy(dst + n, src, size - n);
}

int
kpause(const char *wmesg, bool intr, int ticks, kmutex_t *mtx)
{
	(void)wmesg;
	(void)intr;
	if (mtx != NULL)
		mutex_exit(mtx);
	ASSERT_SLEEPABLE();
	rig_host_sleep((uint64_t)ticks * (1000000000U / (u_int)hz));
	if (mtx != NULL)
		mutex_enter(mtx);
	return EWOULDBLOCK;
}

void
rig_clock_advance(uint64_t seconds)
{
	atomic_add_64(&clock_advance, (long)(seconds * 1000000000U));
}

static uint64_t
real_ns(void)
{
	return rig_host_realtime() + atomic_load_relaxed(&clock_advance);
}

/* The kernel booted a second ago, so that an uptime is never 0. */
static uint64_t
up_ns(void)
{
	static volatile uint64_t boot;
	uint64_t now = rig_host_monotonic();

	if (atomic_load_relaxed(&boot) == 0)
		(void)atomic_cas_64(&boot, 0, now);
	return now - atomic_load_relaxed(&boot) + 1000000000U +
	    atomic_load_relaxed(&clock_advance);
}

static void
ns_to_ts(uint64_t ns, struct timespec *ts)
{
	ts->tv_sec = (time_t)(ns / 1000000000U);
	ts->tv_nsec = (long)(ns % 1000000000U);
}

static void
ns_to_tv(uint64_t ns, struct timeval *tv)
{
	tv->tv_sec = (time_t)(ns / 1000000000U);
	tv->tv_usec = (suseconds_t)(ns % 1000000000U / 1000U);
}

void
nanotime(struct timespec *ts)
{
	ns_to_ts(real_ns(), ts);
}

void
microtime(struct timeval *tv)
{
	ns_to_tv(real_ns(), tv);
}

void
nanouptime(struct timespec *ts)
{
	ns_to_ts(up_ns(), ts);
}

void
microuptime(struct timeval *tv)
{
	ns_to_tv(up_ns(), tv);
}

time_t
getrealtime(void)
{
	return (time_t)(real_ns() / 1000000000U);
}

time_t
getuptime(void)
{
	return (time_t)(up_ns() / 1000000000U);
}

uint32_t
getuptime32(void)
{
	return (uint32_t)getuptime();
}

int
getticks(void)
{
	return (int)(up_ns() / (1000000000U / (u_int)hz));
}

/* True at most once in an interval; LAST is the caller's. */
int
ratecheck(struct timeval *last, const struct timeval *interval)
{
	struct timeval now, delta;

	microuptime(&now);
	timersub(&now, last, &delta);
	if (timerisset(last) && timercmp(&delta, interval, <))
		return 0;
	*last = now;
	return 1;
}

int
ppsratecheck(struct timeval *last, int *count, int maxpps)
{
	struct timeval now, delta;

	microuptime(&now);
	timersub(&now, last, &delta);
	if (!timerisset(last) || delta.tv_sec >= 1) {
		*last = now;
		*count = 0;
	}
	return ++*count <= maxpps || maxpps < 0;
}
