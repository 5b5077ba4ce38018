/* sys/socketvar.h */

#ifndef _SYS_SOCKETVAR_H_
#define	_SYS_SOCKETVAR_H_

#include <sys/socket.h>
#include <sys/protosw.h>

struct socket {
	short			so_type;	/* SOCK_* */
	short			so_options;
	const struct protosw	*so_proto;
	kauth_cred_t		so_cred;	/* who made it */
	pid_t			so_cpid;
};

#endif	/* !_SYS_SOCKETVAR_H_ */
