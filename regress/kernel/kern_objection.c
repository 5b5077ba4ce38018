/* kern_objection.c -- see objection.h; a file of the kernel. */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/systm.h>

#include "objection.h"

static kauth_listener_t listener;

static int
objection_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cred;
	(void)cookie;
	(void)arg1;
	(void)arg2;
	(void)arg3;
	return action == KAUTH_SYSTEM_SYSCTL && (uintptr_t)arg0 ==
	    KAUTH_REQ_SYSTEM_SYSCTL_MODIFY ? KAUTH_RESULT_DENY :
	    KAUTH_RESULT_DEFER;
}

void
objection(bool on)
{
	if (!on) {
		kauth_unlisten_scope(listener);
		return;
	}
	listener = kauth_listen_scope(KAUTH_SCOPE_SYSTEM, objection_cb, NULL);
	KASSERT(listener != NULL);
}
