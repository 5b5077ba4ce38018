/* secmodel/secmodel.h -- secmodel(9).  Included by tests as well. */

#ifndef _SECMODEL_SECMODEL_H_
#define	_SECMODEL_SECMODEL_H_

/* proplib(3); nobody here has a dictionary to give. */
typedef struct prop_dictionary *prop_dictionary_t;

typedef int (*secmodel_eval_t)(const char *, void *, void *);
typedef int (*secmodel_setinfo_t)(void *);
typedef struct secmodel_descr *secmodel_t;

int	secmodel_register(secmodel_t *, const char *, const char *,
	    prop_dictionary_t, secmodel_eval_t, secmodel_setinfo_t);
int	secmodel_deregister(secmodel_t);
int	secmodel_nsecmodels(void);
int	secmodel_eval(const char *, const char *, void *, void *);

#endif	/* !_SECMODEL_SECMODEL_H_ */
