/* enforce.c -- see enforce.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "enforce.h"
#include "notify.h"
#include "rig_host.h"
#include "server/real.h"
#include "server/server.h"
#include "trapfilter.h"
#include "traps.h"

static bool enforcing;

/* The model's idea of an ephemeral port is the host's. */
static void
port_range(void)
{
	unsigned int lo, hi;
	FILE *fp;

	fp = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	if (fp == NULL)
		return;
	if (fscanf(fp, "%u %u", &lo, &hi) == 2 && lo != 0 && lo <= hi &&
	    hi <= 65535)
		rig_ephemeral_range((uint16_t)lo, (uint16_t)hi);
	fclose(fp);
}

void
enforce_init(void)
{
	char buf[160];
	const char *why;
	size_t len;

	port_range();
	why = "this machine's system calls are not known";
	enforcing = ntraps != 0 && notify_available(&why);
	if (!enforcing) {
		snprintf(buf, sizeof(buf),
		    "rig: %s: decisions are rehearsed, not enforced", why);
		fprintf(stderr, "cellrig: %s\n", buf + strlen("rig: "));
		rig_host_log(5, buf);
		return;
	}
	rig_real_enforcing();
	(void)filter_program(&len);
}

static int
give_filter(struct work *w)
{
	const struct sock_filter *program;
	size_t len;

	program = filter_program(&len);
	w->needed = len * sizeof(*program);
	w->oldlen = w->needed < w->oldroom ? w->needed : w->oldroom;
	if (w->oldlen != 0)
		memcpy(w->old, program, w->oldlen);
	return w->oldroom != 0 && w->oldlen < w->needed ? ENOMEM : 0;
}

static int
take_listener(struct work *w, struct rig_host *h)
{
	int error;

	if (w->fd == -1)
		return EINVAL;
	pthread_mutex_lock(&real_lock);
	error = notify_add(h, w->fd);
	w->fd = -1;
	pthread_mutex_unlock(&real_lock);
	return error;
}

int
enforce_call(struct work *w, struct rig_host *h)
{
	if (!enforcing)
		return ENOENT;
	if (strcmp(w->node, "rig.filter") == 0)
		return rig_real_cell(h->proc) == 0 ? EPERM : give_filter(w);
	if (strcmp(w->node, "rig.listener") == 0)
		return take_listener(w, h);
	return ENOENT;
}
