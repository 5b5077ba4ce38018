/* rig_platform.c -- how the rig names itself in security.models.cell.version. */

#include <sys/param.h>
#include <sys/cell.h>

#include "rig_kern.h"

const char *cell_platform_banner(void);
uint32_t cell_platform_flags(void);

/* Set once, before anybody asks: decisions bind real processes. */
bool rig_enforcing;

const char *
cell_platform_banner(void)
{
	return rig_enforcing ? "rig: enforcing rehearsal on Linux" :
	    "rig: rehearsal on Linux, not isolation";
}

uint32_t
cell_platform_flags(void)
{
	return CELL_VERSION_RIG |
	    (rig_enforcing ? CELL_VERSION_ENFORCING : 0);
}
