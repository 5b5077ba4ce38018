/* kern_squat.c -- see squat.h.  Sees the kernel's headers. */

#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/systm.h>

#include <secmodel/secmodel.h>

#include "squat.h"

void
squat_secmodel(bool on)
{
	static secmodel_t sm;
	int error;

	error = on ? secmodel_register(&sm, "org.netbsd.secmodel.cell",
	    "Somebody else", NULL, NULL, NULL) : secmodel_deregister(sm);
	KASSERT(error == 0);
}

void
squat_sysctl(bool on)
{
	static struct sysctllog *log;
	const struct sysctlnode *models, *cell;
	int error;

	if (!on) {
		sysctl_teardown(&log);
		return;
	}
	error = sysctl_createv(&log, 0, NULL, &models, CTLFLAG_PERMANENT,
	    CTLTYPE_NODE, "models", NULL, NULL, 0, NULL, 0, CTL_SECURITY,
	    CTL_CREATE, CTL_EOL);
	KASSERT(error == 0);
	error = sysctl_createv(&log, 0, &models, &cell, 0, CTLTYPE_NODE,
	    "cell", NULL, NULL, 0, NULL, 0, CTL_CREATE, CTL_EOL);
	KASSERT(error == 0);
	/* In the middle of them. */
	error = sysctl_createv(&log, 0, &cell, NULL, 0, CTLTYPE_INT,
	    "destroy", NULL, NULL, 0, NULL, 0, CTL_CREATE, CTL_EOL);
	KASSERT(error == 0);
}
