/* sys/protosw.h */

#ifndef _SYS_PROTOSW_H_
#define	_SYS_PROTOSW_H_

#include <sys/domain.h>

struct protosw {
	int		pr_type;	/* SOCK_* */
	struct domain	*pr_domain;
	short		pr_protocol;	/* IPPROTO_* */
	short		pr_flags;
};

#endif	/* !_SYS_PROTOSW_H_ */
