/* prop/proplib.h -- only the type that secmodel_register() takes. */

#ifndef _PROP_PROPLIB_H_
#define	_PROP_PROPLIB_H_

typedef struct prop_dictionary *prop_dictionary_t;

#endif	/* !_PROP_PROPLIB_H_ */
