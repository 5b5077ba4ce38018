/*
 * sys/pserialize.h -- pserialize(9).  Readers only mark themselves;
 * pserialize_perform() returns when each that was inside has left.
 * Included by files of the host as well.
 */

#ifndef _SYS_PSERIALIZE_H_
#define	_SYS_PSERIALIZE_H_

#include <stdbool.h>

typedef struct pserialize *pserialize_t;

pserialize_t pserialize_create(void);
void	pserialize_destroy(pserialize_t);
void	pserialize_perform(pserialize_t);
int	pserialize_read_enter(void);
void	pserialize_read_exit(int);
bool	pserialize_in_read_section(void);
bool	pserialize_not_in_read_section(void);

#endif	/* !_SYS_PSERIALIZE_H_ */
