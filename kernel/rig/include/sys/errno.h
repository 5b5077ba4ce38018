/*
 * sys/errno.h -- error numbers.  They are the host's, because they travel to
 * programs of the host; host/host_assert.c holds them against its <errno.h>.
 */

#ifndef _SYS_ERRNO_H_
#define	_SYS_ERRNO_H_

#define	EPERM		1
#define	ENOENT		2
#define	ESRCH		3
#define	EINTR		4
#define	EIO		5
#define	ENXIO		6
#define	E2BIG		7
#define	ENOEXEC		8
#define	EBADF		9
#define	ECHILD		10
#define	ENOMEM		12
#define	EACCES		13
#define	EFAULT		14
#define	EBUSY		16
#define	EEXIST		17
#define	EXDEV		18
#define	ENODEV		19
#define	ENOTDIR		20
#define	EISDIR		21
#define	EINVAL		22
#define	ENOTTY		25
#define	EFBIG		27
#define	ENOSPC		28
#define	EROFS		30
#define	EPIPE		32
#define	EDOM		33
#define	ERANGE		34

#if defined(__linux__)
#define	EAGAIN		11
#define	EDEADLK		35
#define	ENAMETOOLONG	36
#define	ENOSYS		38
#define	EOVERFLOW	75
#define	EAFNOSUPPORT	97
#define	EADDRINUSE	98
#define	EADDRNOTAVAIL	99
#define	EOPNOTSUPP	95
#define	ETIMEDOUT	110
#define	EINPROGRESS	115
#else
#define	EDEADLK		11
#define	EAGAIN		35
#define	EINPROGRESS	36
#define	EOPNOTSUPP	45
#define	EAFNOSUPPORT	47
#define	EADDRINUSE	48
#define	EADDRNOTAVAIL	49
#define	ETIMEDOUT	60
#define	ENAMETOOLONG	63
#define	ENOSYS		78
#define	EOVERFLOW	84
#endif
#define	EWOULDBLOCK	EAGAIN

#define	EPASSTHROUGH	(-4)		/* never leaves the kernel */

#endif	/* !_SYS_ERRNO_H_ */
