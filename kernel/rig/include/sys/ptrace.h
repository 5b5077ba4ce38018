/* sys/ptrace.h -- requests of ptrace(2) on NetBSD. */

#ifndef _SYS_PTRACE_H_
#define	_SYS_PTRACE_H_

#define	PT_TRACE_ME	0
#define	PT_READ_I	1
#define	PT_READ_D	2
#define	PT_WRITE_I	4
#define	PT_WRITE_D	5
#define	PT_CONTINUE	7
#define	PT_KILL		8
#define	PT_ATTACH	9
#define	PT_DETACH	10
#define	PT_IO		11
#define	PT_SYSCALL	14
#define	PT_STOP		25

#endif	/* !_SYS_PTRACE_H_ */
