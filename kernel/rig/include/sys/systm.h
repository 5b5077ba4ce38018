/* sys/systm.h -- the kernel's odds and ends. */

#ifndef _SYS_SYSTM_H_
#define	_SYS_SYSTM_H_

#include <sys/param.h>
#include <sys/intr.h>
#include <lib/libkern/libkern.h>

struct lwp;
struct proc;

/* To the rig's log; the rename keeps stdio's away. */
void	printf(const char *, ...) __RENAME(rig_printf) __printflike(1, 2);
#define	aprint_normal	printf
void	panic(const char *, ...) __RENAME(rig_panic) __dead
	    __printflike(1, 2);

int	copyin(const void *, void *, size_t);
int	copyout(const void *, void *, size_t);
int	kcopy(const void *, void *, size_t);

void	*exechook_establish(void (*)(struct proc *, void *), void *);
void	exechook_disestablish(void *);
void	*exithook_establish(void (*)(struct proc *, void *), void *);
void	exithook_disestablish(void *);
void	*forkhook_establish(void (*)(struct proc *, struct proc *));
void	forkhook_disestablish(void *);

int	kpause(const char *, bool, int, struct kmutex *);

bool	assert_sleepable_p(void);
void	assert_sleepable(void);
#define	ASSERT_SLEEPABLE()	assert_sleepable()

enum uio_seg {
	UIO_USERSPACE,
	UIO_SYSSPACE
};

#endif	/* !_SYS_SYSTM_H_ */
