/* host_mem.c -- memory, clocks, and the way out, from the C library. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rig_host.h"

const struct rig_host_ops *rig_host_ops;

void *
rig_host_alloc(size_t size)
{
	return malloc(size);
}

void
rig_host_free(void *p)
{
	free(p);
}

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		rig_host_abort("no clock");
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

uint64_t
rig_host_realtime(void)
{
	return clock_ns(CLOCK_REALTIME);
}

uint64_t
rig_host_monotonic(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

void
rig_host_sleep(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / 1000000000U),
		.tv_nsec = (long)(ns % 1000000000U)
	};

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		continue;
}

void
rig_host_abort(const char *why)
{
	fprintf(stderr, "rig: panic: %s\n", why);
	fflush(stderr);
	abort();
}
