/* sys/types.h -- kernel types, as wide as NetBSD has them on amd64. */

#ifndef _SYS_TYPES_H_
#define	_SYS_TYPES_H_

#include <sys/cdefs.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;
typedef uint8_t		u_int8_t;
typedef uint16_t	u_int16_t;
typedef uint32_t	u_int32_t;
typedef uint64_t	u_int64_t;
typedef uint64_t	u_quad_t;
typedef int64_t		quad_t;
typedef long		ssize_t;
typedef long		register_t;

typedef uint32_t	uid_t;
typedef uint32_t	gid_t;
typedef int32_t		pid_t;
typedef int32_t		lwpid_t;
typedef uint32_t	id_t;
typedef uint32_t	mode_t;
typedef uint64_t	dev_t;
typedef uint64_t	ino_t;
typedef uint32_t	nlink_t;
typedef int64_t		off_t;
typedef int64_t		time_t;
typedef int32_t		suseconds_t;
typedef int		clockid_t;
typedef long		key_t;
typedef uint64_t	rlim_t;
typedef int		pri_t;
typedef unsigned int	accmode_t;
typedef int32_t		devmajor_t;
typedef int32_t		devminor_t;
typedef int		psetid_t;

typedef unsigned long	vaddr_t;
typedef unsigned long	vsize_t;
typedef unsigned long	paddr_t;
typedef unsigned long	psize_t;
typedef int64_t		segsz_t;

typedef struct kauth_cred *kauth_cred_t;
typedef struct proc proc_t;
typedef struct lwp lwp_t;
typedef struct vnode vnode_t;

#define	NODEV			((dev_t)-1)
#define	major(d)		((devmajor_t)(((d) >> 8) & 0xfff))
#define	minor(d)		((devminor_t)((((d) >> 12) & 0xfff00) | \
				 ((d) & 0xff)))
#define	makedev(x, y)		((dev_t)((((dev_t)(x) << 8) & 0xfff00U) | \
				 (((dev_t)(y) << 12) & 0xfff00000U) | \
				 ((dev_t)(y) & 0xffU)))

#endif	/* !_SYS_TYPES_H_ */
