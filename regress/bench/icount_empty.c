/*
 * icount_empty.c -- a security model that has no opinion: what kauth(9) costs
 * for listening at all, in the scopes that secmodel_cell(9) listens in.
 */

#include <sys/cdefs.h>
__KERNEL_RCSID(0, "$NetBSD$");

#include <sys/param.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/module.h>

MODULE(MODULE_CLASS_SECMODEL, empty, NULL);

static const char *const empty_scopes[] = {
	KAUTH_SCOPE_CRED, KAUTH_SCOPE_GENERIC, KAUTH_SCOPE_SYSTEM,
	KAUTH_SCOPE_PROCESS, KAUTH_SCOPE_NETWORK, KAUTH_SCOPE_MACHDEP,
	KAUTH_SCOPE_DEVICE, KAUTH_SCOPE_VNODE
};
static kauth_listener_t empty_listeners[__arraycount(empty_scopes)];

static int
empty_cb(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{

	/* Nobody may defer in the scope of credentials, which comes first. */
	return cookie == NULL ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

static int
empty_modcmd(modcmd_t cmd, void *arg)
{
	uintptr_t i;

	switch (cmd) {
	case MODULE_CMD_INIT:
		for (i = 0; i < __arraycount(empty_scopes); i++)
			empty_listeners[i] = kauth_listen_scope(
			    empty_scopes[i], empty_cb, (void *)i);
		return 0;
	case MODULE_CMD_FINI:
		for (i = 0; i < __arraycount(empty_scopes); i++)
			kauth_unlisten_scope(empty_listeners[i]);
		return 0;
	default:
		return ENOTTY;
	}
}
