/* sys/syslog.h -- priorities, and log(9) into the rig's log. */

#ifndef _SYS_SYSLOG_H_
#define	_SYS_SYSLOG_H_

#include <sys/types.h>

#define	LOG_EMERG	0
#define	LOG_ALERT	1
#define	LOG_CRIT	2
#define	LOG_ERR		3
#define	LOG_WARNING	4
#define	LOG_NOTICE	5
#define	LOG_INFO	6
#define	LOG_DEBUG	7
#define	LOG_KERN	(0 << 3)
#define	LOG_AUTH	(4 << 3)

void	log(int, const char *, ...) __RENAME(rig_log) __printflike(2, 3);

#endif	/* !_SYS_SYSLOG_H_ */
