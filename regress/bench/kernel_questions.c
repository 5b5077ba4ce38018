/*
 * kernel_questions.c -- kauth(9) asked as the kernel asks it, with the locks
 * it holds then.  Sees the kernel's headers and not the C library's.
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <netinet/in.h>

#include "rig.h"
#include "kernel_questions.h"

#define	EPHEMERAL	60000

/* What each question has in common: N times as the actor. */
#define	QUESTION(name, before, call, after)				\
static unsigned long							\
name(const struct asked *a, unsigned long n)				\
{									\
	unsigned long refused = 0;					\
	kauth_cred_t cred;						\
									\
	rig_as(a->actor);						\
	cred = kauth_cred_get();					\
	before;								\
	for (; n > 0; n--)						\
		refused += (call) != 0;					\
	after;								\
	rig_as(NULL);							\
	return refused;							\
}
#define	LOCKED(name, p, call)						\
	QUESTION(name, mutex_enter((p)->p_lock), call,			\
	    mutex_exit((p)->p_lock))
#define	PLAIN(name, call)	QUESTION(name, (void)0, call, (void)0)

static const struct vnode null_device = {
	.v_type = VCHR, .v_rdev = makedev(2, 2)
};
static const struct vnode file = { .v_type = VREG };

static kauth_key_t key;

void
questions_init(void)
{
	int error = kauth_register_key(NULL, &key);

	KASSERT(error == 0);
}

PLAIN(issuser, kauth_authorize_generic(cred, KAUTH_GENERIC_ISSUSER, NULL))
PLAIN(mount_get, kauth_authorize_system(cred, KAUTH_SYSTEM_MOUNT,
    KAUTH_REQ_SYSTEM_MOUNT_GET, NULL, NULL, NULL))
LOCKED(see_self, a->actor, kauth_authorize_process(cred,
    KAUTH_PROCESS_CANSEE, a->actor,
    KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL))
LOCKED(see_peer, a->peer, kauth_authorize_process(cred,
    KAUTH_PROCESS_CANSEE, a->peer,
    KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL))
LOCKED(see_stranger, a->stranger, kauth_authorize_process(cred,
    KAUTH_PROCESS_CANSEE, a->stranger,
    KAUTH_ARG(KAUTH_REQ_PROCESS_CANSEE_ENTRY), NULL, NULL))
LOCKED(signal_peer, a->peer, kauth_authorize_process(cred,
    KAUTH_PROCESS_SIGNAL, a->peer, KAUTH_ARG(15), NULL, NULL))
PLAIN(fork, kauth_authorize_process(cred, KAUTH_PROCESS_FORK, a->actor,
    KAUTH_ARG(10), NULL, NULL))
QUESTION(bind_picked,
    struct sockaddr_in sin; memset(&sin, 0xd7, sizeof(sin));
    sin.sin_port = EPHEMERAL; sin.sin_addr.s_addr = 0,
    kauth_authorize_network(cred, KAUTH_NETWORK_BIND,
    KAUTH_REQ_NETWORK_BIND_PORT, a->so, &sin, NULL), (void)0)
PLAIN(see_socket, kauth_authorize_network(cred, KAUTH_NETWORK_SOCKET,
    KAUTH_REQ_NETWORK_SOCKET_CANSEE, a->so, NULL, NULL))
PLAIN(see_strangers_socket, kauth_authorize_network(cred,
    KAUTH_NETWORK_SOCKET, KAUTH_REQ_NETWORK_SOCKET_CANSEE, a->so_stranger,
    NULL, NULL))
PLAIN(open_socket, kauth_authorize_network(cred, KAUTH_NETWORK_SOCKET,
    KAUTH_REQ_NETWORK_SOCKET_OPEN, KAUTH_ARG(PF_INET),
    KAUTH_ARG(SOCK_STREAM), NULL))
PLAIN(ldt_get, kauth_authorize_machdep(cred, KAUTH_MACHDEP_LDT_GET, NULL,
    NULL, NULL, NULL))
PLAIN(open_null, kauth_authorize_device_spec(cred,
    KAUTH_REQ_DEVICE_RAWIO_SPEC_RW, __UNCONST(&null_device)))
PLAIN(read_file, kauth_authorize_vnode(cred, KAUTH_VNODE_READ_DATA,
    __UNCONST(&file), NULL, 0))
PLAIN(set_sysflags, kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SYSFLAGS,
    __UNCONST(&file), NULL, 0))

/* Asked with a spin lock held, where no credential may be looked into. */
static unsigned long
setparam(const struct asked *a, unsigned long n)
{
	struct lwp *l = LIST_FIRST(&a->peer->p_lwps);
	unsigned long refused = 0;

	rig_as(a->actor);
	mutex_enter(a->peer->p_lock);
	lwp_lock(l);
	for (; n > 0; n--)
		refused += kauth_authorize_process(kauth_cred_get(),
		    KAUTH_PROCESS_SCHEDULER_SETPARAM, a->peer, l,
		    KAUTH_ARG(0), KAUTH_ARG(0)) != 0;
	lwp_unlock(l);
	mutex_exit(a->peer->p_lock);
	rig_as(NULL);
	return refused;
}

/* A copy and its end: the hooks of the credentials scope. */
static unsigned long
copy(const struct asked *a, unsigned long n)
{
	kauth_cred_t cred;

	rig_as(a->actor);
	cred = kauth_cred_get();
	for (; n > 0; n--)
		kauth_cred_free(kauth_cred_dup(cred));
	rig_as(NULL);
	return 0;
}

unsigned long
question_getdata(const struct asked *a, unsigned long n)
{
	unsigned long found = 0;
	kauth_cred_t cred;

	rig_as(a->actor);
	cred = kauth_cred_get();
	for (; n > 0; n--)
		found += kauth_cred_getdata(cred, key) != NULL;
	rig_as(NULL);
	return found;
}

const struct question questions[] = {
	{ "generic", "issuser", issuser },
	{ "system", "mount, get", mount_get },
	{ "process", "see oneself", see_self },
	{ "process", "see a peer", see_peer },
	{ "process", "see a stranger", see_stranger },
	{ "process", "signal a peer", signal_peer },
	{ "process", "fork", fork },
	{ "process", "set parameters", setparam },
	{ "network", "bind, picked", bind_picked },
	{ "network", "open", open_socket },
	{ "network", "see own", see_socket },
	{ "network", "see a stranger's", see_strangers_socket },
	{ "machdep", "ldt, get", ldt_get },
	{ "device", "open null", open_null },
	{ "vnode", "read", read_file },
	{ "vnode", "set sysflags", set_sysflags },
	{ "cred", "copy and free", copy },
};
const unsigned int nquestions = sizeof(questions) / sizeof(questions[0]);
