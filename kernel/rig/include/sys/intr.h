/* sys/intr.h -- interrupt levels; raising one keeps a thread from sleeping. */

#ifndef _SYS_INTR_H_
#define	_SYS_INTR_H_

#define	IPL_NONE	0
#define	IPL_SOFTCLOCK	1
#define	IPL_SOFTBIO	2
#define	IPL_SOFTNET	3
#define	IPL_SOFTSERIAL	4
#define	IPL_VM		5
#define	IPL_SCHED	6
#define	IPL_HIGH	7

struct kmutex;

/* Each raises this thread's level and answers what to give splx(). */
int	splraiseipl_rig(int);
void	splx(int);
#define	splsoftclock()	splraiseipl_rig(IPL_SOFTCLOCK)
#define	splsoftbio()	splraiseipl_rig(IPL_SOFTBIO)
#define	splsoftnet()	splraiseipl_rig(IPL_SOFTNET)
#define	splsoftserial()	splraiseipl_rig(IPL_SOFTSERIAL)
#define	splvm()		splraiseipl_rig(IPL_VM)
#define	splsched()	splraiseipl_rig(IPL_SCHED)
#define	splhigh()	splraiseipl_rig(IPL_HIGH)

#endif	/* !_SYS_INTR_H_ */
