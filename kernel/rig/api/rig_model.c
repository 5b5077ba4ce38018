/* rig_model.c -- secmodel_cell on the stand-ins. */

#include <sys/param.h>
#include <sys/module.h>
#include <sys/systm.h>

#include "rig.h"
#include "rig_api.h"
#include "rig_kern.h"

extern modinfo_t rig_module_secmodel_cell;

int
rig_model_load(void)
{
	return module_load_rig(&rig_module_secmodel_cell);
}

int
rig_model_unload(void)
{
	return module_unload_rig(&rig_module_secmodel_cell);
}

int
rig_model_autounload(void)
{
	return module_autounload_rig(&rig_module_secmodel_cell);
}

static int
model_stop(void)
{
	int error = rig_model_unload();

	return error == ENOENT ? 0 : error;
}

void
rig_boot(void)
{
	int error;

	rig_boot_begin();
	error = rig_model_load();
	KASSERTMSG(error == 0, "secmodel_cell: %d", error);
	exec_init();
	rig_model_stop = model_stop;
}
