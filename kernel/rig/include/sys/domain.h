/* sys/domain.h */

#ifndef _SYS_DOMAIN_H_
#define	_SYS_DOMAIN_H_

struct domain {
	int		dom_family;	/* AF_* */
	const char	*dom_name;
};

#endif	/* !_SYS_DOMAIN_H_ */
