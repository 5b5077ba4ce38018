/* sys/specificdata.h -- specificdata(9): data others hang on an object. */

#ifndef _SYS_SPECIFICDATA_H_
#define	_SYS_SPECIFICDATA_H_

#include <sys/types.h>

typedef unsigned int specificdata_key_t;
typedef void (*specificdata_dtor_t)(void *);

#define	SPECIFICDATA_MAX	8	/* keys of one domain */

typedef struct specificdata_reference {
	void	*sd_value[SPECIFICDATA_MAX];
} specificdata_reference;

struct specificdata_domain {
	bool			sd_used[SPECIFICDATA_MAX];
	specificdata_dtor_t	sd_dtor[SPECIFICDATA_MAX];
};
typedef struct specificdata_domain *specificdata_domain_t;

/* Keys are made and unmade while nobody uses the domain's objects. */
int	specificdata_key_create(specificdata_domain_t, specificdata_key_t *,
	    specificdata_dtor_t);
void	specificdata_key_delete(specificdata_domain_t, specificdata_key_t);
void	specificdata_init(specificdata_domain_t, specificdata_reference *);
void	specificdata_fini(specificdata_domain_t, specificdata_reference *);
void	*specificdata_getspecific(specificdata_domain_t,
	    specificdata_reference *, specificdata_key_t);
void	specificdata_setspecific(specificdata_domain_t,
	    specificdata_reference *, specificdata_key_t, void *);

#endif	/* !_SYS_SPECIFICDATA_H_ */
