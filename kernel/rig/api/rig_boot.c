/* rig_boot.c -- starting and stopping the kernel without secmodel_cell. */

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"

/* What rig_model.c knows, where it is linked in. */
int (*rig_model_stop)(void);

void
rig_boot_begin(void)
{
	int error;

	kauth_init();
	secmodel_init();
	hook_init();
	procinit();
	sysctl_init();
	kernel_listeners_init();
	error = module_load_rig(&rig_module_suser);
	KASSERTMSG(error == 0, "suser: %d", error);
	error = fork1(&lwp0, FORK_KERNEL, 1, &initproc);
	KASSERTMSG(error == 0, "init: %d", error);
	(void)strlcpy(initproc->p_comm, "init", sizeof(initproc->p_comm));
}

void
rig_boot_bare(void)
{
	rig_boot_begin();
	exec_init();
}

static void
exit_everybody(void)
{
	struct proc *p;

	for (;;) {
		mutex_enter(&proc_lock);
		LIST_FOREACH(p, &allproc, p_list)
			if (p != &proc0 && p != initproc)
				break;
		mutex_exit(&proc_lock);
		if (p == NULL)
			break;
		rig_exit(p);
	}
}

static void
reap_everybody(void)
{
	struct proc *p;

	while ((p = LIST_FIRST(&zombproc)) != NULL)
		rig_reap(p);
}

/* exit1() refuses init, which has no parent to wait for it. */
static void
exit_init(void)
{
	struct proc *p = initproc;

	initproc = NULL;
	exit1(p);
	proc_free(p);
}

int
rig_halt(void)
{
	int error;

	rig_as(NULL);
	reap_everybody();
	if (rig_model_stop != NULL && (error = (*rig_model_stop)()) != 0)
		return error;
	exit_everybody();
	error = module_unload_rig(&rig_module_suser);
	KASSERT(error == 0);
	exit_init();
	kernel_listeners_fini();
	sysctl_fini();
	procfini();
	hook_fini();
	secmodel_fini();
	KASSERTMSG(kauth_cred_live() == 0, "%lu credentials leaked",
	    kauth_cred_live());
	kauth_fini();
	KASSERTMSG(kmem_live() == 0, "%lu bytes leaked", kmem_live());
	return 0;
}

unsigned long
rig_kmem_bytes(void)
{
	return kmem_live();
}

unsigned long
rig_cred_count(void)
{
	return kauth_cred_live();
}
