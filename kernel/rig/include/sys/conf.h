/* sys/conf.h -- which kind of device a number is. */

#ifndef _SYS_CONF_H_
#define	_SYS_CONF_H_

#include <sys/types.h>

#define	D_OTHER		0x0000
#define	D_TAPE		0x0001
#define	D_DISK		0x0002
#define	D_TTY		0x0003
#define	D_TYPEMASK	0x00ff
#define	D_MPSAFE	0x0100

#define	DEV_MEM		0
#define	DEV_KMEM	1
#define	DEV_NULL	2
#define	DEV_ZERO	12

struct bdevsw {
	int	d_flag;
};
struct cdevsw {
	int	d_flag;
};

/* NULL where there is no such driver. */
const struct bdevsw *bdevsw_lookup(dev_t);
const struct cdevsw *cdevsw_lookup(dev_t);
int	iskmemdev(dev_t);

#endif	/* !_SYS_CONF_H_ */
