/* kern_hook.c -- hooks on fork, exec and exit. */

#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/systm.h>

#include "rig_kern.h"

struct hook {
	LIST_ENTRY(hook) hk_list;
	union {
		void	(*proc)(struct proc *, void *);
		void	(*fork)(struct proc *, struct proc *);
	} hk_fn;
	void	*hk_arg;
};
LIST_HEAD(hooklist, hook);

static struct hooklist exechooks, exithooks, forkhooks;
static krwlock_t exec_lock, hook_lock;

void
hook_init(void)
{
	rw_init(&hook_lock);
}

/* Later than what is built in is initialised, as in the kernel's main(). */
void
exec_init(void)
{
	rw_init(&exec_lock);
}

void
hook_fini(void)
{
	KASSERT(LIST_EMPTY(&exechooks));
	KASSERT(LIST_EMPTY(&exithooks));
	KASSERT(LIST_EMPTY(&forkhooks));
	rw_destroy(&exec_lock);
	rw_destroy(&hook_lock);
}

static void *
hook_insert(struct hooklist *list, krwlock_t *lock, struct hook *hk)
{
	rw_enter(lock, RW_WRITER);
	LIST_INSERT_HEAD(list, hk, hk_list);
	rw_exit(lock);
	return hk;
}

static void
hook_remove(krwlock_t *lock, struct hook *hk)
{
	rw_enter(lock, RW_WRITER);
	LIST_REMOVE(hk, hk_list);
	rw_exit(lock);
	kmem_free(hk, sizeof(*hk));
}

static void *
proc_hook(struct hooklist *list, krwlock_t *lock,
    void (*fn)(struct proc *, void *), void *arg)
{
	struct hook *hk = kmem_zalloc(sizeof(*hk), KM_SLEEP);

	hk->hk_fn.proc = fn;
	hk->hk_arg = arg;
	return hook_insert(list, lock, hk);
}

void *
exechook_establish(void (*fn)(struct proc *, void *), void *arg)
{
	return proc_hook(&exechooks, &exec_lock, fn, arg);
}

void
exechook_disestablish(void *hk)
{
	hook_remove(&exec_lock, hk);
}

void *
exithook_establish(void (*fn)(struct proc *, void *), void *arg)
{
	return proc_hook(&exithooks, &hook_lock, fn, arg);
}

void
exithook_disestablish(void *hk)
{
	hook_remove(&hook_lock, hk);
}

void *
forkhook_establish(void (*fn)(struct proc *, struct proc *))
{
	struct hook *hk = kmem_zalloc(sizeof(*hk), KM_SLEEP);

	hk->hk_fn.fork = fn;
	return hook_insert(&forkhooks, &hook_lock, hk);
}

void
forkhook_disestablish(void *hk)
{
	hook_remove(&hook_lock, hk);
}

static void
run_proc_hooks(struct hooklist *list, krwlock_t *lock, struct proc *p)
{
	struct hook *hk;

	rw_enter(lock, RW_READER);
	LIST_FOREACH(hk, list, hk_list)
		(*hk->hk_fn.proc)(p, hk->hk_arg);
	rw_exit(lock);
}

void
doexechooks(struct proc *p)
{
	run_proc_hooks(&exechooks, &exec_lock, p);
}

void
doexithooks(struct proc *p)
{
	run_proc_hooks(&exithooks, &hook_lock, p);
}

void
doforkhooks(struct proc *p2, struct proc *p1)
{
	struct hook *hk;

	rw_enter(&hook_lock, RW_READER);
	LIST_FOREACH(hk, &forkhooks, hk_list)
		(*hk->hk_fn.fork)(p2, p1);
	rw_exit(&hook_lock);
}
