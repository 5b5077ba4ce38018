/*
 * suser.c -- the traditional superuser, as secmodel_suser(9) decides: what
 * there is to allow it allows to effective user 0, and it denies nobody.
 *
 * Not to be had by being root: debugging the kernel (KAUTH_SYSTEM_DEBUG) and
 * raw devices (the device node guards them).
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/module.h>
#include <sys/systm.h>
#include <secmodel/secmodel.h>

#include "rig_kern.h"

MODULE(MODULE_CLASS_SECMODEL, suser, NULL);

static secmodel_t suser_sm;

static int
suser_allows(kauth_cred_t cred)
{
	return kauth_cred_geteuid(cred) == 0 ? KAUTH_RESULT_ALLOW :
	    KAUTH_RESULT_DEFER;
}

static int
suser_generic_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	return action == KAUTH_GENERIC_ISSUSER ? suser_allows(cred) :
	    KAUTH_RESULT_DEFER;
}

static int
suser_system_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	if (action == KAUTH_SYSTEM_DEBUG || action > KAUTH_SYSTEM_KERNADDR)
		return KAUTH_RESULT_DEFER;
	return suser_allows(cred);
}

static int
suser_process_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	return action > KAUTH_PROCESS_STOPFLAG ? KAUTH_RESULT_DEFER :
	    suser_allows(cred);
}

static int
suser_network_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	return action > KAUTH_NETWORK_INTERFACE_WG ||
	    action == KAUTH_NETWORK_INTERFACE_STRIP ? KAUTH_RESULT_DEFER :
	    suser_allows(cred);
}

static int
suser_machdep_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	return action > KAUTH_MACHDEP_SVS_DISABLE ? KAUTH_RESULT_DEFER :
	    suser_allows(cred);
}

static int
suser_device_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	switch (action) {
	case KAUTH_DEVICE_RAWIO_SPEC:
	case KAUTH_DEVICE_RAWIO_PASSTHRU:
		return KAUTH_RESULT_DEFER;
	default:
		return action > KAUTH_DEVICE_NVMM_CTL ? KAUTH_RESULT_DEFER :
		    suser_allows(cred);
	}
}

/* Even root executes only what is executable. */
static int
suser_vnode_cb(kauth_cred_t cred, kauth_action_t action, void *cookie,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	(void)cookie, (void)arg0, (void)arg1, (void)arg2, (void)arg3;
	if ((action & KAUTH_VNODE_EXECUTE) != 0 &&
	    (action & KAUTH_VNODE_IS_EXEC) == 0)
		return KAUTH_RESULT_DEFER;
	return suser_allows(cred);
}

static const struct {
	const char		*scope;
	kauth_scope_callback_t	cb;
} suser_scopes[] = {
	{ KAUTH_SCOPE_GENERIC,	suser_generic_cb },
	{ KAUTH_SCOPE_SYSTEM,	suser_system_cb },
	{ KAUTH_SCOPE_PROCESS,	suser_process_cb },
	{ KAUTH_SCOPE_NETWORK,	suser_network_cb },
	{ KAUTH_SCOPE_MACHDEP,	suser_machdep_cb },
	{ KAUTH_SCOPE_DEVICE,	suser_device_cb },
	{ KAUTH_SCOPE_VNODE,	suser_vnode_cb },
};
static kauth_listener_t suser_listeners[__arraycount(suser_scopes)];

static int
suser_init(void)
{
	u_int i;
	int error;

	error = secmodel_register(&suser_sm, "org.netbsd.secmodel.suser",
	    "Traditional NetBSD: Superuser", NULL, NULL, NULL);
	if (error != 0)
		return error;
	for (i = 0; i < __arraycount(suser_scopes); i++)
		suser_listeners[i] = kauth_listen_scope(suser_scopes[i].scope,
		    suser_scopes[i].cb, NULL);
	return 0;
}

static int
suser_fini(void)
{
	u_int i;

	for (i = 0; i < __arraycount(suser_scopes); i++)
		kauth_unlisten_scope(suser_listeners[i]);
	return secmodel_deregister(suser_sm);
}

static int
suser_modcmd(modcmd_t cmd, void *arg)
{
	(void)arg;
	switch (cmd) {
	case MODULE_CMD_INIT:
		return suser_init();
	case MODULE_CMD_FINI:
		return suser_fini();
	case MODULE_CMD_AUTOUNLOAD:
		return EPERM;
	default:
		return ENOTTY;
	}
}
