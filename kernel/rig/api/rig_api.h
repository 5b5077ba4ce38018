/* rig_api.h -- shared by the files of the library's interface. */

#ifndef RIG_API_H
#define	RIG_API_H

#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/proc.h>

extern int (*rig_model_stop)(void);

/* What is built in comes after this and before exec_init(). */
void	rig_boot_begin(void);

/* The LWP that acts for P: the calling thread's where it is in P. */
struct lwp *rig_lwp(struct proc *);

/*
 * Between the two, the calling thread is P.  For the body of one call, which
 * gets its LWP in `l'.
 */
#define	RIG_AS(p)							\
	struct lwp *l = rig_lwp(p), *rig_ol = rig_curlwp;		\
	rig_curlwp = l
#define	RIG_DONE()							\
	(void)(rig_curlwp = rig_ol)

#endif	/* !RIG_API_H */
