/*
 * node.c -- one request, on a worker thread: the peer becomes a process, the
 * process calls sysctl(3).
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "linux/enforce.h"
#include "server/real.h"
#include "server/server.h"

/* Nodes whose answer depends on what members do right now. */
static void
look_first(const char *node)
{
	if (strcmp(node, "list") == 0)
		real_survey(true);
	else if (strcmp(node, "kill") == 0 || strcmp(node, "destroy") == 0)
		real_survey(false);
}

static int
model_call(struct work *w, struct rig_host *h)
{
	int error;

	look_first(w->node);
	w->needed = w->oldroom;
	error = rig_real_sysctl(h->proc, w->node, w->old, &w->needed, w->new,
	    w->newlen, &w->oldlen);
	/* A call that did not get as far has not said what it needs. */
	if (error != 0 && error != ENOMEM)
		w->needed = w->oldlen;
	return error;
}

/* Only simple names: the tree has other branches. */
static bool
is_simple(const char *node)
{
	return node[0] != '\0' && strspn(node,
	    "abcdefghijklmnopqrstuvwxyz") == strlen(node);
}

void
node_call(struct work *w)
{
	struct rig_host *h;

	if (w->oldroom != 0 && (w->old = calloc(1, w->oldroom)) == NULL) {
		w->error = ENOMEM;
		return;
	}
	h = real_get(w->pid);
	if (h == NULL) {
		w->error = ESRCH;
		return;
	}
	if (strncmp(w->node, "rig.", 4) == 0)
		w->error = enforce_call(w, h);
	else if (is_simple(w->node))
		w->error = model_call(w, h);
	else
		w->error = ENOENT;
	real_put(h);
}
