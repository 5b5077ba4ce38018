/*
 * kern_sysctl.c -- sysctl(9): the tree, its lock, and calls by name.
 *
 * As in the kernel a call that brings a new value holds the tree's lock as a
 * writer, so that a handler which waits must let it go in between
 * (sysctl_unlock, sysctl_relock).
 */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>
#include <sys/systm.h>

#include "rig_kern.h"

/* What one owner has added, newest first. */
struct sysctllog {
	struct sysctlnode	*sl_node;
	struct sysctllog	*sl_next;
};

static struct sysctlnode sysctl_root;
static krwlock_t sysctl_treelock;
static int sysctl_nextnum = CREATE_BASE;

static struct sysctlnode *
node_child(const struct sysctlnode *node, int num)
{
	struct sysctlnode *child;

	LIST_FOREACH(child, &node->rig_children, rig_sibling)
		if (child->sysctl_num == num)
			return child;
	return NULL;
}

static struct sysctlnode *
node_named(const struct sysctlnode *node, const char *name, size_t len)
{
	struct sysctlnode *child;

	LIST_FOREACH(child, &node->rig_children, rig_sibling)
		if (strncmp(child->sysctl_name, name, len) == 0 &&
		    child->sysctl_name[len] == '\0')
			return child;
	return NULL;
}

static struct sysctlnode *
node_add(struct sysctlnode *parent, int num, const char *name)
{
	struct sysctlnode *node;

	node = kmem_zalloc(sizeof(*node), KM_SLEEP);
	node->sysctl_num = num;
	node->sysctl_flags = SYSCTL_VERSION | CTLTYPE_NODE;
	node->sysctl_parent = parent;
	(void)strlcpy(node->sysctl_name, name, sizeof(node->sysctl_name));
	LIST_INSERT_HEAD(&parent->rig_children, node, rig_sibling);
	return node;
}

static void
node_remove(struct sysctlnode *node)
{
	struct sysctlnode *child;

	while ((child = LIST_FIRST(&node->rig_children)) != NULL)
		node_remove(child);
	if (node == &sysctl_root)
		return;
	LIST_REMOVE(node, rig_sibling);
	kmem_free(node, sizeof(*node));
}

/* The kernel's own top level, and where models hang their nodes. */
void
sysctl_init(void)
{
	struct sysctlnode *security;

	rw_init(&sysctl_treelock);
	memset(&sysctl_root, 0, sizeof(sysctl_root));
	sysctl_root.sysctl_flags = SYSCTL_VERSION | CTLTYPE_NODE;
	(void)node_add(&sysctl_root, CTL_KERN, "kern");
	(void)node_add(&sysctl_root, CTL_VM, "vm");
	(void)node_add(&sysctl_root, CTL_NET, "net");
	(void)node_add(&sysctl_root, CTL_HW, "hw");
	security = node_add(&sysctl_root, CTL_SECURITY, "security");
	(void)node_add(security, sysctl_nextnum++, "models");
}

void
sysctl_fini(void)
{
	node_remove(&sysctl_root);
	rw_destroy(&sysctl_treelock);
}

void
sysctl_lock(bool write)
{
	rw_enter(&sysctl_treelock, write ? RW_WRITER : RW_READER);
	if (write)
		curlwp->l_pflag |= LP_SYSCTLWRITE;
	else
		curlwp->l_pflag &= ~LP_SYSCTLWRITE;
}

void
sysctl_relock(void)
{
	rw_enter(&sysctl_treelock,
	    (curlwp->l_pflag & LP_SYSCTLWRITE) != 0 ? RW_WRITER : RW_READER);
}

void
sysctl_unlock(void)
{
	rw_exit(&sysctl_treelock);
}

static void
log_add(struct sysctllog **logp, struct sysctlnode *node)
{
	struct sysctllog *sl = kmem_alloc(sizeof(*sl), KM_SLEEP);

	sl->sl_node = node;
	sl->sl_next = *logp;
	*logp = sl;
}

/*
 * Removes what LOGP knows, newest first; a node that somebody else has put
 * children below stays.
 */
void
sysctl_teardown(struct sysctllog **logp)
{
	struct sysctllog *sl;

	sysctl_lock(true);
	while ((sl = *logp) != NULL) {
		*logp = sl->sl_next;
		if (LIST_EMPTY(&sl->sl_node->rig_children))
			node_remove(sl->sl_node);
		kmem_free(sl, sizeof(*sl));
	}
	sysctl_unlock();
}

static struct sysctlnode *
create_find_parent(const struct sysctlnode *root, const int *name, u_int len)
{
	const struct sysctlnode *node = root;
	u_int i;

	for (i = 0; i < len && node != NULL; i++)
		node = node_child(node, name[i]);
	return __UNCONST(node);
}

/*
 * An existing node of the same name is fine where its function is the same,
 * and EEXIST where not.
 */
