/*
 * kern_auth.c -- kauth(9): scopes, listeners, and who wins.
 *
 * Listeners are walked without a lock, as the kernel does: they are added and
 * removed while nobody is being authorized.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <secmodel/secmodel.h>

#include "rig_kern.h"

struct kauth_listener {
	kauth_scope_callback_t		func;
	kauth_scope_t			scope;
	SIMPLEQ_ENTRY(kauth_listener)	next;
};

struct kauth_scope {
	const char			*id;
	SIMPLEQ_HEAD(, kauth_listener)	listeners;
};

enum {
	SCOPE_GENERIC, SCOPE_SYSTEM, SCOPE_PROCESS, SCOPE_NETWORK,
	SCOPE_MACHDEP, SCOPE_DEVICE, SCOPE_CRED, SCOPE_VNODE, NSCOPES
};

static struct kauth_scope scopes[NSCOPES] = {
	[SCOPE_GENERIC] = { .id = KAUTH_SCOPE_GENERIC },
	[SCOPE_SYSTEM] = { .id = KAUTH_SCOPE_SYSTEM },
	[SCOPE_PROCESS] = { .id = KAUTH_SCOPE_PROCESS },
	[SCOPE_NETWORK] = { .id = KAUTH_SCOPE_NETWORK },
	[SCOPE_MACHDEP] = { .id = KAUTH_SCOPE_MACHDEP },
	[SCOPE_DEVICE] = { .id = KAUTH_SCOPE_DEVICE },
	[SCOPE_CRED] = { .id = KAUTH_SCOPE_CRED },
	[SCOPE_VNODE] = { .id = KAUTH_SCOPE_VNODE },
};

static krwlock_t kauth_lock;

void
kauth_init(void)
{
	u_int i;

	rw_init(&kauth_lock);
	for (i = 0; i < NSCOPES; i++)
		SIMPLEQ_INIT(&scopes[i].listeners);
	kauth_cred_init();
}

void
kauth_fini(void)
{
	u_int i;

	for (i = 0; i < NSCOPES; i++)
		KASSERTMSG(SIMPLEQ_EMPTY(&scopes[i].listeners),
		    "a listener of %s was left", scopes[i].id);
	kauth_cred_fini();
	rw_destroy(&kauth_lock);
}

static kauth_scope_t
kauth_find_scope(const char *id)
{
	u_int i;

	for (i = 0; i < NSCOPES; i++)
		if (strcmp(scopes[i].id, id) == 0)
			return &scopes[i];
	return NULL;
}

/* NULL: there is no such scope. */
kauth_listener_t
kauth_listen_scope(const char *id, kauth_scope_callback_t func, void *cookie)
{
	kauth_listener_t listener;
	kauth_scope_t scope;

	/* The kernel passes the scope's cookie, which built-in ones lack. */
	(void)cookie;
	scope = kauth_find_scope(id);
	if (scope == NULL)
		return NULL;
	listener = kmem_alloc(sizeof(*listener), KM_SLEEP);
	listener->func = func;
	listener->scope = scope;
	rw_enter(&kauth_lock, RW_WRITER);
	SIMPLEQ_INSERT_TAIL(&scope->listeners, listener, next);
	rw_exit(&kauth_lock);
	return listener;
}

void
kauth_unlisten_scope(kauth_listener_t listener)
{
	if (listener == NULL)
		return;
	rw_enter(&kauth_lock, RW_WRITER);
	SIMPLEQ_REMOVE(&listener->scope->listeners, listener, kauth_listener,
	    next);
	rw_exit(&kauth_lock);
	kmem_free(listener, sizeof(*listener));
}

