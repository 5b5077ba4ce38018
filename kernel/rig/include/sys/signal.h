/* sys/signal.h -- signal numbers of NetBSD. */

#ifndef _SYS_SIGNAL_H_
#define	_SYS_SIGNAL_H_

#define	SIGHUP		1
#define	SIGINT		2
#define	SIGQUIT		3
#define	SIGKILL		9
#define	SIGTERM		15
#define	SIGSTOP		17
#define	SIGTSTP		18
#define	SIGCONT		19
#define	SIGCHLD		20
#define	NSIG		64

#endif	/* !_SYS_SIGNAL_H_ */