int
sysctl_createv(struct sysctllog **logp, int cflags,
    const struct sysctlnode **rnode, const struct sysctlnode **cnode,
    int flags, int type, const char *namep, const char *descr, sysctlfn func,
    u_quad_t qv, void *newp, size_t newlen, ...)
{
	struct sysctlnode *parent, *node;
	int name[CTL_MAXNAME], num, error = 0;
	u_int n = 0;
	va_list ap;

	if (cnode != NULL)
		*cnode = NULL;
	if (cflags != 0 || (rnode != NULL && *rnode == NULL))
		return EINVAL;
	if (strlen(namep) >= SYSCTL_NAMELEN)
		return ENAMETOOLONG;
	va_start(ap, newlen);
	while (n < CTL_MAXNAME && (name[n] = va_arg(ap, int)) != CTL_EOL)
		n++;
	va_end(ap);
	if (n == 0 || n == CTL_MAXNAME)
		return EINVAL;
	num = name[n - 1];

	sysctl_lock(true);
	parent = create_find_parent(rnode == NULL ? &sysctl_root : *rnode,
	    name, n - 1);
	if (parent == NULL) {
		error = ENOENT;
		goto out;
	}
	node = node_named(parent, namep, strlen(namep));
	if (node != NULL && node->sysctl_func != func) {
		error = EEXIST;
		goto out;
	}
	if (node == NULL) {
		node = node_add(parent,
		    num == CTL_CREATE ? sysctl_nextnum++ : num, namep);
		node->sysctl_flags = SYSCTL_VERSION | SYSCTL_TYPE(type) |
		    SYSCTL_FLAGS(flags);
		node->sysctl_func = func;
		node->sysctl_qdata = qv;
		node->sysctl_data = newp;
		node->sysctl_size = newlen;
		node->sysctl_desc = descr;
	}
	if (logp != NULL)
		log_add(logp, node);
	if (cnode != NULL)
		*cnode = node;
 out:
	sysctl_unlock();
	return error;
}

int
sysctl_copyin(struct lwp *l, const void *uaddr, void *kaddr, size_t len)
{
	return l != NULL ? copyin(uaddr, kaddr, len) : kcopy(uaddr, kaddr, len);
}

/* How much of the caller's buffer the call at hand has filled. */
static _Thread_local char *call_old;
static _Thread_local size_t call_filled;

int
sysctl_copyout(struct lwp *l, const void *kaddr, void *uaddr, size_t len)
{
	size_t end = (size_t)((char *)uaddr - call_old) + len;

	if (call_old != NULL && end > call_filled)
		call_filled = end;
	return l != NULL ? copyout(kaddr, uaddr, len) :
	    kcopy(kaddr, uaddr, len);
}

/* May L read, or where NEWP says so write, this node without a function? */
static int
lookup_allowed(struct lwp *l, const struct sysctlnode *rnode, const void *newp)
{
	int error = 0;

	if (l == NULL)
		return 0;
	if (rnode->sysctl_flags & CTLFLAG_PRIVATE)
		error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
		    KAUTH_REQ_SYSTEM_SYSCTL_PRVT, NULL, NULL, NULL);
	if (error == 0 && newp != NULL &&
	    (rnode->sysctl_flags & CTLFLAG_ANYWRITE) == 0)
		error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
		    KAUTH_REQ_SYSTEM_SYSCTL_MODIFY, NULL, NULL, NULL);
	if (error == 0 && newp != NULL &&
	    (rnode->sysctl_flags & CTLFLAG_READWRITE) == 0)
		error = EPERM;
	return error;
}

/* A node that is only data. */
int
sysctl_lookup(SYSCTLFN_ARGS)
{
	bool string = SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_STRING;
	size_t size;
	void *data;
	int error;

	(void)name;
	(void)oname;
	if (newlen == 0)
		newp = NULL;
	if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_NODE || namelen != 0)
		return EINVAL;
	error = lookup_allowed(l, rnode, newp);
	if (error != 0)
		return error;
	data = (rnode->sysctl_flags & CTLFLAG_IMMEDIATE) ?
	    __UNCONST(&rnode->sysctl_qdata) : rnode->sysctl_data;
	size = string ? strlen(data) + 1 : rnode->sysctl_size;
	if (oldp != NULL) {
		error = sysctl_copyout(l, data, oldp, MIN(size, *oldlenp));
		if (error != 0)
			return error;
	}
	*oldlenp = size;
	if (newp == NULL)
		return 0;
	size = rnode->sysctl_size;
	if (string ? newlen >= size : newlen != size)
		return EINVAL;
	error = sysctl_copyin(l, newp, data, newlen);
	if (error == 0 && string)
		memset((char *)data + newlen, 0, size - newlen);
	return error;
}

static int
call_locked(struct lwp *l, const char *path, void *old, size_t *oldlenp,
    const void *new, size_t newlen)
{
	const struct sysctlnode *node = &sysctl_root;
	int mib[CTL_MAXNAME];
	u_int n = 0;
	size_t len;

	for (;; path += len + 1) {
		const char *dot = strchr(path, '.');

		len = dot == NULL ? strlen(path) : (size_t)(dot - path);
		node = node_named(node, path, len);
		if (node == NULL || n == CTL_MAXNAME)
			return ENOENT;
		mib[n++] = node->sysctl_num;
		if (dot == NULL)
			break;
	}
	if (node->sysctl_func != NULL)
		return (*node->sysctl_func)(mib + n, 0, old, oldlenp, new,
		    newlen, mib, l, node);
	return sysctl_lookup(mib + n, 0, old, oldlenp, new, newlen, mib, l,
	    node);
}

/*
 * sysctl(3) by name, as L.  ENOENT: no such node.  ENOMEM: the buffer was too
 * small; *oldlenp tells what it takes.  The rest is the handler's.
 */
int
sysctl_call(struct lwp *l, const char *path, void *old, size_t *oldlenp,
    const void *new, size_t newlen)
{
	size_t len = oldlenp != NULL ? *oldlenp : 0, had = len;
	int error;

	call_old = old;
	call_filled = 0;
	sysctl_lock(new != NULL);
	error = call_locked(l, path, old, &len, new, newlen);
	sysctl_unlock();
	call_old = NULL;
	if (oldlenp != NULL)
		*oldlenp = len;
	if (error == 0 && old != NULL && had < len)
		error = ENOMEM;
	return error;
}

/* Bytes that the last call of this thread has written, error or not. */
size_t
sysctl_filled(void)
{
	return call_filled;
}
