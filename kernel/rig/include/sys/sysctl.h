/* sys/sysctl.h -- sysctl(9): a tree of nodes, each with a function or data. */

#ifndef _SYS_SYSCTL_H_
#define	_SYS_SYSCTL_H_

#include <sys/types.h>
#include <sys/queue.h>

#define	CTL_MAXNAME	12
#define	SYSCTL_NAMELEN	32
#define	CREATE_BASE	1024

#define	CTLTYPE_NODE	1
#define	CTLTYPE_INT	2
#define	CTLTYPE_STRING	3
#define	CTLTYPE_QUAD	4
#define	CTLTYPE_STRUCT	5
#define	CTLTYPE_BOOL	6

#define	CTLFLAG_READONLY	0x00000000
#define	CTLFLAG_READWRITE	0x00000070
#define	CTLFLAG_ANYWRITE	0x00000080
#define	CTLFLAG_PRIVATE		0x00000100
#define	CTLFLAG_PERMANENT	0x00000200
#define	CTLFLAG_OWNDATA		0x00000400
#define	CTLFLAG_IMMEDIATE	0x00000800
#define	CTLFLAG_HEX		0x00001000
#define	CTLFLAG_ROOT		0x00002000
#define	CTLFLAG_HIDDEN		0x00008000
#define	CTLFLAG_OWNDESC		0x00040000
#define	CTLFLAG_UNSIGNED	0x00080000
#define	SYSCTL_VERS_MASK	0xff000000
#define	SYSCTL_VERSION		0x01000000
#define	SYSCTL_VERS(f)		((f) & SYSCTL_VERS_MASK)
#define	SYSCTL_TYPE(x)		((x) & 0x0000000f)
#define	SYSCTL_FLAGS(x)		((x) & 0x00fffff0)

#define	CTL_EOL		(-1)
#define	CTL_QUERY	(-2)
#define	CTL_CREATE	(-3)
#define	CTL_CREATESYM	(-4)

#define	CTL_KERN	1
#define	CTL_VM		2
#define	CTL_VFS		3
#define	CTL_NET		4
#define	CTL_HW		6
#define	CTL_SECURITY	13

struct lwp;
struct sysctlnode;
struct sysctllog;

#define	SYSCTLFN_PROTO	const int *, u_int, void *, size_t *,		\
	const void *, size_t, const int *, struct lwp *,		\
	const struct sysctlnode *
#define	SYSCTLFN_ARGS	const int *name, u_int namelen, void *oldp,	\
	size_t *oldlenp, const void *newp, size_t newlen,		\
	const int *oname, struct lwp *l, const struct sysctlnode *rnode
#define	SYSCTLFN_CALL(node)	name, namelen, oldp, oldlenp, newp,	\
	newlen, oname, l, node
#define	SYSCTL_DESCR(s)	s
#define	SYSCTL_SETUP_PROTO(f)	void f(struct sysctllog **)

typedef int (*sysctlfn)(SYSCTLFN_PROTO);

/*
 * Children are a list here and an array there; nothing outside kern_sysctl.c
 * may look.
 */
struct sysctlnode {
	uint32_t	sysctl_flags;
	int32_t		sysctl_num;
	char		sysctl_name[SYSCTL_NAMELEN];
	void		*sysctl_data;
	u_quad_t	sysctl_qdata;
	size_t		sysctl_size;
	sysctlfn	sysctl_func;
	struct sysctlnode *sysctl_parent;
	const char	*sysctl_desc;
	LIST_HEAD(, sysctlnode) rig_children;
	LIST_ENTRY(sysctlnode) rig_sibling;
};
#define	sysctl_idata	sysctl_qdata

int	sysctl_createv(struct sysctllog **, int, const struct sysctlnode **,
	    const struct sysctlnode **, int, int, const char *, const char *,
	    sysctlfn, u_quad_t, void *, size_t, ...);
void	sysctl_teardown(struct sysctllog **);
int	sysctl_lookup(SYSCTLFN_PROTO);
int	sysctl_copyin(struct lwp *, const void *, void *, size_t);
int	sysctl_copyout(struct lwp *, const void *, void *, size_t);
void	sysctl_lock(bool);
void	sysctl_relock(void);
void	sysctl_unlock(void);

#endif	/* !_SYS_SYSCTL_H_ */
