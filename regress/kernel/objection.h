/* objection.h -- another model, which lets nobody change anything. */

#ifndef OBJECTION_H
#define	OBJECTION_H

#include <stdbool.h>

void	objection(bool);

#endif	/* !OBJECTION_H */