/* Any DENY wins, then any ALLOW. */
static int
kauth_ask(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action,
    void *arg0, void *arg1, void *arg2, void *arg3)
{
	kauth_listener_t listener;
	bool allow = false, deny = false;

	KASSERT(cred != NULL);
	KASSERT(action != 0);

	/* The kernel does not ask about itself. */
	if (cred == NOCRED || cred == FSCRED)
		return KAUTH_RESULT_ALLOW;

	SIMPLEQ_FOREACH(listener, &scope->listeners, next) {
		switch (listener->func(cred, action, NULL, arg0, arg1, arg2,
		    arg3)) {
		case KAUTH_RESULT_ALLOW:
			allow = true;
			break;
		case KAUTH_RESULT_DENY:
			deny = true;
			break;
		default:
			break;
		}
	}
	if (deny)
		return KAUTH_RESULT_DENY;
	return allow ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

/* Nobody cared: refused, as soon as there is a security model. */
int
kauth_authorize_action(kauth_scope_t scope, kauth_cred_t cred,
    kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3)
{
	switch (kauth_ask(scope, cred, action, arg0, arg1, arg2, arg3)) {
	case KAUTH_RESULT_ALLOW:
		return 0;
	case KAUTH_RESULT_DENY:
		return EPERM;
	default:
		return secmodel_nsecmodels() == 0 ? 0 : EPERM;
	}
}

int
kauth_authorize_generic(kauth_cred_t cred, kauth_action_t action, void *arg0)
{
	return kauth_authorize_action(&scopes[SCOPE_GENERIC], cred, action,
	    arg0, NULL, NULL, NULL);
}

int
kauth_authorize_system(kauth_cred_t cred, kauth_action_t action,
    enum kauth_system_req req, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(&scopes[SCOPE_SYSTEM], cred, action,
	    KAUTH_ARG(req), arg1, arg2, arg3);
}

int
kauth_authorize_process(kauth_cred_t cred, kauth_action_t action,
    struct proc *p, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(&scopes[SCOPE_PROCESS], cred, action,
	    p, arg1, arg2, arg3);
}

int
kauth_authorize_network(kauth_cred_t cred, kauth_action_t action,
    enum kauth_network_req req, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(&scopes[SCOPE_NETWORK], cred, action,
	    KAUTH_ARG(req), arg1, arg2, arg3);
}

int
kauth_authorize_machdep(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(&scopes[SCOPE_MACHDEP], cred, action,
	    arg0, arg1, arg2, arg3);
}

int
kauth_authorize_device(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(&scopes[SCOPE_DEVICE], cred, action,
	    arg0, arg1, arg2, arg3);
}

int
kauth_authorize_device_tty(kauth_cred_t cred, kauth_action_t action,
    struct tty *tty)
{
	return kauth_authorize_device(cred, action, tty, NULL, NULL, NULL);
}

int
kauth_authorize_device_spec(kauth_cred_t cred, enum kauth_device_req req,
    struct vnode *vp)
{
	return kauth_authorize_device(cred, KAUTH_DEVICE_RAWIO_SPEC,
	    KAUTH_ARG(req), vp, NULL, NULL);
}

int
kauth_authorize_device_passthru(kauth_cred_t cred, dev_t dev, u_long bits,
    void *data)
{
	return kauth_authorize_device(cred, KAUTH_DEVICE_RAWIO_PASSTHRU,
	    KAUTH_ARG(bits), KAUTH_ARG(dev), data, NULL);
}

/* Nobody cared: what the file system itself says counts. */
int
kauth_authorize_vnode(kauth_cred_t cred, kauth_action_t action,
    struct vnode *vp, struct vnode *dvp, int fs_decision)
{
	switch (kauth_ask(&scopes[SCOPE_VNODE], cred, action, vp, dvp, NULL,
	    NULL)) {
	case KAUTH_RESULT_ALLOW:
		return 0;
	case KAUTH_RESULT_DENY:
		return EACCES;
	default:
		return fs_decision == KAUTH_VNODE_REMOTEFS ? 0 : fs_decision;
	}
}

/*
 * A credential is made, copied, freed.  Who listens must allow, or the
 * answer of the other listeners would be lost: DIAGNOSTIC checks that.
 */
int
kauth_cred_hook(kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1)
{
	int error;

	error = kauth_authorize_action(&scopes[SCOPE_CRED], cred, action,
	    arg0, arg1, NULL, NULL);
	if (!SIMPLEQ_EMPTY(&scopes[SCOPE_CRED].listeners))
		KASSERTMSG(error == 0, "cred hook %d answered %d",
		    (int)action, error);
	return error;
}
