/* kern_conf.c -- a few devices with NetBSD/amd64's numbers, and port ranges. */

#include <sys/param.h>
#include <sys/conf.h>
#include <netinet/in.h>
#include <netinet/in_pcb.h>
#include <netinet6/ip6_var.h>

int anonportmin = IPPORT_ANONMIN;
int anonportmax = IPPORT_ANONMAX;
int lowportmin = IPPORT_RESERVEDMIN;
int lowportmax = IPPORT_RESERVEDMAX;
int ip6_anonportmin = IPPORT_ANONMIN;
int ip6_anonportmax = IPPORT_ANONMAX;
int ip6_lowportmin = IPPORT_RESERVEDMIN;
int ip6_lowportmax = IPPORT_RESERVEDMAX;

static const struct {
	devmajor_t	cmajor, bmajor;
	int		flag;
} devices[] = {
	{ 2, -1, D_OTHER },		/* mem */
	{ 5, -1, D_TTY },		/* pts */
	{ 3, 0, D_DISK },		/* wd */
	{ 13, 4, D_DISK },		/* sd */
	{ 14, 5, D_TAPE },		/* st */
	{ 41, 14, D_DISK },		/* vnd */
	{ 92, 19, D_DISK },		/* ld */
};

const struct cdevsw *
cdevsw_lookup(dev_t dev)
{
	static struct cdevsw sw[__arraycount(devices)];
	u_int i;

	for (i = 0; i < __arraycount(devices); i++)
		if (devices[i].cmajor == major(dev)) {
			sw[i].d_flag = devices[i].flag | D_MPSAFE;
			return &sw[i];
		}
	return NULL;
}

const struct bdevsw *
bdevsw_lookup(dev_t dev)
{
	static struct bdevsw sw[__arraycount(devices)];
	u_int i;

	for (i = 0; i < __arraycount(devices); i++)
		if (devices[i].bmajor != -1 && devices[i].bmajor == major(dev)) {
			sw[i].d_flag = devices[i].flag | D_MPSAFE;
			return &sw[i];
		}
	return NULL;
}

int
iskmemdev(dev_t dev)
{
	return major(dev) == 2 && (minor(dev) == DEV_MEM ||
	    minor(dev) == DEV_KMEM || minor(dev) == 14);
}
