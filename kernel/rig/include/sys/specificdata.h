/* sys/specificdata.h -- specificdata(9): data others hang on an object. */

#ifndef _SYS_SPECIFICDATA_H_
#define	_SYS_SPECIFICDATA_H_

#include <sys/types.h>
#include <sys/queue.h>

typedef unsigned int specificdata_key_t;
typedef void (*specificdata_dtor_t)(void *);

#define	SPECIFICDATA_MAX	8	/* keys of one domain */

typedef struct specificdata_reference {
	void	*sd_value[SPECIFICDATA_MAX];
	LIST_ENTRY(specificdata_reference) sd_list;
	bool	sd_listed;		/* it has had a value */
} specificdata_reference;

typedef struct specificdata_domain *specificdata_domain_t;

specificdata_domain_t specificdata_domain_create(void);
void	specificdata_domain_delete(specificdata_domain_t);
int	specificdata_key_create(specificdata_domain_t, specificdata_key_t *,
	    specificdata_dtor_t);
/* Takes the key's data out of every object that has any. */
void	specificdata_key_delete(specificdata_domain_t, specificdata_key_t);
void	specificdata_init(specificdata_domain_t, specificdata_reference *);
void	specificdata_fini(specificdata_domain_t, specificdata_reference *);
void	*specificdata_getspecific(specificdata_domain_t,
	    specificdata_reference *, specificdata_key_t);
/* The first time for an object it allocates, and so may sleep. */
void	specificdata_setspecific(specificdata_domain_t,
	    specificdata_reference *, specificdata_key_t, void *);

#endif	/* !_SYS_SPECIFICDATA_H_ */
