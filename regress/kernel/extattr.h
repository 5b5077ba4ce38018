/* extattr.h -- questions that come before work on extended attributes. */

#ifndef EXTATTR_H
#define	EXTATTR_H

#include <stdbool.h>

struct proc;

/* On a file of mount 0 or 1: of the system namespace, or of the user's. */
int	extattr_ask(struct proc *, int mount, bool system, bool write);
/* extattrctl(2), which asks the same and then touches no file. */
int	extattr_ctl(struct proc *, int mount);
/* Reading a file of that mount. */
int	extattr_other(struct proc *, int mount);

#endif	/* !EXTATTR_H */
