/* squat.h -- takes what the model needs for itself, or gives it back. */

#ifndef SQUAT_H
#define	SQUAT_H

#include <stdbool.h>

/* Its name among the security models. */
void	squat_secmodel(bool);
/* One of its nodes: others make it undo those before. */
void	squat_sysctl(bool);

#endif	/* !SQUAT_H */
