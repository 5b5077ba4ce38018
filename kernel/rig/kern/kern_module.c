/* kern_module.c -- module(9): loading and unloading what is linked in. */

#include <sys/param.h>
#include <sys/module.h>
#include <sys/systm.h>

#include "rig_kern.h"

#define	MAXMODULES	8

static modinfo_t *loaded[MAXMODULES];

static int
module_slot(modinfo_t *mi)
{
	int i;

	for (i = 0; i < MAXMODULES; i++)
		if (loaded[i] == mi)
			return i;
	return -1;
}

int
module_load_rig(modinfo_t *mi)
{
	int error, slot;

	if (module_slot(mi) != -1)
		return EEXIST;
	slot = module_slot(NULL);
	KASSERT(slot != -1);
	KASSERTMSG(mi->mi_version == __NetBSD_Version__, "module %s",
	    mi->mi_name);
	error = (*mi->mi_modcmd)(MODULE_CMD_INIT, NULL);
	if (error == 0)
		loaded[slot] = mi;
	return error;
}

/* What the module answers to FINI: 0 or why it stays. */
int
module_unload_rig(modinfo_t *mi)
{
	int error, slot = module_slot(mi);

	if (slot == -1)
		return ENOENT;
	error = (*mi->mi_modcmd)(MODULE_CMD_FINI, NULL);
	if (error == 0)
		loaded[slot] = NULL;
	return error;
}

/* As when nobody has used it for a while: it is asked first. */
int
module_autounload_rig(modinfo_t *mi)
{
	int error;

	if (module_slot(mi) == -1)
		return ENOENT;
	error = (*mi->mi_modcmd)(MODULE_CMD_AUTOUNLOAD, NULL);
	if (error != 0 && error != ENOTTY)
		return error;
	return module_unload_rig(mi);
}
